import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { essentialMetadata, parseMetadata } from "./metadata.ts";
import { parseWheelFile } from "./wheel-file.ts";

const head = "Metadata-Version: 2.1\nName: x\nVersion: 1.0\n";

describe("core metadata: fields as in RFC 822, then a body", () => {
  test("a field that may come more than once keeps its order", () => {
    const { requiresDist, providesExtra } = parseMetadata(
      `${head}Requires-Dist: a>=1\nProvides-Extra: fast\nRequires-Dist: b; extra == "fast"\n`,
    );
    expect(requiresDist).toEqual(["a>=1", 'b; extra == "fast"']);
    expect(providesExtra).toEqual(["fast"]);
  });

  test("a folded value is one line again", () => {
    expect(parseMetadata(`${head}Requires-Dist: a\n  >=1\n\t,<2\n`).requiresDist).toEqual(["a >=1 ,<2"]);
  });

  test("the body is the description, with its blank lines", () => {
    expect(parseMetadata(`${head}\n# x\n\nName: not a field\n`).description).toBe("# x\n\nName: not a field\n");
  });

  test.each([
    ["eight spaces", "        "],
    ["seven spaces and a bar", "       |"],
  ])("a Description field indented by %s loses the indentation", (_, indent) => {
    expect(parseMetadata(`${head}Description: one\n${indent}\n${indent}  two\n`).description).toBe("one\n\n  two");
  });

  test("field names are read in any case, line ends in any form, and a byte order mark is skipped", () => {
    const text = "\uFEFFmetadata-version: 1.0\r\nNAME: Ünï\r\nversion: 2\r\n";
    expect(parseMetadata(text)).toMatchObject({ metadataVersion: "1.0", name: "Ünï", version: "2" });
  });

  test("a line that is no field ends the fields, as in Python's email parser", () => {
    const { requiresDist, description } = parseMetadata(`${head}no colon here\nRequires-Dist: a\n`);
    expect(requiresDist).toEqual([]);
    expect(description).toBe("no colon here\nRequires-Dist: a\n");
  });

  test("any other field is there by its name in lower case", () => {
    expect(parseMetadata(`${head}Project-URL: a, b\nProject-URL: c, d\n`).fields.get("project-url")).toEqual([
      "a, b",
      "c, d",
    ]);
  });

  test("all missing fields are named at once", () => {
    expect(() => parseMetadata("Summary: nothing\n", "x.whl")).toThrow(
      "x.whl: METADATA has no Metadata-Version; METADATA has no Name; METADATA has no Version (MURRE_INVALID_METADATA)",
    );
  });

  test.each(["3.0", "2", "new"])("Metadata-Version %s is refused: the major version is unknown", (version) => {
    const text = `Metadata-Version: ${version}\nName: x\nVersion: 1\n`;
    expect(() => parseMetadata(text)).toThrow(expect.objectContaining({ code: "MURRE_INVALID_METADATA" }));
  });
});

describe("PEP 427: the WHEEL file", () => {
  test("holds the version, the root's scheme, the tags and the build", () => {
    const text = "Wheel-Version: 1.9\nRoot-Is-Purelib: TRUE\nTag: py2-none-any\nTag: py3-none-any\nBuild: 1a\n";
    expect(parseWheelFile(text)).toEqual({
      wheelVersion: [1, 9],
      rootIsPurelib: true,
      tags: ["py2-none-any", "py3-none-any"],
      build: "1a",
    });
  });

  test.each(["false", "yes", ""])("Root-Is-Purelib: %j is platlib", (value) => {
    expect(parseWheelFile(`Wheel-Version: 1.0\nRoot-Is-Purelib: ${value}\n`).rootIsPurelib).toBe(false);
  });

  test.each(["Tag: x\n", "Wheel-Version: one\n"])("%j has no Wheel-Version and is refused", (text) => {
    expect(() => parseWheelFile(text)).toThrow(expect.objectContaining({ code: "MURRE_INVALID_METADATA" }));
  });
});

/** What resolution reads, or what is wrong with it. */
function needsIn(text: string): unknown {
  try {
    const { name, version, requiresDist, requiresPython, providesExtra } = parseMetadata(text);
    return { name, version, requiresDist, requiresPython, providesExtra };
  } catch (error) {
    return (error as Error).message;
  }
}

describe("METADATA reduced to what resolution reads", () => {
  test("has these fields and no others; the description is the most of it", () => {
    const text = [
      "Metadata-Version: 2.1",
      "Name: foo",
      "Summary: with: colons",
      "version: 1.0",
      "Requires-Dist: bar (>=1,",
      "\t<2)",
      "Description: long",
      "        Name: other",
      "Provides-Extra: x",
      "",
      "Requires-Dist: from-the-body",
    ].join("\n");
    expect(essentialMetadata(text)).toBe(
      "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\nRequires-Dist: bar (>=1,\n\t<2)\nProvides-Extra: x\n",
    );
  });

  // A licence is often quoted whole, with lines of blanks between its paragraphs.
  const licence = "License: Copyright\n        \n        Some rights\n\t\n        reserved";
  test.each<[string, string]>([
    ["a field with lines of blanks", licence],
    ["one with lines of blanks at its end", `${licence}\n        `],
    ["an empty field", "Author-email:"],
    ["a field with a form feed", "Author: a\fb"],
    ["carriage returns", licence.replaceAll("\n", "\r\n")],
    ["a field of two names", "Home page: here"],
  ])("says the same as the whole where there is %s", (_, field) => {
    const head = "Metadata-Version: 2.4\nName: foo\nVersion: 1.0";
    const text = `${head}\n${field}\nRequires-Python: >=3.8\nRequires-Dist: bar\nRequires-Dist: baz; extra == "x"\nProvides-Extra: x\n\nbody\n`;
    expect(needsIn(essentialMetadata(text))).toEqual(needsIn(text));
  });

  test("of random fields it says the same as the whole", () => {
    const line = fc.constantFrom(
      "Requires-Dist: a>=1",
      "Requires-Dist:b",
      "requires-python: >=3.8",
      "Summary: x",
      "License: y",
      "        ",
      "\t",
      "        more",
      " Requires-Dist: folded",
      "Provides-Extra: z",
      "no field",
      "",
      "Name : other",
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom("\n", "\r\n"), (lines, end) => {
        const text = ["Metadata-Version: 2.1", "Name: foo", "Version: 1.0", ...lines].join(end);
        expect(needsIn(essentialMetadata(text))).toEqual(needsIn(text));
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});
