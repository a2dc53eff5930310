import { corruptMember, makeTarGz, makeZip, temporaryFolder, type RawTarPart } from "@murre/test-kit";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const child = fileURLToPath(new URL("failing-streams-child.mjs", import.meta.url));

/** Noise, so that it is as long packed: several pieces of every stream, and more than any of them holds back. */
function noise(bytes: number): Buffer {
  const data = Buffer.alloc(bytes);
  for (let at = 0, state = 1; at < bytes; at += 4)
    data.writeUInt32LE((state = Math.imul(state, 0x9e3779b1) ^ at) >>> 0, at);
  return data;
}

const large = noise(6 * 1024 * 1024);
const damaged = (archive: Buffer, at: number): Buffer => {
  const copy = Buffer.from(archive);
  copy.fill(0xff, at, at + 64);
  return copy;
};
const tar = (...parts: RawTarPart[]) => makeTarGz([{ path: "d/large", data: large }, ...parts]);
const zip = (paths: readonly string[], stored = false) =>
  makeZip(
    paths.map((path) => ({ path, data: large, executable: false })),
    { stored },
  );

/** What fails while a stream is open: its reading, its checks, or what takes its pieces. */
const rows: readonly (readonly [what: string, filename: string, make: () => Promise<Buffer> | Buffer, code: string])[] =
  [
    ["damaged data of a zip", "d-1.zip", async () => corruptMember(await zip(["d/a", "d/b"]), "d/a"), "UNREADABLE"],
    [
      "damaged stored data of a zip",
      "d-1.zip",
      async () => corruptMember(await zip(["d/a", "d/b"], true), "d/a"),
      "UNREADABLE",
    ],
    ["the last member of a zip", "d-1.zip", async () => corruptMember(await zip(["d/a", "d/b"]), "d/b"), "UNREADABLE"],
    ["a limit within a member of a zip", "d-1.zip", () => zip(["d/a", "d/b", "d/c"]), "TOO_LARGE"],
    ["damaged gzip data", "d-1.tar.gz", () => damaged(tar(), 3_000_000), "UNREADABLE"],
    ["gzip data that is cut off", "d-1.tar.gz", () => tar().subarray(0, 3_000_000), "UNREADABLE"],
    [
      "a limit within a member of a tar",
      "d-1.tar.gz",
      () => tar({ path: "d/b", data: large }, { path: "d/c", data: large }),
      "TOO_LARGE",
    ],
    [
      "a member that leaves the folder",
      "d-1.tar.gz",
      () => tar({ path: "../evil" }, { path: "d/b", data: large }),
      "UNSAFE",
    ],
    [
      "a header that cannot be read",
      "d-1.tar.gz",
      () => tar(Buffer.alloc(512, 7), { path: "d/b", data: large }),
      "UNREADABLE",
    ],
  ];

test.each(rows)("%s ends with one error, and the process goes on", async (_, filename, make, code) => {
  const folder = temporaryFolder("streams");
  mkdirSync(join(folder, "in"));
  writeFileSync(join(folder, filename), await make());
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [child, join(folder, filename), join(folder, "in/tree")],
    {
      encoding: "utf8",
      timeout: 60_000,
    },
  );
  expect({ status, stderr, said: stdout.trim().split("\n") }).toEqual({
    status: 0,
    stderr: "",
    said: [expect.stringMatching(new RegExp(`^MURRE_.*${code}`)), "open files: 0", "goes on"],
  });
  expect(readdirSync(join(folder, "in"))).toEqual([]);
});
