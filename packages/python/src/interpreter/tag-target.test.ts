import { describe, expect, test } from "vitest";
import { parseElf, readElf } from "./elf.ts";
import { tagsOf } from "../../test/fake-machine.ts";
import type { ProbeReport } from "./probe-script.ts";
import { tagTargetOf, type LinuxFacts } from "./tag-target.ts";

function report(system: string, tags: Partial<ProbeReport["tags"]>): ProbeReport {
  return {
    implementation: "cpython",
    markers: { platform_system: system },
    tags: { ...tagsOf("3.12"), platform: "", ...tags },
  } as unknown as ProbeReport;
}

const header = { bits: 64, littleEndian: true, machine: 62, flags: 0 } as const;
const musl: LinuxFacts = {
  elf: { header, loader: "/lib/ld-musl-x86_64.so.1" },
  describeLoader: () => "musl libc (x86_64)\nVersion 1.2.5\nDynamic Program Loader\n",
};
const glibc: LinuxFacts = { elf: { header, loader: "/lib64/ld-linux-x86-64.so.2" }, describeLoader: () => "" };

describe("the platform of a tag target is what the probe reported", () => {
  test.each([
    [
      "Linux",
      { platform: "linux-x86_64", glibc: "2.36" },
      glibc,
      { os: "linux", architecture: "x86_64", libc: { kind: "glibc", version: [2, 36] }, elf: header },
    ],
    [
      "Linux",
      { platform: "linux-x86_64", glibc: "2.20-2014.11", bits: 32 },
      glibc,
      { os: "linux", architecture: "i686", libc: { kind: "glibc", version: [2, 20] }, elf: header },
    ],
    [
      "Linux",
      { platform: "linux-aarch64", bits: 32 },
      { ...glibc, elf: undefined },
      { os: "linux", architecture: "armv8l" },
    ],
    [
      "Linux",
      { platform: "linux-x86_64" },
      musl,
      { os: "linux", architecture: "x86_64", libc: { kind: "musl", version: [1, 2] }, elf: header },
    ],
    [
      "Linux",
      { platform: "linux-x86_64" },
      { ...musl, describeLoader: () => "what?" },
      { os: "linux", architecture: "x86_64", elf: header },
    ],
    [
      "Darwin",
      { platform: "macosx-11.0-arm64", mac: ["14.2.1", "arm64"] },
      glibc,
      { os: "macos", version: [14, 2], architecture: "arm64" },
    ],
    [
      "Darwin",
      { platform: "macosx-10.9-intel", mac: ["10.9", "x86_64"], bits: 32 },
      glibc,
      { os: "macos", version: [10, 9], architecture: "i386" },
    ],
    ["Windows", { platform: "win-amd64" }, glibc, { os: "windows", platform: "win-amd64" }],
    [
      "FreeBSD",
      { platform: "freebsd-14.1-RELEASE-amd64" },
      glibc,
      { os: "other", platform: "freebsd-14.1-RELEASE-amd64" },
    ],
    [
      "iOS",
      { platform: "ios-13.0-arm64-iphoneos", ios: "17.4", multiarch: "arm64-iphoneos" },
      glibc,
      { os: "ios", version: [17, 4], multiarch: "arm64-iphoneos" },
    ],
    [
      "Android",
      { platform: "android-21-arm64_v8a", android: 34 },
      glibc,
      { os: "android", apiLevel: 34, abi: "arm64_v8a" },
    ],
  ] as const)("%s %o", (system, tags, facts, expected) => {
    expect(tagTargetOf(report(system, tags as Partial<ProbeReport["tags"]>), () => facts).platform).toEqual(expected);
  });
});

describe("System V ABI: the ELF header and the loader of an executable", () => {
  test("a big-endian 32-bit file", () => {
    const file = Buffer.alloc(200);
    file.write("\x7fELF", "latin1");
    file.set([1, 2], 4);
    file.writeUInt16BE(40, 18);
    file.writeUInt32BE(52, 28);
    file.writeUInt32BE(0x05000400, 36);
    file.writeUInt16BE(32, 42);
    file.writeUInt16BE(1, 44);
    file.writeUInt32BE(3, 52);
    file.writeUInt32BE(100, 56);
    file.writeUInt32BE(10, 68);
    file.write("/lib/ld.so\0", 100, "latin1");
    expect(parseElf((offset, length) => file.subarray(offset, offset + length))).toEqual({
      header: { bits: 32, littleEndian: false, machine: 40, flags: 0x05000400 },
      loader: "/lib/ld.so",
    });
  });
  test.each(["", "#!/bin/sh\n".padEnd(100), "\x7fELF"])("%j is none", (text) => {
    const file = Buffer.from(text, "latin1");
    expect(parseElf((offset, length) => file.subarray(offset, offset + length))).toBeUndefined();
  });
  test("a file that is not there has none", () => {
    expect(readElf("/nowhere/python")).toBeUndefined();
  });
});
