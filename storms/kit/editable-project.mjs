// A project that builds itself, and only as an editable one, so that no index is needed.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const backend = (name, version) => `
import os, zipfile

def build_editable(folder, config_settings=None, metadata=None):
    info = "${name}-${version}.dist-info/"
    files = {
        "__editable__.${name}.pth": os.getcwd() + "\\n",
        info + "METADATA": "Metadata-Version: 2.1\\nName: ${name}\\nVersion: ${version}\\n",
        info + "WHEEL": "Wheel-Version: 1.0\\nGenerator: own\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        info + "entry_points.txt": "[console_scripts]\\n${name}-${version} = ${name}:main\\n",
    }
    files[info + "RECORD"] = "".join(path + ",,\\n" for path in [*files, info + "RECORD"])
    wheel = "${name}-${version}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, wheel), "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return wheel
`;

/** Writes it with a module and a script; another version has a script of another name. */
export function writeEditable(folder, { name, version }) {
  const files = {
    "pyproject.toml": `[build-system]\nrequires = []\nbuild-backend = "own_backend"\nbackend-path = ["."]\n[project]\nname = "${name}"\nversion = "${version}"\n`,
    "own_backend.py": backend(name, version),
    [`${name}.py`]: `def main(): print("${version}")\n`,
  };
  mkdirSync(folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  return folder;
}
