// The demo's embedded index, for machines whose pip configuration names none: small wheels in the real format, with the
// names, imports and the console script of the set that the demo installs elsewhere.
import { indexedWheel, writeIndex } from "../packages/test-kit/dist/index.js";

const SPECS = [
  { name: "blinker", version: "1.9.0" },
  { name: "click", version: "8.3.0" },
  { name: "itsdangerous", version: "2.2.0" },
  { name: "jinja2", version: "3.1.6", requiresDist: ["MarkupSafe>=2.0"] },
  { name: "markupsafe", version: "3.0.3" },
  { name: "werkzeug", version: "3.1.3", requiresDist: ["MarkupSafe>=2.1.1"] },
  {
    name: "flask",
    version: "3.1.2",
    files: {
      "flask/__init__.py": '__version__ = "3.1.2"\n',
      "flask/cli.py": 'from flask import __version__\n\n\ndef main():\n    print("Flask", __version__, "(embedded)")\n',
    },
    entryPoints: { console_scripts: { flask: "flask.cli:main" } },
    requiresDist: ["werkzeug>=3.1", "jinja2>=3.1.2", "itsdangerous>=2.2", "click>=8.1.3", "blinker>=1.9"],
  },
];

/** Writes the index below `folder` and returns the URL of its simple API. */
export async function makeDemoIndex(folder) {
  writeIndex(folder, await Promise.all(SPECS.map((spec) => indexedWheel(spec))));
  return new URL("simple/", new URL(`file://${folder}/`)).href;
}
