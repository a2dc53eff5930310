import { takeLease } from "@murre/locking";
import { temporaryFolder } from "@murre/test-kit";
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { cleanAll, cleanProjects, prune } from "../maintenance/clean.ts";
import { fillDemo, shaOf } from "../demo-wheel.test.data.ts";
import { cacheLayout, hashedName } from "./layout.ts";
import { beginCacheOperation } from "../operation/operation.ts";
import { beginPartial } from "../operation/partial.ts";
import { sweep } from "../reclaim/sweep.ts";
import { verify } from "../maintenance/verify.ts";

/** A download whose first byte is about to be written. */
async function beginMade(...asked: Parameters<typeof beginPartial>): ReturnType<typeof beginPartial> {
  const partial = await beginPartial(...asked);
  partial.make();
  return partial;
}

const text = "print()\n";
const sha256 = shaOf(text);
const deadLease = "a".repeat(16) + "_0boot0spce_1_1";
const uuid = "00000000-0000-4000-8000-000000000000";
const url = "https://index.example/a-1.0-py3-none-any.whl";
const hintName = hashedName("page").slice(0, 32);
const partialOfDead = `partial/${hashedName(url).slice(0, 32)}.${deadLease}`;

/** A folder that nothing of the cache's may touch; its names are those that the cache looks for. */
function makeVictim() {
  const folder = temporaryFolder("victim");
  const names = ["precious", "a", sha256, "data", "validators", "ptr", "key", `${deadLease}-1`, "sub/deep", "failed/x"];
  for (const name of names) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), "important\n");
    utimesSync(join(folder, name), 1, 1);
  }
  const state = () =>
    (readdirSync(folder, { recursive: true }) as string[]).toSorted().map((name) => {
      const stat = statSync(join(folder, name));
      return [name, stat.isFile() ? `${stat.mtimeMs} ${readFileSync(join(folder, name), "utf8")}` : "folder"];
    });
  return { folder, state };
}

/** A cache as one who shares it could have left it: with a link (or a second name of a file) at a place inside. */
async function prepared(place: string, to: string, how: typeof symlinkSync | typeof linkSync = symlinkSync) {
  const folder = temporaryFolder("cache");
  const layout = cacheLayout(folder);
  const cache = beginCacheOperation(folder);
  await cache.add("a", fillDemo(text, "a"));
  cache.documents.write(["metadata", "a", sha256], "Metadata-Version: 2.1\n");
  cache.documents.write(["index", "0011223344556677", "a"], "page");
  cache.end();
  const path = join(layout.root, place.replace("ENTRY", readdirSync(layout.store)[0] ?? ""));
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  how(to, path);
  return { folder, layout };
}

/** All that the cache does, with and without an end. */
async function useIt(folder: string): Promise<void> {
  const layout = cacheLayout(folder);
  const cache = beginCacheOperation(folder);
  const settle = async (work: () => unknown) => {
    try {
      await work();
    } catch {
      // That it is refused is well; what it does meanwhile is looked at.
    }
  };
  await settle(() => cache.lookup("a", sha256));
  await settle(() => cache.add("a", fillDemo(text, "a")));
  await settle(() =>
    cache.addOnce({
      key: "a",
      lookup: (find) => find("a", sha256),
      make: (maker) => maker.add("a", fillDemo(text, "a")),
    }),
  );
  await settle(() => cache.documents.write(["metadata", "a", sha256], "new"));
  await settle(() => cache.documents.write(["index", "0011223344556677", "a"], "new"));
  await settle(async () => {
    const partial = await beginMade(layout, cache.lease, { url, readValidators: (kept) => kept });
    writeFileSync(partial.path, "received", { flag: "r+" });
    partial.note("validators");
    partial.remove();
  });
  await settle(() => cache.documentOnce({ key: "page", lookup: () => undefined, make: async () => ({}) }));
  await settle(() => cache.inTurn({ name: "a", subject: "a" }, async () => {}));
  cache.end();
  await settle(() => verify(layout, { repair: true }));
  await settle(() => sweep(layout, true));
  await settle(() => prune(layout, { olderThanMs: 1 }));
  await settle(() => cleanProjects(layout, ["a", "precious", "sub"]));
  await settle(() => cleanAll(layout));
}

