import { isLocalUrl } from "@murre/pep508";
import { bytesReader, textReader } from "@murre/test-kit";
import { parseLockFile } from "../src/lock/read-lock-file.ts";
import { editRequirements, type RequirementsEdit } from "../src/write/edit-requirements.ts";
import { writeLockFile } from "../src/lock/write-lock-file.ts";
import { parsePyproject } from "../src/pyproject/pyproject.ts";
import { openProjectFile } from "../src/pyproject/project-file.ts";
import { parseScript } from "../src/pyproject/script.ts";
import { parseEditableArgument, parseRequirementArgument } from "../src/file/requirement-text.ts";
import { parseRequirementsFile } from "../src/file/requirements-file.ts";
import { splitShellWords } from "../src/file/shell-words.ts";

const included = Buffer.from("-r main.txt\nother==2\n--index-url https://u:p@h/simple\n");
const context = { cwd: "/w", home: "/home/u", platform: "linux", env: { TOKEN: "t\n" }, exists: () => true };

/** A file that may include the others, and itself. */
const read = (location: string) => (bytes: Buffer) =>
  parseRequirementsFile(location, { ...context, read: (named) => (named === location ? bytes : included) });

async function readRemote(bytes: Buffer): Promise<void> {
  const { requirements } = await read("https://h/main.txt")(bytes);
  for (const entry of requirements) {
    const url = entry.kind === "named" ? entry.requirement.url : entry.reference.url;
    if (url !== undefined && isLocalUrl(url)) throw new Error(`reaches ${url}`);
  }
}

const files = [
  "# c\nrequests[a]==2.0 \\\n  --hash=sha256:00 \\\n  --hash sha512:11 ; x\n-r other.txt\n-c limits.txt\n",
  `-i https://u:\${TOKEN}@h/simple --extra-index-url=https://e/\n-f ./links\n--no-index\n--pre --prefer-binary\n`,
  "-e git+https://h/x.git@v1#egg=x&subdirectory=a\n./a.whl[x] ; os_name == 'nt'\nfile:///a/b.zip#sha256=00\nhttps://h/x-1.tar.gz\n",
  `x --config-settings="k=v" --config-setting k=w --global-option='-x'\n--only-binary=:all:\n--no-binary x,y\n--trusted-host h\n`,
  "# -*- coding: latin-1 -*-\nx==1 # \u00e9\n--require-hashes\n--use-feature=a\n--process-dependency-links\n",
];
const words = [
  "requests>=1",
  "./x[extra]",
  "name @ file:///x",
  "git+ssh://git@h/p@r#egg=n",
  "C:\\x\\y.whl",
  "~/z.whl",
  ".[dev]",
];
const pyprojects = [
  `[build-system]\nrequires = ["setuptools>=61", "x ; os_name=='nt'"]\nbuild-backend = "a.b:c"\nbackend-path = ["."]\n`,
  `[project]\nname = "x"\nversion = "1.0"\nrequires-python = ">=3.8"\ndependencies = ["y>=1"]\ndynamic = ["readme"]\n[project.optional-dependencies]\nz = ["q"]\n`,
  `a.b.c = {d = [1, 2.5, 1979-05-27T07:32:00Z]}\n[[t]]\n'k' = """x\n\\u00e9"""\n`,
];

const projectFiles = [
  `[project]\nname = "p"\ndependencies = ["a>=1", "p[x]"]\n[project.optional-dependencies]\nx = ["b", "p[y] ; os_name == 'nt'"]\ny = ["p[x]"]\n`,
  `[dependency-groups]\ndev = ["a", {include-group = "b"}]\nb = ["c"]\n[tool.uv]\ndev-dependencies = ["d"]\n[tool.uv.dependency-groups]\nb = {requires-python = ">=3.9,<4"}\n`,
  `[tool.uv]\nconstraint-dependencies = ["a<2"]\noverride-dependencies = ["b", {package = {name = "c", version = "1"}, dependencies = ["d"]}]\nexclude-dependencies = ["e"]\nenvironments = "os_name == 'nt'"\ncache-keys = ["f", {git = true}, {env = "G"}]\ndefault-groups = "all"\n[[tool.uv.index]]\nname = "i"\nurl = "https://h/"\nexplicit = true\nignore-error-codes = [403]\n`,
  `[tool.uv.sources]\na = {git = "git+https://h/a", tag = "1"}\nb = [{url = "https://h/b.whl", marker = "os_name == 'nt'"}, {path = "../b", editable = true, extra = "x"}]\nc = {workspace = true}\nd = {index = "i", group = "dev"}\n[tool.uv.workspace]\nmembers = ["packages/*"]\n`,
];
const scripts = [
  `#!/usr/bin/env python3\n# /// script\n# requires-python = ">=3.9"\n# dependencies = [\n#   "a<3",\n# ]\n#\n# [tool.uv]\n# exclude-newer = "2024"\n# ///\nprint()\n# /// other\n# ///\n`,
];

