import { describe, expect, test } from "vitest";
import { editRequirements, type RequirementsEdit } from "./edit-requirements.ts";

const pin = (name: string, version: string, hashes = {}): RequirementsEdit => ({ kind: "pin", name, version, hashes });
const remove = (name: string): RequirementsEdit => ({ kind: "remove", name });
const add = (requirement: string, hashes = {}): RequirementsEdit => ({ kind: "add", requirement, hashes });

describe("another version of one project", () => {
  test.each([
    ["a pin", "flask==1.0\n", "flask==2.0\n"],
    [
      "a pin with spaces, a comment and a marker",
      "flask[async] == 1.0  ; os_name == 'nt'   # why\n",
      "flask[async] == 2.0  ; os_name == 'nt'   # why\n",
    ],
    ["a range", "  Flask >=1,<3 ; os_name == 'nt'\n", "  Flask==2.0 ; os_name == 'nt'\n"],
    ["versions in parentheses", "flask (==1.0)\n", "flask==2.0\n"],
    ["no version", "flask", "flask==2.0"],
    ["an arbitrary version", "flask===1.0", "flask===2.0"],
    ["a URL", "flask @ https://h/a;b#sha256=1 ; os_name == 'nt'\n", "flask==2.0 ; os_name == 'nt'\n"],
    [
      "each of several lines",
      "flask==1 ; os_name=='a'\nx\nflask==1.5 ; os_name=='b'\n",
      "flask==2.0 ; os_name=='a'\nx\nflask==2.0 ; os_name=='b'\n",
    ],
    ["lines that Windows ends", "a\r\nflask==1.0\r\nb\r\n", "a\r\nflask==2.0\r\nb\r\n"],
    ["a byte order mark", "\uFEFFflask==1.0\n", "\uFEFFflask==2.0\n"],
    ["a comment that is none", "flask==1.0#x", "flask==1.0#x"],
    [
      "other projects, options and comments",
      "-r flask.txt\n-e ./flask\n# flask==1.0\nflasks==1.0\n./flask.whl\n",
      undefined,
    ],
    ["a version over two lines", "flask \\\n  ==1.0  # c\n", "flask ==2.0  # c\n"],
    ["options that stay", "flask==1.0 --config-settings='a=b c' # d\n", "flask==2.0 --config-settings='a=b c' # d\n"],
    [
      "options on lines of their own",
      "flask \\\n ==1.0 \\\n  --config-settings 'a=b c'\n",
      "flask ==2.0 \\\n    --config-settings='a=b c'\n",
    ],
  ])("%s", (_, text, expected = text) => {
    expect(editRequirements(text, [pin("FLASK", "2.0")])).toBe(expected);
  });

  test("only on one line", () => {
    expect(editRequirements("a==1\n\na==2\n", [{ kind: "pin", name: "a", line: 3, version: "3", hashes: {} }])).toBe(
      "a==1\n\na==3\n",
    );
  });
});

describe("digests go with the version", () => {
  const hashes = { sha512: ["c"], sha256: ["b", "a"] };
  const three = ["sha256:a", "sha256:b", "sha512:c"];
  test.each([
    [
      "on lines of their own",
      "# head\nflask==1.0 ; os_name == 'nt' \\\n  --hash=sha256:1 \\\n  --hash=sha256:2\n    # via x\nz==1 \\\n    --hash=sha256:3\n",
      `# head\nflask==2.0 ; os_name == 'nt' \\\n${three.map((hash) => `  --hash=${hash}`).join(" \\\n")}\n    # via x\nz==1 \\\n    --hash=sha256:3\n`,
    ],
    [
      "on the same line",
      "flask==1.0 --hash=sha256:1 --hash sha256:2  # c\nz\n",
      `flask==2.0 \\\n${three.map((hash) => `    --hash=${hash}`).join(" \\\n")}  # c\nz\n`,
    ],
    ["none so far", "flask\nz\n", `flask==2.0 \\\n${three.map((hash) => `    --hash=${hash}`).join(" \\\n")}\nz\n`],
    [
      "with a comment that ends the line",
      "flask==1.0 \\\n  --hash=sha256:1 \\\n  # via x\nz\n",
      `flask==2.0 \\\n${three.map((hash) => `  --hash=${hash}`).join(" \\\n")}\n  # via x\nz\n`,
    ],
    [
      "over two lines",
      "flask==1.0 --hash \\\n  sha256:1\n",
      `flask==2.0 \\\n${three.map((hash) => `    --hash=${hash}`).join(" \\\n")}\n`,
    ],
  ])("%s", (_, text, expected) => {
    expect(editRequirements(text, [pin("flask", "2.0", hashes)])).toBe(expected);
  });

  test("where there are none for the new one, the old ones do not stay", () => {
    expect(editRequirements("a==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2 # c\nb\n", [pin("a", "2")])).toBe(
      "a==2 # c\nb\n",
    );
  });
});

const compiled =
  "# head\n\nalpha==1 \\\n    --hash=sha256:1\n    # via\n    #   x\n# of beta\nbeta==1\n    # via alpha\ndelta==1\n\n# end\n";

test.each<[string, string, readonly RequirementsEdit[], string]>([
  [
    "a project goes with its digests and who asked for it",
    compiled,
    [remove("Alpha")],
    "# head\n\n# of beta\nbeta==1\n    # via alpha\ndelta==1\n\n# end\n",
  ],
  ["one line of several goes", "a==1\na==2\n", [{ kind: "remove", name: "a", line: 2 }], "a==1\n"],
  ["what is not there does not go", compiled, [remove("gamma"), pin("gamma", "1")], compiled],
  [
    "one comes at its place by name",
    compiled,
    [add("Gamma>=1"), add("epsilon"), add("carrot")],
    compiled.replace("delta==1\n", "carrot\ndelta==1\nepsilon\nGamma>=1\n"),
  ],
  [
    "one comes after the notes of the one before",
    compiled,
    [add("alphabet")],
    compiled.replace("#   x\n", "#   x\nalphabet\n"),
  ],
  [
    "one comes before the first",
    "# h\nb\nc\n",
    [add("a", { sha256: ["1"] })],
    "# h\na \\\n    --hash=sha256:1\nb\nc\n",
  ],
  ["one comes last where there is no order", "b\na\n\n\n", [add("aa")], "b\na\naa\n\n\n"],
  ["the last line gets an end", "b\r\na", [add("aa")], "b\r\na\r\naa\r\n"],
  ["the first one comes", "", [add("a ; os_name == 'nt'")], "a ; os_name == 'nt'\n"],
  [
    "several changes",
    "a==1\nb==1\nc==1\n",
    [pin("a", "2"), remove("b"), add("d==1"), pin("a", "3")],
    "a==3\nc==1\nd==1\n",
  ],
  ["one in the place of another", "a==1\n", [remove("a"), add("b")], "b\n"],
])("%s", (_, text, edits, expected) => {
  expect(editRequirements(text, edits)).toBe(expected);
});

test("what is no requirement is not added", () => {
  expect(() => editRequirements("", [add("=1")])).toThrow("Expected package name");
});
