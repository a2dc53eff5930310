import { describe, expect, test } from "vitest";
import { InvalidPyproject, UnknownDependencyGroup } from "../errors.ts";
import type { RequirementEntry } from "../types.ts";
import { openProjectFile } from "./project-file.ts";

const shown = (entries: readonly RequirementEntry[] = []): readonly string[] =>
  entries.map((entry) => `${entry.origin?.line} ${entry.kind === "named" ? String(entry.requirement) : entry.text}`);

const project = `[project]
name = "Proj.X"
version = "1"
dependencies = ["alpha>=1", "proj-x[fast]"]

[project.optional-dependencies]
fast = ["beta ; os_name == 'nt'"]
Other_One = [
  "gamma",
  "delta",
]
all = ["proj_x[fast, other-one]", "proj-x[nope]"]
some = ["proj-x[other.one] ; python_version < '3.9'", "alpha>=1"]
`;

describe("what [project] needs", () => {
  test.each([
    ["without extras", [], ["4 alpha>=1", '7 beta; os_name == "nt"'], []],
    [
      "with an extra of extras, each once",
      ["ALL"],
      ["4 alpha>=1", '7 beta; os_name == "nt"', "9 gamma", "10 delta"],
      ["nope"],
    ],
    [
      "with an extra under a marker",
      ["some"],
      [
        "4 alpha>=1",
        '7 beta; os_name == "nt"',
        '9 gamma; python_version < "3.9"',
        '10 delta; python_version < "3.9"',
        "13 alpha>=1",
      ],
      [],
    ],
    ["with one that does not exist", ["Un.known"], ["4 alpha>=1", '7 beta; os_name == "nt"'], ["un-known"]],
  ])("%s", (_, extras, entries, unknown) => {
    const needed = openProjectFile(project).requirements(extras);
    expect(shown(needed?.entries)).toEqual(entries);
    expect(needed?.unknownExtras).toEqual(unknown);
  });

  test("markers of the reference and of what it leads to hold together", () => {
    const text = `[project]\nname="p"\n[project.optional-dependencies]\na=["p[b] ; os_name=='nt'"]\nb=["p[c] ; os_name=='x' or os_name=='y'"]\nc=["q ; os_name=='z'"]\n`;
    expect(shown(openProjectFile(text).requirements(["a"])?.entries)).toEqual([
      '6 q; os_name == "z" and os_name == "nt" and (os_name == "x" or os_name == "y")',
    ]);
  });

  test.each([
    ["without a table", ""],
    ["where dependencies are dynamic", `[project]\nname = "p"\ndynamic = ["dependencies"]\n`],
    ["where extras are dynamic", `[project]\nname = "p"\ndynamic = ["version", "optional-dependencies"]\n`],
  ])("only the build backend knows it %s", (_, text) => {
    expect(openProjectFile(text).requirements()).toBeUndefined();
  });

  test("a dynamic version leaves what is needed static", () => {
    const file = openProjectFile(`[project]\nname = "P.q"\ndynamic = ["version"]\ndependencies = ["a"]\n`);
    expect([file.name, file.dynamic, shown(file.requirements()?.entries)]).toEqual(["p-q", ["version"], ["4 a"]]);
  });

  test("a requirement that is none is refused with its line, and other tables still open", () => {
    const file = openProjectFile(
      `[project]\nname = "p"\ndependencies = [\n  "a",\n  "b=1",\n]\n[dependency-groups]\nd = ["c"]\n`,
      "x.toml",
    );
    expect(() => file.requirements()).toThrow(InvalidPyproject);
    expect(() => file.requirements()).toThrow(/^x\.toml: line 5: project\.dependencies: Expected/);
    expect(shown(file.group("d"))).toEqual(["8 c"]);
  });

  test("an extra that leads through 200 others is refused, and a circle is none", () => {
    const extras = Array.from({ length: 200 }, (_, at) => `e${at} = ["p[e${at + 1}]"]`).join("\n");
    const long = `[project]\nname="p"\n[project.optional-dependencies]\n${extras}\n`;
    expect(() => openProjectFile(long).requirements(["e0"])).toThrow("more than 100 names deep");
    const circle = `[project]\nname="p"\n[project.optional-dependencies]\na=["p[b]","x"]\nb=["p[a]"]\n`;
    expect(shown(openProjectFile(circle).requirements("all")?.entries)).toEqual(["4 x"]);
  });

  test("extras that name each other under ever more markers are refused", () => {
    const level = (at: number): string =>
      `e${at}=["p[e${at + 1}];os_name=='a${at}'","p[e${at + 1}];os_name=='b${at}'"]`;
    const text = `[project]\nname="p"\n[project.optional-dependencies]\n${Array.from({ length: 40 }, (_, at) => level(at)).join("\n")}\n`;
    expect(() => openProjectFile(text).requirements(["e0"])).toThrow("too many conditions");
  });
});

