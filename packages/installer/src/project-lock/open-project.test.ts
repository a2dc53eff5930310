import { normalizeName } from "@murre/pep508";
import { expect, test } from "vitest";
import type { LockOptions } from "../api/operations.ts";
import { sourcesFor } from "./open-project.ts";

test.each<[Record<string, string>, LockOptions, readonly [any: boolean, core: boolean, other: boolean]]>([
  [{}, {}, [true, true, true]],
  [{}, { noSources: "all" }, [false, false, false]],
  [{}, { noSources: ["Core"] }, [true, false, true]],
  [{ MURRE_NO_SOURCES: "1" }, {}, [false, false, false]],
  [{ MURRE_NO_SOURCES: "0" }, {}, [true, true, true]],
  [{ MURRE_NO_SOURCES: "1" }, { noSources: ["core"] }, [true, false, true]],
  [{ MURRE_NO_SOURCES: "1" }, { ignoreConfiguration: true }, [true, true, true]],
  [{ MURRE_NO_SOURCES: "1" }, { isolated: true }, [true, true, true]],
])("a lock file is compared with the sources that it is written by: %j %j", (env, options, followed) => {
  const settings = {
    cacheFolder: "/cache",
    cwd: "/work",
    home: "/home",
    env,
    platform: "linux",
    version: "1",
    readStandardInput: async () => "",
  } as const;
  const { isFollowed } = sourcesFor(settings, options);
  expect([isFollowed(), isFollowed(normalizeName("core")), isFollowed(normalizeName("other"))]).toEqual(followed);
});
