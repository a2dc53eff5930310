import { indexedWheel, makeWheel, serveFolder, temporaryFolder, wheelFilename, writeIndex } from "@murre/test-kit";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sdistOf, toyBackend, writeProject } from "../../../packages/installer/test/source-world.ts";
import { commitFiles, git, makeRepository } from "../../../packages/vcs/test/repository-world.ts";
import { run, succeeded, type Run } from "./command-world.ts";
import { oldPins, typed, type DocumentedCommand, type Expected } from "./documented-commands.ts";

const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));
const program = 'def main():\n    print("ruff 0.4.0")\n';
/** The toy backend with all hooks: what it builds as an editable one is a copy. */
const backend = {
  ...toyBackend,
  files: {
    "toy_backend.py": `${String(toyBackend.files?.["toy_backend.py"])}
build_editable = build_wheel

def build_sdist(folder, config_settings=None):
    import io, tarfile
    stem = _info(_project())[: -len(".dist-info")]
    with tarfile.open(os.path.join(folder, stem + ".tar.gz"), "w:gz") as tar:
        for name in ("pyproject.toml", "project.json"):
            tar.add(name, stem + "/" + name)
        data = _metadata(_project()).encode()
        member = tarfile.TarInfo(stem + "/PKG-INFO")
        member.size = len(data)
        tar.addfile(member, io.BytesIO(data))
    return stem + ".tar.gz"
`,
  },
};
const someExtras = {
  requiresDist: ["SomeDependency", 'reportlab ; extra == "pdf"', 'ebooklib ; extra == "epub"'],
  providesExtra: ["PDF", "EPUB"],
};
const anyPython = { name: "SomePackage", version: "1.0", tags: "py2.py3-none-any" };

const wheels = [
  { name: "flask", version: "1.0", requiresDist: ["click"] },
  {
    name: "flask",
    version: "3.0",
    requiresDist: ["click", 'python-dotenv ; extra == "dotenv"'],
    providesExtra: ["dotenv"],
  },
  ...["8.0", "8.1"].map((version) => ({ name: "click", version })),
  { name: "python-dotenv", version: "1.0" },
  ...["0.1.0", "0.2.0", "0.3.0", "0.4.0"].map((version) => ({
    name: "ruff",
    version,
    files: { "ruff.py": program },
    entryPoints: { console_scripts: { ruff: "ruff:main" } },
  })),
  { name: "pytest", version: "8.0" },
  { name: "black", version: "24.1" },
  { name: "sphinx", version: "1.1.3", requiresDist: ["docutils"] },
  { name: "docutils", version: "0.10" },
  { name: "reportlab", version: "4.0" },
  { name: "ebooklib", version: "0.18" },
  { name: "wheel", version: "0.40" },
  { name: "pip", version: "24.0" },
  ...["1.0.4", "3.0", "4.0rc1"].map((version) => ({ name: "SomePackage", version, ...someExtras })),
  ...["1.0", "2.0"].map((version) => ({ name: "SomeDependency", version })),
  ...["SomePackage1", "SomePackage2"].map((name) => ({ name, version: "2.0" })),
  backend,
];

const built = { name: "somepackage1", version: "1.0" };
const groups = (text: string) => `[dependency-groups]\n${text}\n`;
const project = `[project]
name = "my-app"
version = "1.0"
requires-python = ">=3.8"
dependencies = ["click"]
[project.optional-dependencies]
foo = ["ruff"]
bar = ["docutils"]
[build-system]
requires = ["toy-backend"]
build-backend = "toy_backend"
${groups('foo = ["pytest"]\ndev = ["pytest"]\ngroupA = ["black"]')}`;

