import { gnuLong, hostileSdists, makeTarGz, makeZip, pax, temporaryFolder, type RawTarPart } from "@murre/test-kit";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { unpackSdist } from "./unpack-sdist.ts";
import type { SdistLimits } from "./sdist-limits.ts";

async function unpack(bytes: Buffer, filename = "demo-1.0.tar.gz", limits: Partial<SdistLimits> = {}) {
  const folder = temporaryFolder("sdist");
  const path = join(folder, filename);
  writeFileSync(path, bytes);
  const destination = join(folder, "in", "here");
  mkdirSync(join(folder, "in"));
  return { folder, destination, tree: await unpackSdist(path, destination, filename, limits).catch((e: Error) => e) };
}

const gnuMagic = "ustar  \0";

const honest: readonly RawTarPart[] = [
  { path: "demo-1.0/", type: "5", mode: 0o755 },
  { path: "demo-1.0/setup.py", data: "print()\n" },
  { path: "demo-1.0/tool", data: "#!/bin/sh\n", mode: 0o4755 },
  { path: "./demo-1.0/deep//er/x.txt", data: "x" },
  { path: "demo-1.0/link", type: "2", target: "deep/er/x.txt" },
  { path: "demo-1.0/same", type: "1", target: "demo-1.0/setup.py" },
];

describe("an honest sdist", () => {
  test("is unpacked with its one top folder as the tree", async () => {
    const { tree, destination } = await unpack(makeTarGz(honest));
    expect(tree).toBe(join(destination, "demo-1.0"));
    const read = (name: string) => readFileSync(join(String(tree), name), "utf8");
    expect(["setup.py", "deep/er/x.txt", "link", "same"].map(read)).toEqual(["print()\n", "x", "x", "print()\n"]);
    expect(readlinkSync(join(String(tree), "link"))).toBe("deep/er/x.txt");
  });

  test("keeps whether a file is executable, and nothing else of its mode", async () => {
    const { tree } = await unpack(makeTarGz(honest));
    const mode = (name: string) => statSync(join(String(tree), name)).mode & 0o7111;
    expect([mode("tool") !== 0, mode("tool") & 0o7000, mode("setup.py")]).toEqual([true, 0, 0]);
  });

  test("without a common top folder is the tree itself", async () => {
    const { tree, destination } = await unpack(makeTarGz([{ path: "setup.py" }, { path: "PKG-INFO" }]));
    expect(tree).toBe(destination);
  });

  test("may be a zip", async () => {
    const members = [
      { path: "demo-1.0/setup.py", data: Buffer.from("print()\n"), executable: false },
      { path: "demo-1.0/a/tool", data: Buffer.from("#!"), executable: true },
    ];
    const { tree } = await unpack(await makeZip(members, { folderEntries: true }), "demo-1.0.zip");
    expect(readFileSync(join(String(tree), "setup.py"), "utf8")).toBe("print()\n");
    expect(statSync(join(String(tree), "a/tool")).mode & 0o100).toBe(0o100);
  });

  test("may hold a member twice: the last one counts", async () => {
    const { tree } = await unpack(
      makeTarGz([
        { path: "d/a", data: "1" },
        { path: "d/a", data: "2" },
      ]),
    );
    expect(readFileSync(join(String(tree), "a"), "utf8")).toBe("2");
  });
});

describe("a hostile sdist is refused, and nothing of it is left", () => {
  const rows = Object.entries(hostileSdists).flatMap(([code, cases]) => cases.map((one) => ({ code, ...one })));
  test.each(rows)("$code: $what", async ({ code, make, filename }) => {
    const { tree, destination, folder } = await unpack(await make(), filename);
    expect(tree).toMatchObject({ code });
    expect((tree as Error).message.length).toBeLessThan(20_000);
    expect(existsSync(destination)).toBe(false);
    expect(readdirSync(folder).toSorted()).toEqual([filename, "in"].toSorted());
    expect(readdirSync(join(folder, "in"))).toEqual([]);
  });
});

