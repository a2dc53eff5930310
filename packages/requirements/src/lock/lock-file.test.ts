import { describe, expect, test } from "vitest";
import { InvalidLockFile, UnfitLockFile, UnsupportedLockVersion } from "../errors.ts";
import { isLockFileName, lockedFilename, type LockFile } from "./lock-file.ts";
import { compiledByUv, exportedByUv, specified } from "./lock-files.test.data.ts";
import { parseLockFile } from "./read-lock-file.ts";
import { selectPackages, type LockSelection } from "./select-packages.ts";
import { writeLockFile } from "./write-lock-file.ts";

const sha = "0".repeat(64);
const head = `lock-version = "1.0"\ncreated-by = "x"\n`;
const wheel = (name: string): string => `{ url = "https://h/${name}", hashes = { sha256 = "${sha}" } }`;
const entry = (fields: string): string => `${head}[[packages]]\n${fields}\n`;
const a = (fields: string): string => entry(`name = "a"\n${fields}`);

describe("reading", () => {
  test("has every field of its type", () => {
    expect(parseLockFile(compiledByUv).lock).toMatchObject({
      lockVersion: "1.0",
      createdBy: "uv",
      requiresPython: ">=3.11",
      packages: [
        {
          name: "alpha",
          version: "2.0",
          source: {
            kind: "files",
            sdist: {
              url: "https://index.example/files/alpha-2.0.tar.gz",
              size: 1,
              uploadTime: "2024-05-29T15:37:47.000Z",
            },
            wheels: [{ size: 937 }, { size: 934 }],
          },
        },
        { name: "beta", version: "1.5+l.1" },
        { name: "ed", source: { kind: "directory", path: "../p/ed", isEditable: true } },
        { name: "gp", source: { kind: "vcs", type: "git", requestedRevision: "main", subdirectory: "sub" } },
        { name: "loc", source: { kind: "archive", path: "../loc/loc-1.0-py3-none-any.whl" } },
      ],
    });
    expect(parseLockFile(exportedByUv).lock.packages[0]).toMatchObject({
      marker: "sys_platform == 'win32'",
      index: "file:///there/idx/simple",
    });
    expect(parseLockFile(specified).lock).toMatchObject({
      environments: ["sys_platform == 'win32'", "sys_platform == 'linux'"],
      packages: [{ attestationIdentities: [{ kind: "GitHub" }] }, { dependencies: [{ name: "attrs" }] }, {}],
      tool: { mousebender: { "run-on": expect.any(Date) as Date } },
    });
  });

  test("a list that is absent is not an empty one", () => {
    const { lock } = parseLockFile(`${head}packages = []\nextras = []\ndefault-groups = ["A_b"]\n`);
    expect(lock).toEqual({ lockVersion: "1.0", createdBy: "x", packages: [], extras: [], defaultGroups: ["a-b"] });
  });

  test.each(["2.0", "0.9", "1", "1.0.0", "one"])("lock-version %s is refused as not known", (version) => {
    expect(() => parseLockFile(`lock-version = "${version}"\npackages = 3\n`)).toThrow(UnsupportedLockVersion);
  });

  test("a later minor version is read as far as it is known", () => {
    const text = `lock-version = "1.2"\ncreated-by = "x"\nnew = 1\n[[packages]]\nname = "a"\noci = { url = "u" }\n[[packages]]\nname = "b"\nwheels = [{ url = "https://h/b.whl", hashes = { sha256 = "${sha}" }, mirror = "m" }]\n`;
    const { lock, warnings } = parseLockFile(text, "l.toml");
    expect(lock.packages.map(({ name, source }) => [name, source?.kind])).toEqual([
      ["a", undefined],
      ["b", "files"],
    ]);
    expect(warnings).toEqual([
      "l.toml: new is not known, and passed over",
      "l.toml: packages[0] (a).oci is not known, and passed over",
      "l.toml: packages[1] (b).wheels[0].mirror is not known, and passed over",
    ]);
  });

  test.each([
    ["no TOML", "[", /^l\.toml: .*line 1, column/],
    ["no lock-version", `created-by = "x"\npackages = []\n`, "l.toml: lock-version is missing"],
    ["a number for a version", `lock-version = 1.0\ncreated-by = "x"\npackages = []\n`, "lock-version is no string"],
    ["no created-by", `lock-version = "1.0"\npackages = []\n`, "created-by is missing"],
    ["no packages", head, "packages is missing"],
    ["a marker that is none", `${head}packages = []\nenvironments = ["linux"]\n`, "environments: "],
    ["a requires-python that is none", `${head}packages = []\nrequires-python = "3"\n`, "requires-python: "],
    ["an extra that is no name", `${head}packages = []\nextras = ["-"]\n`, "extras is no list of valid names"],
    ["a package without a name", entry(`version = "1"`), "packages[0].name is missing"],
    ["a version that is none", a(`version = "x"\nwheels = [${wheel("a.whl")}]`), "packages[0] (a).version: "],
    ["a package's marker", a(`marker = "extra"\nwheels = [${wheel("a.whl")}]`), "packages[0] (a).marker: "],
    ["a package without a source", a(`wheels = []`), "packages[0] (a) has no source"],
    [
      "two sources",
      a(`directory = { path = "." }\nwheels = [${wheel("a.whl")}]`),
      "has several sources, of which one can be: directory, wheels",
    ],
    [
      "sdist beside vcs",
      a(`sdist = ${wheel("a.zip")}\nvcs = { type = "git", url = "https://h/", commit-id = "1" }`),
      "vcs, sdist",
    ],
    ["no hashes", a(`wheels = [{ url = "https://h/a.whl" }]`), "packages[0] (a).wheels[0].hashes is missing"],
    [
      "an empty table of hashes",
      a(`sdist = { url = "https://h/a.zip", hashes = {} }`),
      "sdist.hashes has none of sha224, sha256",
    ],
    [
      "weak hashes alone",
      a(`archive = { path = "a.zip", hashes = { md5 = "${"0".repeat(32)}" } }`),
      "archive.hashes has none of",
    ],
    [
      "a digest of another kind",
      a(`sdist = { path = "a.zip", hashes = { sha256 = "12" } }`),
      "sha256 needs 64 hexadecimal digits",
    ],
    ["no place", a(`sdist = { hashes = { sha256 = "${sha}" } }`), "sdist has neither path nor url"],
    ["no URL", a(`sdist = { url = "a.zip", hashes = { sha256 = "${sha}" } }`), "sdist.url is no URL"],
    [
      "a size below zero",
      a(`sdist = { path = "a.zip", size = -1, hashes = { sha256 = "${sha}" } }`),
      "size is no whole number",
    ],
    [
      "a size with a fraction",
      a(`sdist = { path = "a.zip", size = 1.5, hashes = { sha256 = "${sha}" } }`),
      "size is no whole number",
    ],
    [
      "a time without offset",
      a(`sdist = { path = "a.zip", upload-time = 2024-01-01T00:00:00, hashes = { sha256 = "${sha}" } }`),
      "upload-time is no date and time",
    ],
    [
      "a time as text",
      a(`sdist = { path = "a.zip", upload-time = "2024-01-01T00:00:00Z", hashes = { sha256 = "${sha}" } }`),
      "upload-time is no date and time",
    ],
    [
      "a file name with folders",
      a(`sdist = { name = "../a.zip", path = "a.zip", hashes = { sha256 = "${sha}" } }`),
      "sdist.name is no file name",
    ],
    ["no commit", a(`vcs = { type = "git", url = "https://h/a" }`), "vcs.commit-id is missing"],
    [
      "a subdirectory outside",
      a(`directory = { path = ".", subdirectory = "a/../.." }`),
      "leads out of the source tree",
    ],
    [
      "an absolute subdirectory",
      a(`vcs = { type = "git", path = ".", commit-id = "1", subdirectory = "C:/x" }`),
      "leads out of the source tree",
    ],
    ["a directory without a path", a(`directory = { editable = true }`), "directory.path is missing"],
    [
      "an identity without a kind",
      a(`wheels = [${wheel("a.whl")}]\nattestation-identities = [{ x = 1 }]`),
      "attestation-identities[0].kind is missing",
    ],
    [
      "an identity without a kind behind one that has one",
      a(`wheels = [${wheel("a.whl")}]\nattestation-identities = [{ kind = "GitHub" }, {}]`),
      "packages[0] (a).attestation-identities[1].kind is missing",
    ],
    [
      "an identity whose kind is no text",
      a(`wheels = [${wheel("a.whl")}]\nattestation-identities = [{ kind = 1 }]`),
      "attestation-identities[0].kind",
    ],
    [
      "an identity whose kind is empty",
      a(`wheels = [${wheel("a.whl")}]\nattestation-identities = [{ kind = "" }]`),
      "attestation-identities[0].kind is empty",
    ],
    ["identities as a text", a(`wheels = [${wheel("a.whl")}]\nattestation-identities = "GitHub"`), "no list of tables"],
    ["wheels as a table", a(`wheels = { url = "u" }`), "wheels is no list of tables"],
  ])("%s is refused by its key", (_, text, said) => {
    expect(() => parseLockFile(text, "l.toml")).toThrow(InvalidLockFile);
    expect(() => parseLockFile(text, "l.toml")).toThrow(said);
  });
});

