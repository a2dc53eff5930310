import { describe, expect, test } from "vitest";
import { allowsFormat, applyFormatControl } from "./format-control.ts";

describe("pip's --only-binary and --no-binary", () => {
  const onlyBinary = applyFormatControl(undefined, "onlyBinary", ":all:");
  const butSix = applyFormatControl(onlyBinary, "noBinary", "Six");

  test.each([
    ["flask", "wheel", true],
    ["flask", "sdist", false],
    ["six", "wheel", false],
    ["six", "sdist", true],
  ] as const)("with --only-binary :all: --no-binary six, %s from a %s: %s", (project, kind, allowed) => {
    expect(allowsFormat(butSix, project, kind)).toBe(allowed);
  });

  test("--no-binary :all: forgets what was only binary", () => {
    expect(applyFormatControl(onlyBinary, "noBinary", ":all:")).toEqual({ onlyBinary: [], noBinary: [":all:"] });
  });
});
