import { corruptMember, makeZip, temporaryFolder } from "@murre/test-kit";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { makeTarGz, type TarMember } from "./make-tar.test.data.ts";
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

const honest: readonly TarMember[] = [
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

const hostile: readonly (readonly [string, readonly TarMember[]])[] = [
  ["an absolute path", [{ path: "/tmp/murre-was-here" }]],
  ["a path with ..", [{ path: "demo/../../escaped" }]],
  ["a path with a backslash", [{ path: "demo\\..\\..\\escaped" }]],
  ["a drive letter", [{ path: "C:/escaped" }]],
  ["a control character", [{ path: "demo/a\nb" }]],
  ["a link to an absolute path", [{ path: "demo/l", type: "2", target: "/etc/passwd" }]],
  ["a link outside", [{ path: "demo/l", type: "2", target: "../../escaped" }]],
  ["a hard link outside", [{ path: "demo/l", type: "1", target: "../escaped" }]],
  ["a hard link to nothing", [{ path: "demo/l", type: "1", target: "demo/missing" }]],
  [
    "a hard link through a link",
    [
      { path: "demo/l", type: "2", target: "." },
      { path: "demo/h", type: "1", target: "demo/l" },
    ],
  ],
  [
    "a member below a link",
    [
      { path: "demo/l", type: "2", target: "." },
      { path: "demo/l/x", data: "x" },
    ],
  ],
  [
    "a link below a link, harmless by its name only",
    [
      { path: "demo/deep/x", data: "x" },
      { path: "demo/l", type: "2", target: "." },
      { path: "demo/l/m", type: "2", target: "../../escaped" },
    ],
  ],
  [
    "a chain of links, each harmless alone",
    [
      { path: "demo/a/b/x", data: "x" },
      { path: "demo/down", type: "2", target: "a/b" },
      { path: "demo/up", type: "2", target: "down/../../../.." },
    ],
  ],
  [
    "links that lead to each other",
    [
      { path: "demo/a", type: "2", target: "b" },
      { path: "demo/b", type: "2", target: "a" },
    ],
  ],
  ["a link where a folder is", [{ path: "demo/a/x" }, { path: "demo/a", type: "2", target: "." }]],
  ["a device", [{ path: "demo/null", type: "3" }]],
  ["a pipe", [{ path: "demo/pipe", type: "6" }]],
];

describe("a hostile sdist is refused, and nothing of it is left", () => {
  test.each(hostile)("%s", async (_, members) => {
    const { tree, destination, folder } = await unpack(makeTarGz([{ path: "demo/first", data: "1" }, ...members]));
    expect(tree).toMatchObject({ code: "MURRE_UNSAFE_SDIST" });
    expect(existsSync(destination)).toBe(false);
    expect(readdirSync(folder).toSorted()).toEqual(["demo-1.0.tar.gz", "in"]);
    expect(readdirSync(join(folder, "in"))).toEqual([]);
  });

  test.each(["../escaped", "/escaped", "a\\b"])("a zip with the member %s", async (path) => {
    const zip = await makeZip([{ path: "xxxxxxxxxx", data: Buffer.from("x"), executable: false }]);
    // Of equal length, so that offsets stay right; the maker itself refuses such names.
    const patched = Buffer.from(zip.toString("latin1").replaceAll("xxxxxxxxxx", path.padEnd(10, "y")), "latin1");
    expect((await unpack(patched, "demo-1.0.zip")).tree).toMatchObject({ code: "MURRE_UNSAFE_SDIST" });
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

describe("what is no archive", () => {
  const whole = makeTarGz(honest);
  test.each([
    ["text", Buffer.from("hello"), "demo-1.0.tar.gz"],
    ["an archive cut off", whole.subarray(0, whole.length - 40), "demo-1.0.tar.gz"],
    ["gzipped noise", gzipSync(Buffer.alloc(2000, 7)), "demo-1.0.tar.gz"],
    ["nothing", gzipSync(Buffer.alloc(0)), "demo-1.0.tar.gz"],
    ["a zip that is none", Buffer.from("PK hello"), "demo-1.0.zip"],
    ["another form", whole, "demo-1.0.tar.bz2"],
  ])("%s is said to be none", async (_, bytes, filename) => {
    expect((await unpack(bytes, filename)).tree).toMatchObject({ code: "MURRE_UNREADABLE_SDIST" });
  });

  test("a zip with damaged data is refused", async () => {
    const zip = await makeZip([{ path: "d/setup.py", data: Buffer.from("print()\n".repeat(99)), executable: false }]);
    expect((await unpack(corruptMember(zip, "d/setup.py"), "demo-1.0.zip")).tree).toMatchObject({
      code: "MURRE_UNREADABLE_SDIST",
    });
  });
});