test.each([
  [{ name: "n.whl", path: "p.whl", url: "https://h/u.whl" }, "n.whl"],
  [{ path: "d\\e/p.whl", url: "https://h/u.whl" }, "p.whl"],
  [{ url: "https://h/u%2Bl.whl?x=/y#z/" }, "u+l.whl"],
  [{ url: "https://h/u%.whl" }, "u%.whl"],
])("the name of the file %j is %s", (file, name) => {
  expect(lockedFilename({ ...file, hashes: {} })).toBe(name);
});

test.each([
  ["pylock.toml", true],
  ["pylock.dev.toml", true],
  ["pylock.a.b.toml", false],
  ["Pylock.toml", false],
  ["pylock..toml", false],
  ["xpylock.toml", false],
])("%s is a lock file's name: %s", (name, is) => {
  expect(isLockFileName(name)).toBe(is);
});

describe("writing", () => {
  test("has one text, in the order of PEP 751", () => {
    const text = `[tool.z]\nb = 1\na = { d = true, c = [1.5, "\\u0007\\"\\\\"] }
[[packages]]
attestation-identities = [{ repository = "r", kind = "GitHub" }]
sdist = { hashes = { sha512 = "${"1".repeat(128)}", sha256 = "${sha}" }, size = 3, url = "https://user:secret@h/b-1.tar.gz", upload-time = 2025-01-25T12:30:10.160+01:00 }
name = "b"
index = "https://user:secret@h/simple"
[[packages]]
name = "a"
version = "2"
wheels = [
  { path = "z/a-2-py3-none-any.whl", hashes = { sha256 = "${sha}" } },
  { name = "a-2-cp3-none-any.whl", url = "https://h/1", hashes = { sha256 = "${sha}" } },
]
dependencies = [{ version = "1", name = "c" }, { name = "b" }]
tool = { y = 1, x = 2 }
[[packages]]
name = "a"
version = "1"
requires-python = ">=3"
marker = "'x' in extras"
archive = { subdirectory = "s", hashes = { sha256 = "${sha}" }, upload-time = 2025-01-01T00:00:00Z, size = 1, path = "a.zip", url = "https://h/a.zip" }
`;
    const { lock } = parseLockFile(
      `${head}environments = ["os_name == 'b'", "os_name == 'a'"]\nextras = ["x", "A"]\n${text}`,
    );
    const written = writeLockFile(lock, ["made by\nx\u0007", ""]);
    expect(written).toBe(`# made by
# x
#
lock-version = "1.0"
environments = [
    "os_name == 'b'",
    "os_name == 'a'",
]
extras = ["a", "x"]
created-by = "x"

[[packages]]
name = "a"
version = "1"
marker = "'x' in extras"
requires-python = ">=3"
archive = { url = "https://h/a.zip", path = "a.zip", size = 1, upload-time = 2025-01-01T00:00:00Z, hashes = { sha256 = "${sha}" }, subdirectory = "s" }

[[packages]]
name = "a"
version = "2"
dependencies = [
    { name = "b" },
    { name = "c", version = "1" },
]
wheels = [
    { name = "a-2-cp3-none-any.whl", url = "https://h/1", hashes = { sha256 = "${sha}" } },
    { path = "z/a-2-py3-none-any.whl", hashes = { sha256 = "${sha}" } },
]
tool = { x = 2, y = 1 }

[[packages]]
name = "b"
index = "https://h/simple"
sdist = { upload-time = 2025-01-25T11:30:10.160Z, url = "https://h/b-1.tar.gz", size = 3, hashes = { sha256 = "${sha}", sha512 = "${"1".repeat(128)}" } }
attestation-identities = [{ kind = "GitHub", repository = "r" }]

[tool.z]
a = { c = [1.5, "\\u0007\\"\\\\"], d = true }
b = 1
`);
    expect(writeLockFile({ ...lock, packages: lock.packages.toReversed() }, ["made by\nx\u0007", ""])).toBe(written);
  });

  test.each([
    ["uv's compiled file", compiledByUv],
    ["uv's exported file", exportedByUv],
    ["the specification's example", specified],
    ["an empty one", `${head}packages = []\n[tool]\nx = 1\n"y z" = {}\n`],
  ])("%s reads back as it was, and is written the same again", (_, text) => {
    const { lock } = parseLockFile(text);
    const written = writeLockFile(lock);
    const again = parseLockFile(written).lock;
    expect(writeLockFile(again)).toBe(written);
    expect(sorted(again)).toEqual(sorted(withoutSaidNames(lock)));
  });
});

