import { sha256Hex } from "@murre/files";
import { win32 } from "node:path";
import { formatRecord, parseRecord, type EntryPoint, type RecordEntry } from "@murre/wheel";
import { dataFolderOf, recordPath, schemeRoot, type Destination, type Scheme } from "../environment/destination.ts";
import type { EnvironmentView } from "../environment/environment-view.ts";
import { baseOf, parentOf } from "../environment/paths.ts";
import type { Conflict, GeneratedFile, WheelToInstall } from "./change-plan.ts";
import { compareNames } from "./ownership.ts";
import type { FolderName } from "./place-wheels.ts";
import { entryPointScript, rewriteScript, shebang } from "./scripts.ts";
import { launcherFolder, windowsLauncher } from "./windows-launcher.ts";

/**
 * The files that are written and not linked: scripts, INSTALLER, REQUESTED, direct_url.json, and RECORD last. Where two
 * wheels have a script of one name, the last by normalised name wins, as everywhere.
 */
export function planGenerated(
  destination: Destination,
  wheels: readonly WheelToInstall[],
  view: EnvironmentView,
  nameOf: FolderName,
): { generated: GeneratedFile[]; conflicts: Conflict[] } {
  const scripts = new Map<string, GeneratedFile[]>();
  const perWheel: GeneratedFile[] = [];
  for (const wheel of wheels) {
    const own = wheelScripts(destination, wheel, view, nameOf);
    for (const script of own) scripts.set(script.path, [...(scripts.get(script.path) ?? []), script]);
    perWheel.push(...distInfoFiles(destination, wheel, own, nameOf));
  }
  const conflicts: Conflict[] = [];
  const winners: GeneratedFile[] = [];
  for (const [path, claims] of scripts) {
    const inOrder = claims.toSorted((a, b) => compareNames(a.wheel, b.wheel));
    const winner = inOrder.at(-1);
    if (winner === undefined) continue;
    winners.push(winner);
    if (inOrder.length > 1)
      conflicts.push({
        path,
        winner: winner.wheel,
        losers: inOrder.slice(0, -1).map(({ wheel }) => wheel),
        identical: inOrder.every(({ content }) => content.equals(winner.content)),
      });
  }
  return { generated: [...winners, ...perWheel], conflicts };
}

/** The scripts of one wheel: those of `.data/scripts`, rewritten, and those of its entry points. */
export function wheelScripts(
  destination: Destination,
  wheel: Pick<WheelToInstall, "name" | "entry">,
  view: EnvironmentView,
  nameOf: FolderName,
): GeneratedFile[] {
  const { head } = wheel.entry.manifest;
  const folder = destination.schemes.scripts;
  const scripts = new Map<string, GeneratedFile>();
  const dataScripts = `${dataFolderOf(head.distInfo)}/scripts/`;
  for (const { path } of head.apart) {
    if (!path.startsWith(dataScripts)) continue;
    const content = rewriteScript(view.readApart(wheel.entry, path), destination);
    const below = `${folder}/${path.slice(dataScripts.length)}`;
    const target = `${nameOf(parentOf(below))}/${baseOf(below)}`;
    scripts.set(target, { path: target, content, executable: true, wheel: wheel.name });
  }
  const kinds = [
    ["console", head.consoleScripts],
    ["gui", head.guiScripts],
  ] as const;
  for (const [kind, entries] of kinds)
    for (const entry of entries) {
      const { name, content } = entryPointFile(destination, entry, kind);
      const target = `${folder}/${name}`;
      scripts.set(target, { path: target, content, executable: true, wheel: wheel.name });
    }
  return [...scripts.values()];
}

/** On Windows a program, elsewhere a script, where a GUI script is like any other. */
function entryPointFile(
  { executable, platform, launchers, relocatable }: Destination,
  entry: EntryPoint,
  kind: "console" | "gui",
): { readonly name: string; readonly content: Buffer } {
  const stubs = platform === "win32" ? launchers?.() : undefined;
  const isRelocatable = relocatable?.() === true;
  if (stubs === undefined)
    return { name: entry.name, content: entryPointScript(entry, shebang(executable, platform, isRelocatable)) };
  const started = isRelocatable ? `${launcherFolder}${win32.basename(executable)}` : executable;
  return {
    name: `${entry.name}.exe`,
    content: windowsLauncher(stubs[kind], entryPointScript(entry, ""), started, kind),
  };
}

function distInfoFiles(
  destination: Destination,
  wheel: WheelToInstall,
  scripts: readonly GeneratedFile[],
  nameOf: FolderName,
): GeneratedFile[] {
  const { head } = wheel.entry.manifest;
  const sitePackages = destination.schemes[head.rootIsPurelib ? "purelib" : "platlib"];
  const distInfo = nameOf(`${sitePackages}/${head.distInfo}`);
  const files = [newFile(wheel, `${distInfo}/INSTALLER`, "murre\n")];
  if (wheel.requested) files.push(newFile(wheel, `${distInfo}/REQUESTED`, ""));
  if (wheel.directUrl !== undefined)
    files.push(newFile(wheel, `${distInfo}/direct_url.json`, JSON.stringify(wheel.directUrl)));
  const rows: RecordEntry[] = [
    ...dataRows(destination, wheel, sitePackages),
    ...[...scripts, ...files].map(({ path, content }) => contentRow(recordPath(sitePackages, path), content)),
    { path: recordPath(sitePackages, `${distInfo}/RECORD`) },
  ];
  const record = newFile(wheel, `${distInfo}/RECORD`, formatRecord(rows));
  return [...files, { ...record, before: () => wheel.entry.manifest.recordBytes }];
}

function newFile(wheel: WheelToInstall, path: string, text: string): GeneratedFile {
  return { path, content: Buffer.from(text, "utf8"), executable: false, wheel: wheel.name };
}

function contentRow(path: string, content: Buffer): RecordEntry {
  const digest = Buffer.from(sha256Hex(content), "hex").toString("base64url");
  return { path, algorithm: "sha256", digest, sizeBytes: content.length };
}

/** Rows of files below `.data/`, whose installed path differs from the one in the archive. */
function dataRows(destination: Destination, wheel: WheelToInstall, sitePackages: string): RecordEntry[] {
  const { manifest } = wheel.entry;
  if (!manifest.head.hasData) return [];
  const roots = new Map<string, string>();
  return parseRecord(manifest.dataRecord).map((row) => {
    const slash = row.path.indexOf("/");
    const scheme = row.path.slice(0, slash) as Scheme;
    const root = roots.get(scheme) ?? recordPath(sitePackages, schemeRoot(destination, wheel.name, scheme));
    roots.set(scheme, root);
    const below = row.path.slice(slash + 1);
    return { ...row, path: root === "" ? below : `${root}/${below}` };
  });
}
