import { fileReader, temporaryFolder, textReader } from "@murre/test-kit";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readElf } from "../src/interpreter/elf.ts";
import { parseExternallyManaged } from "../src/interpreter/externally-managed.ts";
import {
  readDirectUrl,
  readInstalled,
  readInstalledEntryPoints,
  readInstalledMetadata,
  readInstalledRecord,
  readInstaller,
} from "../src/installed/installed.ts";
import { readProbeReport, readRememberedInterpreter } from "../src/interpreter/interpreter-answers.ts";
import { parsePythonRequest } from "../src/find/python-request.ts";
import { namesIn } from "../src/find/python-version-file.ts";
import { formatPyvenvConfig, parsePyvenvConfig, seesSystemSitePackages } from "../src/interpreter/pyvenv-config.ts";
import { tagsOf } from "./fake-machine.ts";

const folder = temporaryFolder("fuzz-python");
const site = join(folder, "site");
const distInfo = join(site, "x-1.0.dist-info");
mkdirSync(distInfo, { recursive: true });
const [installed] = readInstalled([site]);

const links = join(folder, "links");
mkdirSync(join(links, "x.egg-info"), { recursive: true });
writeFileSync(join(links, "x.egg-info", "PKG-INFO"), "Metadata-Version: 2.1\nName: x\nVersion: 1.0\n");

/** One file of an installed distribution, read as whatever asks for it reads it. */
const installedFile = (
  name: string,
  file: string,
  read: (distribution: NonNullable<typeof installed>) => unknown,
  seeds: readonly string[],
) => fileReader(name, join(distInfo, file), () => read(installed!), seeds);

function readUrl(distribution: NonNullable<typeof installed>): void {
  const read = readDirectUrl(distribution);
  // Each part becomes part of a line.
  if (/[\n\r\u2028]/.test(JSON.stringify(read)?.replaceAll("\\n", "\n").replaceAll("\\r", "\r") ?? ""))
    throw new Error("more than a line");
}

const directUrls = [
  JSON.stringify({
    url: "https://h/x.zip",
    archive_info: { hash: "sha256=00", hashes: { sha256: "00" } },
    subdirectory: "a",
  }),
  JSON.stringify({ url: "file:///a b", dir_info: { editable: true } }),
  JSON.stringify({ url: "git@h:p.git", vcs_info: { vcs: "git", commit_id: "0a", requested_revision: "v1" } }),
];
const requests = [
  "3.12",
  "312",
  "3.13t",
  "3.14.0rc2",
  ">=3.9,<3.12",
  "pypy@3.10",
  "cpython-3.12.1-linux-x86_64-gnu",
  "./.venv",
  "python3.11.exe",
];
const versionFile = join(folder, ".python-version");
const elf = readFileSync(process.execPath).subarray(0, 4096);

const markerNames = [
  "implementation_name",
  "implementation_version",
  "os_name",
  "platform_machine",
  "platform_release",
  "platform_system",
  "platform_version",
  "python_full_version",
  "platform_python_implementation",
  "python_version",
  "sys_platform",
];
const markers = Object.fromEntries(markerNames.map((name) => [name, "3.12"]));
const texts = ["home", "/usr"];
const schemes = { purelib: "/p", platlib: "/p", scripts: "/b", data: "/d", headers: "/h" };
const interpreter = {
  executable: "/usr/bin/python3",
  version: "3.12.1",
  implementation: "cpython",
  markerEnvironment: markers,
  tagTarget: { implementation: "cpython", version: [3, 12], platform: { os: "linux", architecture: "x86_64" } },
  schemes,
  prefix: "/usr",
  basePrefix: "/usr",
  baseExecutable: "/usr/bin/python3",
  isVirtual: false,
  systemSitePackages: false,
  baseSitePackages: texts,
  standardLibrary: "/usr/lib",
  environmentScheme: { purelib: "p", platlib: "p", scripts: "b", headers: "h" },
  abiFlags: "",
};
const report = {
  version: "3.12.1",
  implementation: "cpython",
  abiFlags: "",
  markers,
  executable: "/usr/bin/python3",
  running: null,
  prefix: "/usr",
  basePrefix: "/usr",
  paths: { ...schemes, include: "/i", stdlib: "/l" },
  baseSitePackages: texts,
  environmentPaths: schemes,
  tags: { ...tagsOf("3.12"), platform: "linux-x86_64", glibc: "2.36" },
};
for (const honest of [readProbeReport(report), readRememberedInterpreter(JSON.stringify(interpreter))])
  if (honest === undefined) throw new Error("an honest seed is refused");

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Everything of this package that reads what strangers wrote. */
export const readers = [
  installedFile("direct-url", "direct_url.json", readUrl, directUrls),
  installedFile("installed-metadata", "METADATA", readInstalledMetadata, [
    "Metadata-Version: 2.1\nName: x\nVersion: 1.0\n",
  ]),
  installedFile("installed-record", "RECORD", readInstalledRecord, ["x.py,sha256=aa,1\n"]),
  installedFile("installed-entry-points", "entry_points.txt", readInstalledEntryPoints, [
    "[console_scripts]\na = b:c\n",
  ]),
  installedFile("installer", "INSTALLER", readInstaller, ["pip\n"]),
  fileReader("egg-link", join(links, "x.egg-link"), () => readInstalled([links]), [`${links}\n../x\n`]),
  textReader(
    "pyvenv-config",
    (text) => {
      const config = parsePyvenvConfig(text);
      return [seesSystemSitePackages(config), parsePyvenvConfig(formatPyvenvConfig([...config]))];
    },
    ["home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.12.1\nprompt = 'x'\n"],
  ),
  fileReader("python-version-file", versionFile, () => namesIn(versionFile).map(parsePythonRequest), [
    "3.12\n# c\npypy3.10-7.3.15 system\n",
  ]),
  textReader("remembered-interpreter", readRememberedInterpreter, [JSON.stringify(interpreter)]),
  textReader("probe-report", (text) => readProbeReport(jsonOf(text)), [JSON.stringify(report)]),
  textReader("python-request", parsePythonRequest, requests),
  textReader("externally-managed", parseExternallyManaged, ["[externally-managed]\nError=Use apt\n instead\n"]),
  fileReader("elf", join(folder, "python"), () => readElf(join(folder, "python")), [elf]),
];
