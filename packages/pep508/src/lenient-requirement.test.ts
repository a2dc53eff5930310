import { describe, expect, test } from "vitest";
import { InvalidRequirement, parseLenientRequirement, parseRequirement } from "./index.ts";

describe("mistakes that published metadata has", () => {
  test.each([
    ["scikit-learn (>=1.0.*) ; extra == 'pipelines'", 'scikit-learn>=1.0; extra == "pipelines"'],
    ["a[b] >=2.7 !=3.0*", "a[b]!=3.0.*,>=2.7"],
    ["a (>='1.0')", "a>=1.0"],
    ["a>=3.6.*,", "a>=3.6"],
    ["a ,>=0.5,,<2", "a<2,>=0.5"],
    ["a (,>=0.5)", "a>=0.5"],
    ["a (>=1.0", "a>=1.0"],
    ["a ((>=1.0))", "a>=1.0"],
    ["a ~=1", "a>=1"],
    ["a>=1.0;", "a>=1.0"],
    ["a ;", "a"],
    ["a ~=1 ; extra == 'b'", 'a>=1; extra == "b"'],
    ["a[b,c]<2.* >1", "a[b,c]<2,>1"],
    ["a @ https://host/a.whl; os_name == 'nt'", 'a @ https://host/a.whl ; os_name == "nt"'],
    ["a @ https://host/a.zip#sha256=00;os_name == 'nt'", 'a @ https://host/a.zip#sha256=00 ; os_name == "nt"'],
    ["a @ https://host/a;b=1/a.whl; os_name == 'nt'", 'a @ https://host/a;b=1/a.whl ; os_name == "nt"'],
    ["a @ https://host/a.whl ;", "a @ https://host/a.whl"],
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

  test.each([
    ["a @ https://host/a.whl;os_name=='nt'", 'a @ https://host/a.whl ; os_name == "nt"'],
    ["a @ https://host/a;b=1/a.whl", "a @ https://host/a;b=1/a.whl"],
    ["a @ https://host/a.whl;jsessionid=1", "a @ https://host/a.whl;jsessionid=1"],
  ])("%s: a marker ends the URL, anything else behind a semicolon is part of it", (written, meant) => {
    expect(parseLenientRequirement(written).toString()).toBe(meant);
  });

  test("what was taken instead is told, once and only where something was repaired", () => {
    const told: string[] = [];
    for (const text of ["a>=1.*", "a>=1", "a (>='1.0'); os_name == 'nt'"])
      parseLenientRequirement(text, (meant) => told.push(meant));
    expect(told).toEqual(["a>=1", "a>=1.0 ; os_name == 'nt'"]);
  });

  test("what is right is not touched", () => {
    const text = `a===1.*; python_version in "'3.8'*"`;
    expect(parseLenientRequirement(text).toString()).toBe(parseRequirement(text).toString());
  });
});