/** The writer leaves out names that URLs end in. */
const withoutSaidNames = (lock: LockFile): unknown =>
  JSON.parse(
    JSON.stringify(lock, (_, value: unknown) => {
      if (typeof value !== "object" || value === null || !("hashes" in value) || !("name" in value)) return value;
      const { name: _name, ...nameless } = value;
      return nameless;
    }),
  );

const sorted = (lock: unknown): unknown =>
  JSON.parse(
    JSON.stringify(lock, (_, value: unknown) =>
      Array.isArray(value)
        ? value.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1))
        : value,
    ),
  );

const environment = {
  os_name: "posix",
  sys_platform: "linux",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  platform_release: "6",
  platform_system: "Linux",
  platform_version: "#1",
  python_version: "3.14",
  python_full_version: "3.14.0rc2",
  implementation_name: "cpython",
  implementation_version: "3.14.0rc2",
};

const entries = (...fields: readonly string[]): string => {
  const tables = fields.map((text) => `[[packages]]\n${text}\nwheels = [${wheel("x.whl")}]\n`).join("");
  return `${head}extras = ["x", "Y_y"]\ndependency-groups = ["dev"]\ndefault-groups = ["main"]\n${tables}`;
};

const many = entries(
  `name = "always"`,
  `name = "windows"\nmarker = "sys_platform == 'win32'"`,
  `name = "both"\nversion = "1"\nmarker = "sys_platform == 'win32'"`,
  `name = "both"\nversion = "2"\nmarker = "sys_platform != 'win32'"`,
  `name = "extra"\nmarker = "'y-y' in extras"`,
  `name = "group"\nmarker = "'dev' in dependency_groups"`,
  `name = "main"\nmarker = "'main' in dependency_groups"`,
);

