import { expect, test } from "vitest";
import { decide } from "./decide.ts";
import { mergeOptions } from "../wanted/gather-requirements.ts";
import type { Said } from "./said.ts";

interface Row {
  readonly options?: Said["options"];
  readonly variables?: Said["variables"];
  readonly pip?: Omit<Said["configuration"], "files">;
}

const said = <T>(value: T) => ({ value, origin: "pip.conf" });
const flagsAt = (name: string) => `https://${name}/`;

test.each<readonly [string, Row, readonly string[], string]>([
  [
    "uv's variables count where murre's own do not",
    {
      variables: {
        UV_INDEX: flagsAt("uv"),
        UV_DEFAULT_INDEX: flagsAt("uv-default"),
        MURRE_DEFAULT_INDEX: flagsAt("default"),
        UV_INDEX_STRATEGY: "unsafe-first-match",
      },
    },
    ["uv", "default"],
    "unsafe-first-match",
  ],
  [
    "uv's older variables mean the same, and the newer go before them",
    {
      variables: {
        UV_INDEX_URL: flagsAt("old-default"),
        UV_EXTRA_INDEX_URL: flagsAt("old"),
        UV_INDEX: flagsAt("new"),
      },
    },
    ["new", "old-default"],
    "first-index",
  ],
  [
    "a default index stands without the extra indexes of pip's configuration, and may have a name",
    { options: { defaultIndex: `mine=${flagsAt("flag")}` }, pip: { extraIndexUrls: said([flagsAt("pip-extra")]) } },
    ["flag"],
    "first-index",
  ],
  [
    "the isolated hear no variable of uv either",
    { options: { isolated: true }, variables: { UV_INDEX: flagsAt("uv") }, pip: { indexUrl: said(flagsAt("pip")) } },
    ["pip"],
    "unsafe-best-match",
  ],
])("%s", (_, { options = {}, variables = {}, pip = {} }, hosts, strategy) => {
  const decisions = decide({
    options,
    variables,
    configuration: { ...pip, files: [] },
    places: { cwd: "/project", home: "/home/me", platform: "linux" },
    userAgent: "murre/1",
    now: 0,
    logFolder: "/logs",
  });
  const { indexes } = decisions.search(mergeOptions([], []));
  expect(indexes.locations.map(({ url }) => new URL(url).hostname)).toEqual(hosts);
  expect(indexes.strategy).toBe(strategy);
});
