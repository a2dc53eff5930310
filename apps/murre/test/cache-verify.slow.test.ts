import { CACHE_LAYOUT } from "@murre/cache";
import { indexedWheel, temporaryFolder, writeIndex } from "@murre/test-kit";
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { brokenRecords } from "../../../packages/installer/test/world.ts";
import { makeCommandWorld, succeeded } from "./command-world.ts";

interface Damaged {
  /** The archive's entry and its pointer. */
  readonly entry: string;
  readonly pointer: string;
  /** The id of another archive's entry. */
  readonly foreignId: string;
}

test.each<[what: string, kind: string, damage: (place: Damaged) => void]>([
  ["a flipped byte", "changed-file", ({ entry }) => flip(`${entry}/pkg/one.py`)],
  ["a truncated file", "truncated-file", ({ entry }) => truncateSync(`${entry}/pkg/one.py`, 3)],
  ["a missing file", "missing-file", ({ entry }) => rmSync(`${entry}/pkg/one.py`)],
  ["a broken manifest", "broken-manifest", ({ entry }) => truncateSync(`${entry}/manifest`, 20)],
  ["a dangling pointer", "dangling-pointer", ({ entry }) => rmSync(entry, { recursive: true })],
  ["a pointer to a foreign entry", "foreign-entry", ({ pointer, foreignId }) => replace(pointer, `${foreignId}\n`)],
])(
  "murre cache verify finds %s, --repair heals it, and installing goes on",
  { timeout: 60_000 },
  async (_, kind, damage) => {
    const world = makeCommandWorld();
    const specs = ["one", "two"].map((name) => ({ name, version: "1.0", files: { [`${name}.py`]: "print(1)\n" } }));
    writeIndex(join(world.folder, "index"), await Promise.all(specs.map((spec) => indexedWheel(spec))));
    const install = async () => {
      const target = temporaryFolder("target");
      const index = ["--index-url", join(world.folder, "index/simple"), "--no-config"];
      // Copies: an environment that links a damaged file has the damage.
      succeeded(await world.murre("pip", "install", "one", "two", ...index, "--target", target, "--link-mode", "copy"));
      return brokenRecords(target);
    };
    expect(await install()).toEqual([]);
    damage(placeOf(join(world.cache, CACHE_LAYOUT)));

    const verify = async (...words: string[]) => {
      const { code, stdout } = await world.murre("cache", "verify", "--json", ...words);
      const { problems } = JSON.parse(stdout) as { problems: { kind: string; project: string }[] };
      return [code, problems.map((problem) => `${problem.kind} of ${problem.project}`)];
    };
    expect(await verify()).toEqual([1, [`${kind} of one`]]);
    expect(await verify("--repair")).toEqual([0, [`${kind} of one`]]);
    expect(await verify()).toEqual([0, []]);
    expect(await install()).toEqual([]);
    expect(await verify()).toEqual([0, []]);
  },
);

function placeOf(root: string): Damaged {
  const idOf = (project: string) => {
    const [sha256 = ""] = readdirSync(`${root}/archives/${project}`);
    return {
      pointer: `${root}/archives/${project}/${sha256}`,
      id: readFileSync(`${root}/archives/${project}/${sha256}`, "utf8").trim(),
    };
  };
  const { pointer, id } = idOf("one");
  return { entry: `${root}/store/${id}`, pointer, foreignId: idOf("two").id };
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
  writeFileSync(path, bytes);
}

/** Another file at that name: written in place, its other link would change as well. */
function replace(path: string, text: string): void {
  rmSync(path);
  writeFileSync(path, text);
}
