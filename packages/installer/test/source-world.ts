import { makeZip, type IndexedFile, type WheelSpec } from "@murre/test-kit";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * A build backend as a wheel, small enough to be read: it makes a wheel of `NAME/__init__.py` as the file `project.json` in the source tree
 * says (name, version, requires, content), and notes each wheel that it builds in the file that HOOK_LOG names.
 */
export const toyBackend: WheelSpec = {
  name: "toy-backend",
  version: "1.0",
  files: {
    "toy_backend.py": `
import base64, hashlib, json, os, time, zipfile

def _project():
    with open("project.json") as file:
        return json.load(file)

def _note(line):
    with open(os.environ["HOOK_LOG"], "a") as file:
        file.write(line + "\\n")

def _info(project):
    return "%s-%s.dist-info" % (project["name"].replace("-", "_"), project["version"])

def _metadata(project):
    requires = "".join("Requires-Dist: %s\\n" % text for text in project.get("requires", []))
    return "Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n%s" % (project["name"], project["version"], requires)

def get_requires_for_build_wheel(config_settings=None):
    return _project().get("build_requires", [])

def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    project = _project()
    _note("metadata " + project["name"])
    if project.get("fails") == "metadata":
        raise ValueError("no metadata today")
    os.mkdir(os.path.join(metadata_directory, _info(project)))
    with open(os.path.join(metadata_directory, _info(project), "METADATA"), "w") as file:
        file.write(_metadata(project))
    return _info(project)

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    project = _project()
    _note("wheel %s %s" % (project["name"], project["version"]))
    gate = os.environ.get("HOOK_GATE")
    while gate and not os.path.exists(gate):
        time.sleep(0.01)
    if project.get("fails") == "wheel":
        print("the last words of the backend")
        raise ValueError("no wheel today")
    for module in project.get("imports", []):
        __import__(module)
    module = project["name"].replace("-", "_")
    content = project.get("content", "") + "SETTINGS = %r\\n" % (config_settings,)
    files = {
        module + "/__init__.py": content,
        _info(project) + "/METADATA": _metadata(project),
        _info(project) + "/WHEEL": "Wheel-Version: 1.0\\nGenerator: toy\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    name = "%s-%s-py3-none-any.whl" % (module, project["version"])
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        rows = ""
        for path, text in files.items():
            wheel.writestr(path, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            rows += "%s,sha256=%s,%d\\n" % (path, digest, len(text.encode()))
        wheel.writestr(_info(project) + "/RECORD", rows + _info(project) + "/RECORD,,\\n")
    return name
`,
  },
};

/** What the toy backend builds. */
export interface ToyProject {
  readonly name: string;
  readonly version: string;
  readonly requires?: readonly string[];
  readonly content?: string;
  /** `build-system.requires` besides the backend. */
  readonly buildSystemRequires?: readonly string[];
  /** What `get_requires_for_build_wheel` answers. */
  readonly build_requires?: readonly string[];
  /** Modules that the build needs. */
  readonly imports?: readonly string[];
  readonly fails?: "metadata" | "wheel";
}

function treeOf(project: ToyProject): Readonly<Record<string, string>> {
  const requires = ["toy-backend", ...(project.buildSystemRequires ?? [])];
  return {
    "pyproject.toml": `[build-system]\nrequires = ${JSON.stringify(requires)}\nbuild-backend = "toy_backend"\n`,
    "project.json": JSON.stringify(project),
  };
}

export function writeProject(folder: string, project: ToyProject): string {
  for (const [path, text] of Object.entries(treeOf(project))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** The project's sdist, as an index lists it. */
export async function sdistOf(project: ToyProject): Promise<IndexedFile> {
  const stem = `${project.name.replaceAll("-", "_")}-${project.version}`;
  const members = Object.entries(treeOf(project)).map(([path, text]) => ({
    path: `${stem}/${path}`,
    data: Buffer.from(text),
    executable: false,
  }));
  return { project: project.name, filename: `${stem}.zip`, data: await makeZip(members) };
}
