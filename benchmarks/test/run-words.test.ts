import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("../run.mjs", import.meta.url));

test.each([
  [[], /^give the pinned requirements, .*: -r requirements\.txt\n$/],
  [["sync-cold"], /^give the pinned requirements/],
  [["resolve-warm"], /^give the recorded index: --snapshot FOLDER or MURRE_INDEX_SNAPSHOT\n$/],
  [["felt", "sync-tepid"], /^there is no benchmark sync-tepid: sync-warm, .*\n$/],
  [["toString"], /^there is no benchmark toString/],
])("node benchmarks/run.mjs with %j says in a sentence what is missing, before it measures", (words, sentence) => {
  const env = { ...process.env, UV_BINARY: process.execPath, MURRE_INDEX_SNAPSHOT: undefined };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], { encoding: "utf8", env });
  expect([status, stdout, stderr]).toEqual([2, "", expect.stringMatching(sentence)]);
});
