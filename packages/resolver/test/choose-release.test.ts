import { parseSpecifierSet } from "@murre/pep440";
import { parseRequirement } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import { ReleaseChooser } from "../src/index.ts";
import { linuxTarget, type MemoryIndex, MemorySource, pinsIn, wheelForAll } from "./memory-index.ts";

const index: MemoryIndex = {
  lib: { "1.0": [], "2.0": [], "2.1b1": [] },
  old: { "1.0": {}, "2.0": { metadataPython: "<3" } },
  broken: { "1.0": {}, "2.0": { broken: "it is no zip file" } },
  mixed: { "1.0": {}, "2.0": { yanked: true } },
  gone: { "1.0": { yanked: true } },
  windows: { "1.0": { files: ["-cp311-cp311-win_amd64.whl"] } },
  newer: { "1.0": { python: ">=3.14" } },
  early: { "1.0a1": [], "1.0a2": [] },
  sources: { "1.0": {}, "2.0": { files: [".tar.gz"] } },
  half: { "1.0": {}, "1.5": {}, "2.0": { files: [".tar.gz"] }, "3.0a1": {} },
  apart: { "1.0": {}, "2.0": { files: [".tar.gz", "-cp311-cp311-win_amd64.whl"] } },
  withdrawn: { "1.0": { files: [".tar.gz"] }, "2.0": { yanked: true } },
  several: { "1.0": { files: [wheelForAll, "-cp311-cp311-manylinux_2_17_x86_64.whl"] } },
};

async function choose(requirement: string, options = {}): Promise<string> {
  const { normalizedName, specifiers } = parseRequirement(requirement);
  const chooser = new ReleaseChooser({
    target: linuxTarget,
    source: new MemorySource(index),
    specifiers: new Map([[normalizedName, specifiers]]),
    ...options,
  });
  const choice = await chooser.choose(normalizedName);
  return choice.kind === "release" ? `${normalizedName}==${choice.version}` : `${choice.cause}: ${choice.reason}`;
}

describe("one release is chosen as a resolution chooses it", () => {
  test.each([
    ["lib", "lib==2.0"],
    ["lib<2", "lib==1.0"],
    ["lib>=2.1b1", "lib==2.1b1"],
    ["lib<3.0.dev0", "lib==2.0"],
    ["old", "old==1.0"],
    ["broken", "broken==1.0"],
    ["mixed", "mixed==1.0"],
    ["mixed==2.0", "mixed==2.0"],
    ["early", "early==1.0a2"],
    ["sources", "sources==2.0"],
    ["several", "several==1.0"],
  ])("%s: %s", async (requirement, expected) => {
    expect(await choose(requirement)).toBe(expected);
    expect(await pinsIn(index, requirement)).toBe(expected);
  });

  test.each([
    ["half", "half==1.5", "half==2.0"],
    ["half>1.5", "half==2.0", "half==2.0"],
    ["half>=3.0a1", "half==3.0a1", "half==3.0a1"],
    ["sources", "sources==1.0", "sources==2.0"],
    ["apart", "apart==1.0", "apart==2.0"],
    ["withdrawn", "withdrawn==1.0", "withdrawn==1.0"],
    ["lib", "lib==2.0", "lib==2.0"],
  ])("%s where wheels are preferred: %s", async (requirement, preferring, otherwise) => {
    expect(await choose(requirement, { prefersWheels: true })).toBe(preferring);
    expect(await pinsIn(index, requirement, { prefersWheels: true })).toBe(preferring);
    expect(await choose(requirement)).toBe(otherwise);
  });

  test.each([
    ["old", "old==2.0"],
    ["newer", "newer==1.0"],
  ])("%s where Requires-Python does not count: %s", async (requirement, expected) => {
    const target = { ...linuxTarget, ignoresRequiresPython: true };
    expect(await choose(requirement, { target })).toBe(expected);
    expect(await pinsIn(index, requirement, { target })).toBe(expected);
  });

  test("the metadata of a pinned version is not asked for", async () => {
    expect(await choose("old==2.0")).toBe("old==2.0");
  });

  test("nor any, where only pages are to be looked at", async () => {
    expect(await choose("old", { readsMetadata: false })).toBe("old==2.0");
  });
});

describe("why there is none", () => {
  test.each([
    ["nobody", "no-project: no index has a project of this name"],
    ["lib>=9", "no-version: there is no such version of lib: there is 1.0, 2.0, 2.1b1"],
    ["gone", "unusable: gone==1.0 cannot be used (it is yanked, which only a requirement with == admits)"],
    ["newer", "unusable: newer==1.0 cannot be used (it requires Python >=3.14, and this is 3.11.7)"],
    [
      "windows",
      "unusable: windows==1.0 cannot be used (it has no wheel for Python 3.11.7 on linux, but for cp311-cp311-win_amd64 only)",
    ],
    ["old>=2", "unusable: old==2.0 cannot be used (it requires Python <3, and this is 3.11.7)"],
    ["broken>=2", "unusable: broken==2.0 cannot be used (it is no zip file)"],
  ])("%s: %s", async (requirement, expected) => {
    expect(await choose(requirement)).toBe(expected);
  });

  test("a refused file is one that does not fit, with its reason", async () => {
    const source = new MemorySource(index);
    const files = source.files.bind(source);
    source.files = async (project) =>
      (await files(project))!.map((file) => ({ ...file, refused: "its hash is another" }));
    const specifiers = new Map([[parseRequirement("lib").normalizedName, parseSpecifierSet("==1.0")]]);
    const chooser = new ReleaseChooser({ target: linuxTarget, source, specifiers });
    expect(await chooser.choose(parseRequirement("lib").normalizedName)).toMatchObject({
      kind: "none",
      cause: "unusable",
      reason: "lib==1.0 cannot be used (its hash is another)",
      available: ["1.0", "2.0", "2.1b1"],
      refused: { filename: "lib-1.0-py3-none-any.whl" },
    });
  });
});