const groups = `[dependency-groups]
Test_Tools = ["pytest>7", {include-group = "typing"}, "coverage"]
typing = ["mypy"]
all = [{include-group = "test-tools"}, {include-group = "Typing"}]
loop = [{include-group = "loop2"}]
loop2 = [{include-group = "loop"}]
lost = [{include-group = "gone"}]
odd = [{path = "x"}]
none = 3
`;

describe("PEP 735: dependency groups", () => {
  test.each([
    ["test.tools", ["2 pytest>7", "3 mypy", "2 coverage"]],
    ["all", ["2 pytest>7", "3 mypy", "2 coverage"]],
    ["TYPING", ["3 mypy"]],
  ])("%s has what it lists and includes, in this order", (name, entries) => {
    expect(shown(openProjectFile(groups.replace("none = 3\n", "")).group(name))).toEqual(entries);
  });

  test.each([
    ["loop", "dependency-groups: loop includes loop2 includes loop"],
    ["lost", "dependency-groups.lost includes gone, and there is no such group"],
    ["odd", "dependency-groups.odd holds what is neither a requirement nor"],
  ])("%s is refused, and only where it is asked for", (name, said) => {
    const file = openProjectFile(groups.replace("none = 3\n", ""));
    expect(() => file.group(name)).toThrow(InvalidPyproject);
    expect(() => file.group(name)).toThrow(said);
    expect(file.group("typing")).toHaveLength(1);
  });

  test.each([
    [
      "one name in two spellings",
      `[dependency-groups]\na_b = []\nA-b = []\n`,
      "dependency-groups.A-b and dependency-groups.a_b are one name",
    ],
    ["no list", groups, "dependency-groups.none is no list"],
    ["no name", `[dependency-groups]\n"-" = []\n`, "dependency-groups.- is no valid name"],
  ])("%s is refused", (_, text, said) => {
    expect(() => openProjectFile(text).groups).toThrow(said);
  });

  test("an unknown group is refused with those that there are", () => {
    const file = openProjectFile(`[dependency-groups]\nA_b = []\nc = []\n`, "p.toml");
    expect(() => file.group("d")).toThrow(UnknownDependencyGroup);
    expect(() => file.group("d")).toThrow("p.toml has no dependency group d; it has a-b, c");
  });

  test("uv's dev-dependencies are of the group dev, and its requires-python is a marker", () => {
    const text = `[dependency-groups]\ndev = ["a", {include-group = "new"}]\nnew = ["b"]\n[tool.uv]\ndev-dependencies = ["c"]\n[tool.uv.dependency-groups]\nnew = {requires-python = ">=3.12,<4"}\n`;
    expect(shown(openProjectFile(text).group("dev"))).toEqual([
      "2 a",
      '3 b; python_full_version >= "3.12" and python_full_version < "4"',
      "5 c",
    ]);
  });
});

