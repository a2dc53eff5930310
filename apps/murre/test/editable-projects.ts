import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A backend of a screenful that lies in the project which it builds: reads `[project]`, and notes each hook in the file HOOK_LOG. */
const backend = `
import base64, hashlib, os, re, zipfile

def _note(hook):
    with open(os.environ["HOOK_LOG"], "a") as file:
        file.write("%s %s\\n" % (hook, os.path.basename(os.getcwd())))

def _project():
    text = open("pyproject.toml").read()
    field = lambda name: (re.findall(r'^%s = "(.*)"' % name, text, re.M) or [None])[0]
    version = field("version") or open("VERSION").read().strip()
    needs = re.findall(r'^dependencies = (.*)', text, re.M)
    part = text.partition("[project.optional-dependencies]")[2].split("\\n[")[0]
    extras = {name: eval(texts) for name, texts in re.findall(r'^(\\w+) = (.*)', part, re.M)}
    return field("name"), version, eval(needs[0]) if needs else [], extras

def _files(module):
    name, version, needs, extras = _project()
    info = "%s-%s.dist-info" % (name, version)
    metadata = "Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n" % (name, version)
    return info, {
        **module(name),
        info + "/METADATA": metadata + "".join(
            ["Requires-Dist: %s\\n" % need for need in needs]
            + ["Provides-Extra: %s\\n" % extra for extra in extras]
            + ["Requires-Dist: %s ; extra == '%s'\\n" % (need, extra) for extra in extras for need in extras[extra]]
        ),
        info + "/WHEEL": "Wheel-Version: 1.0\\nGenerator: in-tree\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        info + "/entry_points.txt": "[console_scripts]\\n%s = %s:main\\n" % (name, name),
    }

def _write(folder, module):
    info, files = _files(module)
    digest = lambda text: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    rows = ["%s,sha256=%s,%d\\n" % (path, digest(text), len(text.encode())) for path, text in files.items()]
    name = info.replace(".dist-info", "-py3-none-any.whl")
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        for path, text in {**files, info + "/RECORD": "".join(rows) + info + "/RECORD,,\\n"}.items():
            wheel.writestr(path, text)
    return name

def build_wheel(folder, config_settings=None, metadata=None):
    _note("build_wheel")
    return _write(folder, lambda name: {name + ".py": open("src/%s.py" % name).read()})

def build_editable(folder, config_settings=None, metadata=None):
    _note("build_editable")
    return _write(folder, lambda name: {"__editable__.%s.pth" % name: os.path.abspath("src") + "\\n"})
`;

export interface ProjectFacts {
  readonly name: string;
  /** Undefined: the file VERSION has it. */
  readonly version?: string;
  readonly needs?: readonly string[];
  readonly extras?: Readonly<Record<string, readonly string[]>>;
  /** At the end of its pyproject.toml. */
  readonly more?: string;
  /** At the end of its backend, in Python. */
  readonly code?: string;
}

/** Writes a project that builds itself, and has a module and a script of its own name that print what it is. */
export function writeProject(folder: string, facts: ProjectFacts): void {
  const { name, version, needs = [], extras = {}, more = "", code = "" } = facts;
  const lists = Object.entries(extras).map(([extra, texts]) => `${extra} = ${JSON.stringify(texts)}\n`);
  const files = {
    "pyproject.toml": `[build-system]\nrequires = []\nbuild-backend = "in_tree"\nbackend-path = ["."]\n\n[project]\nname = "${name}"\n${
      version === undefined ? 'dynamic = ["version"]' : `version = "${version}"`
    }\ndependencies = ${JSON.stringify(needs)}\n${lists.length > 0 ? `[project.optional-dependencies]\n${lists.join("")}` : ""}${more}\n`,
    "in_tree.py": `${backend}\n${code}`,
    [`src/${name}.py`]: `def main(): print("${name}, as written")\n`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
