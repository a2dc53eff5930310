import { temporaryFolder } from "@murre/test-kit";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { makeDemoIndex } from "../../../scripts/demo-index.mjs";
import { run } from "./command-world.ts";

const demo = fileURLToPath(new URL("../../../scripts/demo.mjs", import.meta.url));
// Nobody listens on port 9 of the loopback interface, so that no index can be asked, wherever it is.
const noNetwork = { HTTP_PROXY: "http://127.0.0.1:9", HTTPS_PROXY: "http://127.0.0.1:9" };

describe("the demo says where its wheels come from", () => {
  test.each<[what: string, index: (folder: string) => Promise<string | undefined>, said: RegExp]>([
    [
      "an index that pip's configuration names",
      async (folder) => makeDemoIndex(join(folder, "configured")),
      /^The wheels come from the indexes of pip's configuration\.\n/,
    ],
    [
      "no index at all, and the default one out of reach",
      async () => undefined,
      /^The wheels come from an embedded index of small wheels that were made for this, because the default index did not name the set/,
    ],
    [
      "a configured index without the set",
      async (folder) => join(folder, "absent"),
      /^The wheels come from an embedded index .*, because the indexes of pip's configuration could not give the set/,
    ],
  ])("%s", { timeout: 60_000 }, async (_, makeIndex, said) => {
    const folder = temporaryFolder("demo");
    const index = await makeIndex(folder);
    const env = index === undefined ? {} : { PIP_INDEX_URL: index };
    const { code, stdout, stderr } = await run(process.execPath, [demo], folder, { ...noNetwork, ...env });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(said);
    expect(stdout).toMatch(/A second environment: fetched 0, found 7 in the cache/);
  });
});
