import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { platformTags } from "./platform.ts";
import { supportedTags } from "./supported-tags.ts";
import { parseTagSet } from "./tag.ts";
import type { TagTarget } from "./target.ts";

/** One row of `test/supported-tags.json`, made with packaging 26.3: `*` stands for every platform in turn. */
interface Row {
  readonly name: string;
  readonly target: TagTarget;
  readonly platforms: string;
  readonly tags: string;
  readonly count: number;
}

const rows = JSON.parse(
  readFileSync(join(import.meta.dirname, "../test/supported-tags.json"), "utf8"),
) as readonly Row[];

function expand(row: Row): string[] {
  const platforms = row.platforms.split(" ");
  return row.tags
    .split(" ")
    .flatMap((tag) => (tag.endsWith("-*") ? platforms.map((platform) => tag.slice(0, -1) + platform) : [tag]));
}

describe("PEP 425: the supported tags are those of packaging.tags.sys_tags(), in its order", () => {
  test.each(rows.map((row) => [row.name, row] as const))("%s", (_, row) => {
    expect(platformTags(row.target.platform).join(" ")).toBe(row.platforms);
    expect(supportedTags(row.target).tags).toEqual(expand(row));
    expect(expand(row)).toHaveLength(row.count);
  });
});

describe("the rank of a wheel is the index of its best tag", () => {
  const target: TagTarget = {
    implementation: "cpython",
    version: [3, 11],
    platform: { os: "linux", architecture: "x86_64", libc: { kind: "glibc", version: [2, 36] } },
  };
  const supported = supportedTags(target);

  test("every supported tag has its own index", () => {
    expect(supported.tags.map((tag) => supported.rank([tag]))).toEqual(supported.tags.map((_, index) => index));
  });
  test("a compressed set counts with its best member", () => {
    expect(supported.rank(parseTagSet("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"))).toBe(
      supported.tags.indexOf("cp311-cp311-manylinux_2_17_x86_64"),
    );
  });
  test("an own-ABI wheel is better than a stable-ABI one, that than a pure one", () => {
    const ranks = ["cp311-cp311-linux_x86_64", "cp39-abi3-manylinux2014_x86_64", "py3-none-any"].map((tag) =>
      supported.rank([tag]),
    );
    expect(ranks).toEqual([...ranks].sort((a, b) => Number(a) - Number(b)));
  });
  test.each(["cp312-cp312-linux_x86_64", "py2-none-any", "cp311-cp311-win_amd64", "cp311-cp311-manylinux_2_37_x86_64"])(
    "%s has none",
    (tag) => {
      expect(supported.rank(parseTagSet(tag))).toBeUndefined();
    },
  );
});