const digest = `hashes = {sha256 = "${"0".repeat(64)}"}`;
const lockFiles = [
  `lock-version = "1.0"\nenvironments = ["os_name == 'nt'"]\nrequires-python = ">=3.9"\nextras = ["x"]\ndefault-groups = ["d"]\ncreated-by = "t"\n[[packages]]\nname = "a"\nversion = "1"\nmarker = "'x' in extras"\nindex = "https://u:p@h/"\nsdist = {url = "https://h/a-1.zip", size = 3, upload-time = 2025-01-25T11:30:10.16+01:00, ${digest}}\nwheels = [{name = "a-1-py3-none-any.whl", path = "../w", ${digest}}]\n[tool.t]\nx = [1, 2.5, {y = 1979-05-27}]\n`,
  `lock-version = "1.1"\ncreated-by = "t"\n[[packages]]\nname = "b"\nvcs = {type = "git", url = "https://h/b", commit-id = "1", subdirectory = "s"}\nattestation-identities = [{kind = "K"}]\n[[packages]]\nname = "c"\ndirectory = {path = "c", editable = true}\ndependencies = [{name = "b"}]\n[[packages]]\nname = "d"\narchive = {path = "d.zip", ${digest}}\n`,
];

const edits: readonly RequirementsEdit[] = [
  { kind: "pin", name: "requests", version: "3", hashes: { sha256: ["22"] } },
  { kind: "pin", name: "x", version: "3", hashes: {} },
  { kind: "add", requirement: "new==1", hashes: {} },
  { kind: "remove", name: "new" },
];

/** Without changes it is the same text, and changes that were made change nothing more. */
function edit(text: string): string {
  if (editRequirements(text, []) !== text) throw new Error("is changed by nothing");
  const [first, second] = edits as [RequirementsEdit, RequirementsEdit];
  const changed = editRequirements(text, [first, second]);
  if (editRequirements(changed, [first, second]) !== changed) throw new Error("is changed twice");
  return editRequirements(changed, edits);
}

/** What is read is written to one text, which reads back. */
function readLockFile(text: string): unknown {
  const { lock } = parseLockFile(text);
  const written = writeLockFile(lock);
  if (writeLockFile(parseLockFile(written).lock) !== written) throw new Error("is written in two ways");
  return lock;
}

/** Reads all of its parts; the last of several refusals is the one that counts. */
export function readProjectFile(text: string): unknown {
  const file = openProjectFile(text);
  const readings = [
    () => [file.name, file.dynamic, file.pyproject()],
    () => file.requirements("all"),
    () => file.groups.map((group) => file.group(group)),
    () => file.uv(),
  ];
  const problems = new Set<unknown>();
  const results = readings.map((read) => {
    try {
      return read();
    } catch (error) {
      problems.add(error);
      return undefined;
    }
  });
  for (const problem of problems) throw problem;
  return results;
}

/** Everything of this package that reads what strangers wrote. */
export const readers = [
  bytesReader("requirements-file", read("/w/main.txt"), files, { runs: 600 }),
  bytesReader("remote-requirements-file", readRemote, files),
  bytesReader(
    "utf-16-requirements-file",
    read("/w/main.txt"),
    files.map((text) => Buffer.from(`\ufeff${text}`, "utf16le")),
  ),
  textReader("requirement-argument", (text) => parseRequirementArgument(text, context), words),
  textReader("editable-argument", (text) => parseEditableArgument(text, { ...context, platform: "win32" }), words),
  textReader("shell-words", splitShellWords, [`a 'b c' "d \\" e" f\\ g`]),
  textReader("requirements-edit", edit, files),
  textReader("lock-file", readLockFile, lockFiles),
  textReader("project-file", readProjectFile, projectFiles),
  textReader("script", (text) => parseScript(text), scripts),
  textReader("pyproject", (text) => parsePyproject(text), pyprojects),
];