describe("what old and new tools write is read", () => {
  const octal = (value: number) => `${value.toString(8).padStart(6, "0")} \0`;
  const read = (...parts: RawTarPart[]) => unpack(makeTarGz([{ path: "d/first", data: "1" }, ...parts]));
  test.each<[string, RawTarPart[], string]>([
    ["a PAX name", [pax({ path: "d/long", mtime: "1.5" }), { path: "d/short", data: "x" }], "long"],
    ["a PAX size that says the same", [pax({ size: "1" }), { path: "d/a", data: "x" }], "a"],
    ["a long name of GNU", [gnuLong("d/long"), { path: "d/short", data: "x", magic: gnuMagic }], "long"],
    ["a prefix", [{ path: "a", prefix: "d/e", data: "x" }], "e/a"],
    ["a comment for all members", [pax({ comment: "1".repeat(40) }, "g"), { path: "d/a", data: "x" }], "a"],
    ["a header before POSIX", [{ path: "d/a", data: "x", type: "\0", magic: "\0" }], "a"],
    [
      "a folder before POSIX",
      [
        { path: "d/e/", type: "\0", magic: "\0" },
        { path: "d/e/a", data: "x" },
      ],
      "e/a",
    ],
    [
      "numbers that end in blanks",
      [{ path: "d/a", data: "x", size: "          1 ", change: (block) => void block.write(octal(0o644), 100) }],
      "a",
    ],
    ["a name of 100 bytes", [{ path: `d/${"a".repeat(98)}`, data: "x" }], "a".repeat(98)],
    [
      "an owner in base 256",
      [{ path: "d/a", data: "x", change: (block) => void block.writeUInt32BE(0x80000000, 108) }],
      "a",
    ],
    [
      "an extended attribute",
      [pax({ "SCHILY.xattr.user.x": Buffer.from([0xff, 0]) }), { path: "d/a", data: "x" }],
      "a",
    ],
  ])("%s", async (_, parts, path) => {
    const { tree } = await read(...parts);
    expect(readFileSync(join(String(tree), path), "utf8")).toBe("x");
  });

  test("a long target of GNU", async () => {
    const { tree } = await read(gnuLong("first", "K"), { path: "d/l", type: "2", target: "short" });
    expect(readlinkSync(join(String(tree), "l"))).toBe("first");
  });

  test.each([0, 512, 10_240])("%d bytes of zeros at the end", async (bytes) => {
    const { tree } = await unpack(makeTarGz([{ path: "d/a", data: "x" }], Buffer.alloc(bytes)));
    expect(readFileSync(join(String(tree), "a"), "utf8")).toBe("x");
  });

  test("a gzip header with a name and a comment", async () => {
    const whole = makeTarGz([{ path: "d/a", data: "x" }]);
    const header = Buffer.from(whole.subarray(0, 10));
    header[3] = 0x1c;
    const extra = Buffer.from("\u0002\u0000zzname\0comment\0", "latin1");
    const { tree } = await unpack(Buffer.concat([header, extra, whole.subarray(10)]));
    expect(readFileSync(join(String(tree), "a"), "utf8")).toBe("x");
  });
});

describe("limits", () => {
  const files = makeTarGz([
    { path: "d/a", data: Buffer.alloc(5000) },
    { path: "d/b/c/d", data: Buffer.alloc(5000) },
  ]);
  test.each([
    ["entries", { maxEntries: 1 }],
    ["bytes", { maxTotalBytes: 9999 }],
    ["folders in folders", { maxDepth: 3 }],
  ])("of %s are kept", async (_, limits) => {
    const { tree, destination } = await unpack(files, undefined, limits);
    expect(tree).toMatchObject({ code: "MURRE_SDIST_TOO_LARGE" });
    expect(existsSync(destination)).toBe(false);
  });

  test("an archive that unpacks to many times its size ends early", async () => {
    const bomb = makeTarGz(
      Array.from({ length: 9 }, (_, i) => ({ path: `d/${i}`, data: Buffer.alloc(32 * 1024 ** 2) })),
    );
    const { tree } = await unpack(bomb, undefined, { maxRatio: 100 });
    expect(tree).toMatchObject({ code: "MURRE_SDIST_TOO_LARGE" });
  });
});

test("another form of archive is none that can be built", async () => {
  const { tree } = await unpack(makeTarGz(honest), "demo-1.0.tar.bz2");
  expect(tree).toMatchObject({ code: "MURRE_UNREADABLE_SDIST" });
});
