// Projects that build themselves, repositories of such, a small index on 127.0.0.1, and the tools that are asked about them.
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { indexedWheel, serveFolder, writeIndex } from "../../packages/test-kit/dist/index.js";

const wheel = (name, version, requiresDist = []) => ({
  name,
  version,
  requiresDist,
  files: { [`${name}.py`]: `TEXT = "${name} ${version}"\n` },
});

/** What the index has. */
const wheels = [
  wheel("six", "1.0"),
  wheel("six", "2.0"),
  wheel("web", "1.0", ["six"]),
  wheel("check", "1.0"),
  wheel("docs", "1.0"),
];

const murre = fileURLToPath(new URL("../../apps/murre/bin/murre.js", import.meta.url));
export const uv = process.env.UV_BINARY ?? "uv";

/** Reads `[project]`; a dynamic version is the file VERSION's. */
const backend = `
import base64, hashlib, os, tomllib, zipfile
def _write(folder, files):
    with open("pyproject.toml", "rb") as file: project = tomllib.load(file)["project"]
    name, version = project["name"], project.get("version") or open("VERSION").read().strip()
    info = "%s-%s.dist-info/" % (name.replace("-", "_"), version)
    extras = project.get("optional-dependencies", {})
    lines = ["Metadata-Version: 2.1", "Name: " + name, "Version: " + version, "Requires-Python: >=3.11"]
    lines += ["Requires-Dist: " + need for need in project.get("dependencies", [])]
    for extra, needs in extras.items():
        lines += ["Provides-Extra: " + extra] + ["Requires-Dist: %s ; extra == '%s'" % (need, extra) for need in needs]
    files = {**files(name.replace("-", "_")), info + "METADATA": "\\n".join(lines) + "\\n",
        info + "WHEEL": "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"}
    digest = lambda text: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    rows = ["%s,sha256=%s,%d\\n" % (path, digest(text), len(text.encode())) for path, text in files.items()]
    files[info + "RECORD"] = "".join(rows) + info + "RECORD,,\\n"
    wheel = info.replace(".dist-info/", "-py3-none-any.whl")
    with zipfile.ZipFile(os.path.join(folder, wheel), "w") as archive:
        for path, text in files.items(): archive.writestr(path, text)
    return wheel
def build_wheel(folder, config_settings=None, metadata=None):
    return _write(folder, lambda name: {name + ".py": open("src/%s.py" % name).read()})
def build_editable(folder, config_settings=None, metadata=None):
    return _write(folder, lambda name: {"__editable__.%s.pth" % name: os.path.abspath("src") + "\\n"})
`;

/** @param {{ name: string, version?: string, needs?: string[], extras?: Record<string, string[]>, more?: string }} facts */
export function writeProject(folder, { name, version, needs = [], extras = {}, more = "" }) {
  const table = Object.entries(extras).map(([extra, texts]) => `${extra} = ${JSON.stringify(texts)}\n`);
  write(folder, {
    "pyproject.toml": [
      '[build-system]\nrequires = []\nbuild-backend = "own_backend"\nbackend-path = ["."]\n[project]',
      `name = "${name}"\nrequires-python = ">=3.11"\ndependencies = ${JSON.stringify(needs)}`,
      version === undefined ? 'dynamic = ["version"]' : `version = "${version}"`,
      table.length === 0 ? "" : `[project.optional-dependencies]\n${table.join("")}`,
      `${more}\n`,
    ].join("\n"),
    "own_backend.py": backend,
    [`src/${name.replaceAll("-", "_")}.py`]: `TEXT = "${name}"\n`,
  });
}

export function write(folder, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** @returns the commit, which has the tag `v1` */
export function commit(folder) {
  const git = (...words) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.org", "-C", folder, ...words], {
      encoding: "utf8",
    }).trim();
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-qm", "one");
  git("tag", "v1");
  return git("rev-parse", "HEAD");
}

/** Runs a job in a folder of its own, with the index. */
export async function inWorld(job) {
  const folder = mkdtempSync(join(process.env.MURRE_BENCH_DIR ?? tmpdir(), "murre-own-code-"));
  writeIndex(join(folder, "index"), await Promise.all(wheels.map((wheel) => indexedWheel(wheel))));
  const server = await serveFolder(join(folder, "index"));
  try {
    await job(folder, new URL("simple/", `${server.url}/`).href);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a command says, and the processor time and wall time that it and its children took. @param {string[]} words */
export function run(words, cwd, env = {}) {
  const [file, ...args] = words[0] === "murre" ? [process.execPath, murre, ...words.slice(1)] : words;
  const own = { ...process.env, PIP_CONFIG_FILE: "/dev/null", GIT_CONFIG_GLOBAL: "/dev/null", ...env };
  for (const name of ["PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "VIRTUAL_ENV"]) delete own[name];
  const start = process.hrtime.bigint();
  return new Promise((resolve) => {
    execFile(file, args, { cwd, env: own, timeout: 120_000 }, (error, stdout, stderr) =>
      resolve({
        code: error === null ? 0 : (error.code ?? -1),
        stdout,
        stderr,
        seconds: Number(process.hrtime.bigint() - start) / 1e9,
      }),
    );
  });
}

/** What an environment holds, with the commits and folders that it came from, and what importing its modules says. */
export async function contents(python, root) {
  const program = [
    "import importlib, importlib.metadata as m, json",
    "for d in m.distributions():",
    "    u = json.loads(d.read_text('direct_url.json') or '{}')",
    "    kind = 'editable' if u.get('dir_info', {}).get('editable') else u.get('vcs_info', {}).get('commit_id', '')[:9]",
    "    try: text = importlib.import_module(d.name.replace('-', '_')).TEXT",
    "    except Exception as e: text = type(e).__name__",
    "    print(d.name, d.version, kind or ('folder' if 'dir_info' in u else 'index'), text)",
  ].join("\n");
  const { stdout } = await run([python, "-c", program], root);
  const own = /^(?:pip|setuptools|wheel) /;
  return stdout
    .trim()
    .split("\n")
    .filter((line) => line !== "" && !own.test(line))
    .toSorted();
}
