import { describe, expect, test } from "vitest";
import { InvalidRequirement, parseLenientRequirement, parseRequirement } from "./index.ts";

describe("mistakes that published metadata has", () => {
  test.each([
    ["scikit-learn (>=1.0.*) ; extra == 'pipelines'", 'scikit-learn>=1.0; extra == "pipelines"'],
    ["a[b] >=2.7 !=3.0*", "a[b]!=3.0.*,>=2.7"],
    ["a (>='1.0')", "a>=1.0"],
  ])("%s is read as %s", (written, meant) => {
    expect(() => parseRequirement(written)).toThrow(InvalidRequirement);
    expect(parseLenientRequirement(written).toString()).toBe(meant);
  });

  test.each(["a >> 1", "a @ ", "a; os_name", "", "a>=1.*; os_name = 'x'"])(
    "%j is refused, as the text it is",
    (text) => {
      expect(() => parseLenientRequirement(text)).toThrow(
        expect.objectContaining({ code: "MURRE_INVALID_REQUIREMENT", source: text }),
      );
    },
  );

  test("what is right is not touched", () => {
    const text = `a===1.*; python_version in "'3.8'*"`;
    expect(parseLenientRequirement(text).toString()).toBe(parseRequirement(text).toString());
  });
});