const folders = [
  "archives/a",
  "index/0011223344556677",
  "metadata/a",
  "built/a",
  "store/ENTRY",
  `store/${sha256.slice(0, 32)}.${deadLease}.1`,
  `tmp/${deadLease}-1`,
  `condemned/${uuid}`,
  `snapshots/${uuid}`,
  `trash/${uuid}`,
  `trash/${uuid}/inside`,
  `leases/${deadLease}`,
  `heartbeats/${deadLease}`,
  partialOfDead,
  `locks/turn.${hashedName("a").slice(0, 32)}`,
  "locks/of-nobody",
  "hints/of-nobody",
];
const files = [
  `archives/a/${sha256}`,
  `metadata/a/${sha256}`,
  "index/0011223344556677/a",
  `condemned/${uuid}`,
  `snapshots/${uuid}`,
  `${partialOfDead}/data`,
  `${partialOfDead}/validators`,
  `leases/${deadLease}`,
  `hints/${hintName}`,
  "store/ENTRY/ptr",
  "store/ENTRY/key",
  "store/ENTRY/manifest",
  "store/ENTRY/pkg/a.py",
];

describe.skipIf(process.platform === "win32")("whatever the cache does, nothing happens to what lies behind", () => {
  test.each(folders)("a link at %s to a folder", async (place) => {
    const victim = makeVictim();
    const before = victim.state();
    const { folder } = await prepared(place, victim.folder);
    await useIt(folder);
    expect(victim.state()).toEqual(before);
  });

  test.each(files)("a link at %s to a file", async (place) => {
    const victim = makeVictim();
    const before = victim.state();
    const { folder } = await prepared(place, join(victim.folder, "precious"));
    await useIt(folder);
    expect(victim.state()).toEqual(before);
  });

  // A second name of the token is how entries are published, so that only its content tells a pointer from another's file.
  test.each([`condemned/${uuid}`, `${partialOfDead}/data`, `${partialOfDead}/validators`])(
    "a second name of a file at %s",
    async (place) => {
      const victim = makeVictim();
      const before = victim.state();
      const { folder } = await prepared(place, join(victim.folder, "precious"), linkSync);
      await useIt(folder);
      expect(victim.state()).toEqual(before);
    },
  );

  test("a ticket that was exchanged for a link while its holder worked", async () => {
    const victim = makeVictim();
    const before = victim.state();
    const { folder, layout } = await prepared("locks/nothing", victim.folder);
    const cache = beginCacheOperation(folder);
    const failing = cache.documentOnce({
      key: "page",
      lookup: () => undefined,
      sharesFailures: true,
      make: () => {
        const locks = readdirSync(join(layout.root, "locks")).find((name) => name.startsWith("page"));
        const tickets = join(layout.root, "locks", locks ?? "", "tickets");
        for (const name of readdirSync(tickets)) {
          rmSync(join(tickets, name));
          symlinkSync(join(victim.folder, "precious"), join(tickets, name));
        }
        throw new Error("it failed");
      },
    });
    await expect(failing).rejects.toThrow("it failed");
    cache.end();
    expect(victim.state()).toEqual(before);
  });
});

test("an interrupted download of one's own is still continued", async () => {
  const folder = temporaryFolder("cache");
  const layout = cacheLayout(folder);
  const first = takeLease(layout.root);
  const left = await beginMade(layout, first, { url, readValidators: (kept) => kept });
  writeFileSync(left.path, "received");
  left.note("validators");
  left.leave();
  first.release();
  const second = takeLease(layout.root);
  const { resumeFrom } = await beginMade(layout, second, { url, readValidators: (kept) => kept });
  second.release();
  expect(resumeFrom).toEqual({ bytes: 8, validators: "validators" });
});
