import { findInterpreter, type Interpreter } from "@murre/python";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { BuildEnvironment, BuildEnvironments } from "../src/backend/build-environment.ts";

/** The interpreter of this machine that runs the tests' backends. */
export function anInterpreter(): Interpreter {
  return findInterpreter(
    undefined,
    { env: process.env, cwd: "/", platform: process.platform, home: homedir() },
    { preference: "any" },
  );
}

/** Runs backends in the machine's own interpreter: the tests' backends need nothing. */
export function plainEnvironments(interpreter: Interpreter, added: string[] = []): BuildEnvironments {
  const environment: BuildEnvironment = {
    python: interpreter.executable,
    env: process.env,
    add: async (requirements) => void added.push(...requirements),
  };
  return {
    make: async (requirements) => {
      added.push(...requirements);
      return environment;
    },
  };
}

/** A whole backend of a screenful: what tests change of it is given as Python code at its end. */
export const inHouseBackend = `
import base64, hashlib, os, zipfile

NAME, VERSION, CONTENT = "demo", "1.0", "src.py"

def _metadata():
    return "Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\nRequires-Dist: needed\\n" % (NAME, VERSION)

def _wheel_file():
    return "Wheel-Version: 1.0\\nGenerator: in-house\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"

def _info():
    return "%s-%s.dist-info" % (NAME, VERSION)

def _note(line):
    log = os.environ.get("IN_HOUSE_LOG")
    if log:
        with open(log, "a") as file:
            file.write(line + "\\n")

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    _note("build_wheel")
    name = "%s-%s-py3-none-any.whl" % (NAME, VERSION)
    content = open(CONTENT).read()
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        rows = []
        for path, text in [("demo.py", content), (_info() + "/METADATA", _metadata()), (_info() + "/WHEEL", _wheel_file())]:
            wheel.writestr(path, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            rows.append("%s,sha256=%s,%d" % (path, digest, len(text.encode())))
        wheel.writestr(_info() + "/RECORD", "\\n".join(rows + [_info() + "/RECORD,,"]) + "\\n")
    return name

def build_sdist(sdist_directory, config_settings=None):
    import tarfile
    _note("build_sdist")
    name = "%s-%s.tar.gz" % (NAME, VERSION)
    with tarfile.open(os.path.join(sdist_directory, name), "w:gz") as sdist:
        for path in ["pyproject.toml", "src.py", "tools"]:
            sdist.add(path, "%s-%s/%s" % (NAME, VERSION, path))
    return name
`;

export const prepareMetadata = `
def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    _note("prepare_metadata")
    folder = os.path.join(metadata_directory, _info())
    os.mkdir(folder)
    with open(os.path.join(folder, "METADATA"), "w") as file:
        file.write(_metadata())
    return _info()
`;

/** A source tree that builds itself with the backend above. */
export function writeSource(folder: string, code = "", files: Readonly<Record<string, string>> = {}): string {
  const all = {
    "pyproject.toml": `[build-system]\nrequires = []\nbuild-backend = "in_house"\nbackend-path = ["tools"]\n`,
    "src.py": "VALUE = 1\n",
    "tools/in_house.py": `${inHouseBackend}\n${code}`,
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
