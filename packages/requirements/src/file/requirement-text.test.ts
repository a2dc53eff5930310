import { describe, expect, test } from "vitest";
import { InvalidRequirementArgument } from "../errors.ts";
import { parseEditableArgument, parseRequirementArgument } from "./requirement-text.ts";
import type { RequirementEntry } from "../types.ts";

const linux = { cwd: "/here", home: "/home/me", platform: "linux" };
const windows = { cwd: "C:\\here", home: "C:\\Users\\me", platform: "win32" };
const sha256 = "a".repeat(64);

const urlOf = (entry: RequirementEntry): string | undefined =>
  entry.kind === "named" ? undefined : entry.reference.url;

describe("pip tells names, paths and URLs apart by their form", () => {
  test.each([
    ["flask>=2", undefined],
    ["flask[async] ; python_version >= '3'", undefined],
    ["./flask-2.0-py3-none-any.whl", "file:///here/flask-2.0-py3-none-any.whl"],
    ["flask-2.0-py3-none-any.whl", "file:///here/flask-2.0-py3-none-any.whl"],
    ["../a b/c.zip", "file:///a%20b/c.zip"],
    [".", "file:///here"],
    ["~/x-1.0.tar.gz", "file:///home/me/x-1.0.tar.gz"],
    ["/abs/x-1.0.tar.gz[dev]", "file:///abs/x-1.0.tar.gz"],
    ["https://e.x/x-1.0.tar.gz", "https://e.x/x-1.0.tar.gz"],
    ["git+https://e.x/x.git@v1", "git+https://e.x/x.git@v1"],
    ["flask @ https://e.x/flask-2.0.zip", undefined],
  ])("%s is found at %s", (text, url) => {
    expect(urlOf(parseRequirementArgument(text, linux))).toBe(url);
  });

  test.each([
    [".\\x-1.0-py3-none-any.whl", "file:///C:/here/x-1.0-py3-none-any.whl"],
    ["D:\\x-1.0-py3-none-any.whl", "file:///D:/x-1.0-py3-none-any.whl"],
  ])("on Windows %s is %s", (text, url) => {
    expect(urlOf(parseRequirementArgument(text, windows))).toBe(url);
  });
});

describe("a direct reference carries more than its address", () => {
  test("the fragment's hash is accepted and not part of the URL", () => {
    const entry = parseRequirementArgument(`https://e.x/x-1.0-py3-none-any.whl#sha256=${sha256}`, linux);
    expect(urlOf(entry)).toBe("https://e.x/x-1.0-py3-none-any.whl");
    expect(entry).toMatchObject({ hashes: {}, fragmentHashes: { sha256 } });
  });

  test("PEP 508's URL carries its hash as well", () => {
    expect(parseRequirementArgument(`x @ https://e.x/x.whl#sha256=${sha256}`, linux)).toMatchObject({
      hashes: {},
      fragmentHashes: { sha256 },
    });
  });

  test("extras in brackets, the marker, egg and subdirectory are read", () => {
    const entry = parseEditableArgument(
      "git+https://e.x/x.git#egg=thing[Two_Three]&subdirectory=a/b ; python_version > '3'",
      linux,
    );
    expect(entry).toMatchObject({
      kind: "editable",
      reference: { url: "git+https://e.x/x.git", extras: ["two-three"], egg: "thing", subdirectory: "a/b" },
    });
    expect(entry.kind !== "named" && entry.reference.marker?.toString()).toBe('python_version > "3"');
  });

  test("credentials stay in the URL and out of the text", () => {
    const entry = parseRequirementArgument("https://user:secret@e.x/x.whl", linux);
    expect(urlOf(entry)).toContain("secret");
    expect(entry.text).toBe("https://user:****@e.x/x.whl");
  });
});

describe("a wrong argument is named with the place of the problem", () => {
  test("the message draws the caret", () => {
    expect(() => parseRequirementArgument("flask>", linux)).toThrow(InvalidRequirementArgument);
    expect(() => parseRequirementArgument("flask>", linux)).toThrow(/^flask>: .+\n {4}flask>\n {4} *~*\^/);
  });

  test("a wrong marker after a path is one as well", () => {
    expect(() => parseRequirementArgument("./x.whl ; nonsense", linux)).toThrow(InvalidRequirementArgument);
  });
});