const files: Readonly<Record<string, string>> = {
  "requirements.txt": "flask==1.0\nclick==8.1\n",
  "requirements.in": "flask\n",
  "requirements-dev.in": "pytest\n",
  "constraints.txt": "click<8.1\npydantic<2.0\n",
  "overrides.txt": "click==8.0\n",
  "build-constraints.txt": "toy-backend==1.0\n",
  "setup.py": "",
  "pyproject.toml": project,
  "project.json": JSON.stringify({ name: "my-app", version: "1.0", requires: ["click"] }),
  "some/path/pyproject.toml": groups('foo = ["black"]\nbar = ["docutils"]'),
  "other/pyproject.toml": groups('bar = ["sphinx"]'),
  "sub1/pyproject.toml": groups('groupA = ["pytest"]'),
  "sub2/pyproject.toml": groups('groupB = ["ruff"]'),
};

/** Where the commands of a documentation find all that they name. */
export class DocumentedWorld {
  readonly #folder: string;
  readonly #server: Awaited<ReturnType<typeof serveFolder>>;
  readonly #env: Readonly<Record<string, string>>;
  #count = 0;

  private constructor(folder: string, server: Awaited<ReturnType<typeof serveFolder>>) {
    this.#folder = folder;
    this.#server = server;
    const programs = join(folder, "programs");
    mkdirSync(programs);
    writeFileSync(join(programs, "murre"), `#!/bin/sh\nexec ${process.execPath} ${bin} "$@"\n`, { mode: 0o755 });
    this.#env = {
      PATH: `${programs}${delimiter}${process.env["PATH"] ?? ""}`,
      HOME: folder,
      HOOK_LOG: join(folder, "hooks.txt"),
      MURRE_CACHE_DIR: join(folder, "cache"),
      GIT_CONFIG_NOSYSTEM: "1",
      PIP_INDEX_URL: `${server.url}/simple/`,
    };
  }

  static async open(): Promise<DocumentedWorld> {
    const folder = temporaryFolder("documented");
    const index = join(folder, "index");
    writeIndex(index, [...(await Promise.all(wheels.map((spec) => indexedWheel(spec)))), await sdistOf(built)]);
    const loose = { name: "SomeProject", version: "1.2.3", tags: "py33-none-any" };
    writeFileSync(join(index, "SomeProject-1.2.3-py33-none-any.whl"), await makeWheel(loose));
    writeDatedPages(index);
    const world = new DocumentedWorld(folder, await serveFolder(index));
    await world.#fill();
    return world;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  /** Runs what a page says in a folder of its own. */
  async run({ command, before, tried }: DocumentedCommand): Promise<{ folder: string; result: Run }> {
    const folder = join(this.#folder, `run-${this.#count++}`);
    cpSync(join(this.#folder, "template"), folder, { recursive: true });
    const environment = join(this.#folder, `${before ?? "empty"}-env`);
    if (before !== "none") cpSync(environment, join(folder, ".venv"), { recursive: true, verbatimSymlinks: true });
    const words = `${typed(command)}${tried === undefined ? "" : ` ${tried}`}`;
    return { folder, result: await this.#shell(this.#here(words, folder), folder) };
  }

  /** Addresses and folders of the documentation are those of this world. */
  #here(text: string, folder: string): string {
    return text
      .replaceAll("http://my.package.repo", this.#server.url)
      .replaceAll("https://github.com/astral-sh/ruff", `file://${join(this.#folder, "ruff")}`)
      .replaceAll("https://git.repo/some_pkg.git", `file://${join(this.#folder, "some_pkg.git")}`)
      .replaceAll(/(?<=[ ="]|file:\/\/)\/(?=opt\/|local\/)/g, `${folder}/`)
      .replaceAll(/^source /gm, ". ");
  }

  #shell(script: string, folder: string): Promise<Run> {
    return run("/bin/sh", ["-e", "-c", script], folder, this.#env);
  }

  async #fill(): Promise<void> {
    const template = join(this.#folder, "template");
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(template, path)), { recursive: true });
      writeFileSync(join(template, path), text);
    }
    for (const path of ["projects/ruff", "project/ruff"])
      writeProject(join(template, path), { name: "ruff", version: "9.0" });
    writeProject(join(template, "path/to/project"), { name: "project", version: "2.0" });
    const extras = { requiresDist: ['reportlab ; extra == "my-extras"'], providesExtra: ["my-extras"] };
    const wheel = await makeWheel({ ...anyPython, ...extras });
    for (const path of ["local/dir", "relative/dir", "downloads"]) mkdirSync(join(template, path), { recursive: true });
    for (const path of [".", "local/dir", "relative/dir"])
      writeFileSync(join(template, path, wheelFilename(anyPython)), wheel);
    writeFileSync(join(template, "SomePackage-1.0-py2.py3-none-any.whl"), wheel);
    writeFileSync(join(template, "downloads/SomePackage1-1.0.zip"), (await sdistOf(built)).data);
    makeToyRepository(join(this.#folder, "ruff"), "ruff", [["0.2.0", "v0.2.0"], ["0.9"]]);
    const other = join(this.#folder, "some_pkg.git");
    makeToyRepository(other, "SomeProject", [["1.3.1", "1.3.1"], ["1.4"]]);
    git(other, ["checkout", "--quiet", "-b", "feature"]);
    commitVersion(other, "SomeProject", "1.5");
    git(other, ["checkout", "--quiet", "main"]);
    succeeded(await this.#shell("murre venv empty-env; murre venv old-env", this.#folder));
    succeeded(await this.#shell(`murre pip install -p old-env ${oldPins.join(" ")}`, this.#folder));
  }
}

/** An index that says when each file was uploaded: of what SomePackage needs the last version in June. */
function writeDatedPages(index: string): void {
  for (const [name, ...versions] of [
    ["SomePackage", "1.0.4", "3.0"],
    ["SomeDependency", "1.0", "2.0"],
  ] as const) {
    const files = versions.map((version, i) => {
      const filename = wheelFilename({ name, version });
      const uploaded = `2025-0${1 + 5 * i}-01T00:00:00Z`;
      return { filename, url: `../../files/${filename}`, hashes: {}, "core-metadata": true, "upload-time": uploaded };
    });
    const folder = join(index, "dated", name.toLowerCase());
    mkdirSync(folder, { recursive: true });
    const page = { meta: { "api-version": "1.1" }, name: name.toLowerCase(), versions, files };
    writeFileSync(join(folder, "index.json"), JSON.stringify(page));
  }
}

function makeToyRepository(folder: string, name: string, versions: readonly (readonly [string, string?])[]): void {
  makeRepository(folder);
  for (const [version, tag] of versions) {
    commitVersion(folder, name, version);
    if (tag !== undefined) git(folder, ["tag", tag]);
  }
}

function commitVersion(folder: string, name: string, version: string): void {
  writeProject(folder, { name, version });
  commitFiles(folder, {});
}

/** What is otherwise than a command's user expects it. */
export function surprises(expected: Expected, folder: string, { code, stdout, stderr }: Run): readonly unknown[] {
  const said = `${stdout}\n${stderr}`;
  const { code: wanted = 0, installed, prints, says, writes = {} } = expected;
  const found = installed === undefined ? [] : installedIn(join(folder, ".venv"));
  const has = ([path, content]: [string, RegExp]) => content.test(readFileSync(join(folder, path), "latin1"));
  return [
    code !== wanted && ["exit code", code, said],
    String(found) !== String(installed?.toSorted() ?? []) && ["installed", found, said],
    prints?.test(stdout) === false && ["printed", stdout],
    says?.test(said) === false && ["said", said],
    ...Object.entries(writes).map((one) => !has(one) && ["written", one[0]]),
  ].filter((one) => one !== false);
}

/** `name==version` in small letters of what an environment has. */
function installedIn(environment: string): string[] {
  const lib = join(environment, "lib");
  const [python] = existsSync(lib) ? readdirSync(lib) : [];
  if (python === undefined) return ["no environment"];
  return readdirSync(join(lib, python, "site-packages"))
    .filter((name) => name.endsWith(".dist-info"))
    .map((name) => name.slice(0, -".dist-info".length).toLowerCase().replace("-", "=="))
    .toSorted();
}