describe("selecting", () => {
  const select = (text: string, selection: Partial<LockSelection> = {}): readonly string[] =>
    selectPackages(parseLockFile(text).lock, { environment, ...selection }).map(({ name, version }) =>
      version === undefined ? name : `${name} ${version}`,
    );

  test.each<[Partial<LockSelection>, readonly string[]]>([
    [{}, ["always", "both 2", "main"]],
    [{ environment: { ...environment, sys_platform: "win32" } }, ["always", "windows", "both 1", "main"]],
    [{ extras: ["Y.Y"] }, ["always", "both 2", "extra", "main"]],
    [{ groups: ["dev"] }, ["always", "both 2", "group", "main"]],
    [{ groups: ["dev"], defaultGroups: false }, ["always", "both 2", "group"]],
    [{ groups: "all", extras: "all", defaultGroups: false }, ["always", "both 2", "extra", "group", "main"]],
  ])("%j takes what the markers say", (selection, names) => {
    expect(select(many, selection)).toEqual(names);
  });

  test.each<[string, string, string, Partial<LockSelection>?]>([
    [
      "MURRE_LOCK_PYTHON",
      `${head}requires-python = ">=3.15"\npackages = []\n`,
      "it is for Python >=3.15, and this is 3.14.0rc2",
    ],
    ["MURRE_LOCK_PYTHON", entries(`name = "a"\nversion = "1"\nrequires-python = "<3.14"`), "a 1 is for Python <3.14"],
    ["MURRE_LOCK_ENVIRONMENT", `${head}environments = ["os_name == 'nt'"]\npackages = []\n`, "os_name == 'nt'"],
    ["MURRE_LOCK_ENVIRONMENT", `${head}environments = []\npackages = []\n`, "none"],
    [
      "MURRE_LOCK_AMBIGUOUS",
      entries(`name = "a"\nversion = "1"`, `name = "A"\nversion = "2"\nmarker = "os_name != 'nt'"`),
      "a 1, and a 2 (os_name != 'nt')",
    ],
    [
      "MURRE_LOCK_SOURCE",
      `lock-version = "1.1"\ncreated-by = "x"\n[[packages]]\nname = "a"\n`,
      "a has no source that is known",
    ],
    ["MURRE_LOCK_UNKNOWN_NAME", many, "there is no extra z; it has x, y-y", { extras: ["z"] }],
    ["MURRE_LOCK_UNKNOWN_NAME", `${head}packages = []\n`, "there is no group dev; it has none", { groups: ["dev"] }],
  ])("%s", (code, text, said, selection) => {
    const refusal = expect.objectContaining({ code, message: expect.stringContaining(said) as string }) as Error;
    expect(() => select(text, selection)).toThrow(UnfitLockFile);
    expect(() => select(text, selection)).toThrow(refusal);
  });

  test("Python's release decides, and what is not installed is not asked", () => {
    expect(select(entries(`name = "a"\nrequires-python = ">=3.14"`))).toEqual(["a"]);
    expect(select(entries(`name = "a"\nrequires-python = "<3"\nmarker = "os_name == 'nt'"`))).toEqual([]);
  });
});