describe("the table [tool.uv]", () => {
  test("is data for whoever resolves", () => {
    const text = `[tool.uv]
constraint-dependencies = ["a<2"]
build-constraint-dependencies = ["setuptools<80"]
override-dependencies = ["b==1", { package = { name = "C_c", version = "1.0" }, dependencies = ["d"] }]
exclude-dependencies = ["E.e", { package = { name = "f" }, dependencies = ["g"] }]
environments = "sys_platform == 'linux'"
required-environments = ["sys_platform == 'darwin'"]
cache-keys = ["a.toml", { file = "b" }, { dir = "src" }, { env = "X" }, { git = true }, { git = { tags = true } }]
package = false
default-groups = ["Dev_x"]
[tool.uv.workspace]
members = ["packages/*"]
exclude = ["packages/old"]
[[tool.uv.index]]
name = "torch"
url = "https://h/simple"
explicit = true
authenticate = "never"
[[tool.uv.index]]
url = "../links"
default = true
format = "flat"
ignore-error-codes = [403]
`;
    const { constraints, buildConstraints, overrides, exclusions, sources, ...rest } = openProjectFile(text).uv();
    expect([shown(constraints), shown(buildConstraints)]).toEqual([["2 a<2"], ["3 setuptools<80"]]);
    expect(overrides.map(({ package: scope, entries }) => [scope, shown(entries)])).toEqual([
      [undefined, ["4 b==1"]],
      [{ name: "c-c", version: "1.0" }, ["4 d"]],
    ]);
    expect(exclusions).toEqual([{ names: ["e-e"] }, { package: { name: "f" }, names: ["g"] }]);
    expect(sources.size).toBe(0);
    expect(rest).toEqual({
      workspace: { members: ["packages/*"], exclude: ["packages/old"] },
      environments: ["sys_platform == 'linux'"],
      requiredEnvironments: ["sys_platform == 'darwin'"],
      indexes: [
        {
          name: "torch",
          url: "https://h/simple",
          isExplicit: true,
          isDefault: false,
          format: "simple",
          authenticate: "never",
          ignoreErrorCodes: [],
        },
        {
          url: "../links",
          isExplicit: false,
          isDefault: true,
          format: "flat",
          authenticate: "auto",
          ignoreErrorCodes: [403],
        },
      ],
      cacheKeys: [
        { kind: "file", value: "a.toml" },
        { kind: "file", value: "b" },
        { kind: "dir", value: "src" },
        { kind: "env", value: "X" },
        { kind: "git", commit: true, tags: false },
        { kind: "git", commit: false, tags: true },
      ],
      isPackage: false,
      isManaged: true,
      defaultGroups: ["dev-x"],
    });
  });

  test("names the sources of projects", () => {
    const text = `[tool.uv.sources]
A_a = { git = "git+https://h/a", tag = "1.0", subdirectory = "s", lfs = true }
b = { url = "https://h/b.zip", subdirectory = "s" }
c = { path = "../c", editable = true }
d = [{ index = "torch", marker = "os_name == 'nt'" }, { workspace = true, extra = "X_y" }, { path = "d.whl", group = "dev" }]
`;
    expect([...openProjectFile(text).uv().sources]).toEqual([
      [
        "a-a",
        [{ kind: "git", url: "https://h/a", reference: { kind: "tag", value: "1.0" }, subdirectory: "s", lfs: true }],
      ],
      ["b", [{ kind: "url", url: "https://h/b.zip", subdirectory: "s" }]],
      ["c", [{ kind: "path", path: "../c", isEditable: true }]],
      [
        "d",
        [
          { kind: "index", index: "torch", marker: "os_name == 'nt'" },
          { kind: "workspace", extra: "x-y" },
          { kind: "path", path: "d.whl", group: "dev" },
        ],
      ],
    ]);
  });

  test.each([
    [
      "a constraint that is none",
      `[tool.uv]\nconstraint-dependencies = ["<2"]\n`,
      "line 2: tool.uv.constraint-dependencies: Expected",
    ],
    [
      "an override without a project",
      `[tool.uv]\noverride-dependencies = [{dependencies = ["a"]}]\n`,
      "without package.name or dependencies",
    ],
    ["a marker that is none", `[tool.uv]\nenvironments = ["linux"]\n`, "tool.uv.environments: "],
    [
      "two defaults",
      `[[tool.uv.index]]\nurl="a"\ndefault=true\n[[tool.uv.index]]\nurl="b"\ndefault=true\n`,
      "only one can be the default",
    ],
    [
      "two of one name",
      `[[tool.uv.index]]\nname="i"\nurl="a"\n[[tool.uv.index]]\nname="i"\nurl="b"\n`,
      "two have the name i",
    ],
    ["an index without a URL", `[[tool.uv.index]]\nname="i"\n`, "one has no url"],
    ["a nameless explicit index", `[[tool.uv.index]]\nurl="i"\nexplicit=true\n`, "an explicit one has no name"],
    ["an unknown format", `[[tool.uv.index]]\nurl="i"\nformat="json"\n`, "format is none of simple, flat"],
    ["a source of no kind", `[tool.uv.sources]\na = {tag = "1"}\n`, "has none of git, url, path, index and workspace"],
    ["a source of two kinds", `[tool.uv.sources]\na = {git = "g", url = "u"}\n`, "url cannot stand beside git"],
    ["two references", `[tool.uv.sources]\na = {git = "g", tag = "1", rev = "2"}\n`, "only one of branch, rev and tag"],
    ["several sources without markers", `[tool.uv.sources]\na = [{url = "u"}, {path = "p"}]\n`, "each needs a marker"],
    ["no table", `[tool.uv.sources]\na = "u"\n`, "neither a table nor a list"],
    ["workspace = false", `[tool.uv.sources]\na = {workspace = false}\n`, "can only be true"],
    ["an odd cache key", `[tool.uv]\ncache-keys = [{x = 1}]\n`, "no file, dir, git or env"],
  ])("%s is refused", (_, text, said) => {
    expect(() => openProjectFile(text).uv()).toThrow(InvalidPyproject);
    expect(() => openProjectFile(text).uv()).toThrow(said);
  });
});
