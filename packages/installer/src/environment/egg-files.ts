import { readSmallText } from "@murre/files";
import type { Destination, RecordedDistribution, RestoredFile } from "@murre/linker";
import { readInstalledEntryPoints, readInstalledRecord, type InstalledDistribution } from "@murre/python";
import { normalizeName } from "@murre/pep508";
import type { RecordEntry } from "@murre/wheel";
import { existsSync, readdirSync } from "node:fs";
import { basename, join, posix } from "node:path";

/** The lines of it are folders that Python adds to its path; `setup.py develop` wrote a project's there. */
const easyInstall = "easy-install.pth";

/**
 * What goes with a distribution that setuptools installed without a wheel, as pip has it: of an egg-info the files of `installed-files.txt`, or else
 * the modules of `top_level.txt` that are no namespaces; of an egg-link only the link, because the project is its developer's. And the scripts of its
 * entry points. Undefined when nothing tells its files: distutils wrote a single file, which lists none.
 */
export function eggFiles(
  distribution: InstalledDistribution,
  { schemes }: Destination,
): RecordedDistribution | undefined {
  const { format, normalizedName: name, version, sitePackages, path } = distribution;
  if (format !== "egg-info" && format !== "egg-link") return undefined;
  const own = format === "egg-link" ? linkOf(distribution) : recordedFiles(distribution);
  if (own.length === 0) return undefined;
  const entryPoints = readInstalledEntryPoints(distribution);
  const scripts = ["console_scripts", "gui_scripts"]
    .flatMap((group) => entryPoints.get(group) ?? [])
    .filter(({ name }) => !/[/\\]|^\.{0,2}$/.test(name) && existsSync(join(schemes.scripts, name)))
    .map((entry) => ({ path: posix.relative(sitePackages, posix.join(schemes.scripts, entry.name)) }));
  const distInfo = format === "egg-link" ? join(sitePackages, own[0]?.path ?? "") : path;
  return { name, version, sitePackages, distInfo, record: [...own, ...scripts] };
}

/** `easy-install.pth` without the projects of the egg-links that go. */
export function easyInstallWithout(removed: readonly InstalledDistribution[]): RestoredFile[] {
  const links = removed.filter(({ format }) => format === "egg-link");
  return [...new Set(links.map(({ sitePackages }) => sitePackages))].flatMap((folder) => {
    const target = join(folder, easyInstall);
    if (!existsSync(target)) return [];
    const projects = new Set(links.map(({ path }) => posix.dirname(path)));
    const text = readSmallText(target);
    const rest = text.split(/(?<=\n)/).filter((line) => !projects.has(posix.normalize(line.trim())));
    return rest.join("") === text ? [] : [{ from: Buffer.from(rest.join("")), target }];
  });
}

function linkOf({ sitePackages, normalizedName }: InstalledDistribution): RecordEntry[] {
  const ending = ".egg-link";
  return readdirSync(sitePackages)
    .filter((name) => name.endsWith(ending) && normalizeName(name.slice(0, -ending.length)) === normalizedName)
    .map((path) => ({ path }));
}

function recordedFiles(distribution: InstalledDistribution): RecordEntry[] {
  const listed = readInstalledRecord(distribution);
  if (listed.length > 0) return [...listed];
  const { path, sitePackages } = distribution;
  const namespaces = new Set(linesOf(join(path, "namespace_packages.txt")));
  // They are names of modules; anything else, such as `..`, is none.
  const modules = linesOf(join(path, "top_level.txt")).filter(
    (name) => /^[^./\\]+$/.test(name) && !namespaces.has(name),
  );
  const files = modules.flatMap((name) => [
    ...filesBelow(sitePackages, name),
    ...[`${name}.py`, `${name}.pyc`].filter((file) => existsSync(join(sitePackages, file))),
  ]);
  return files.length === 0
    ? []
    : [...files, ...filesBelow(sitePackages, basename(path))].map((file) => ({ path: file }));
}

function filesBelow(sitePackages: string, folder: string): string[] {
  if (!existsSync(join(sitePackages, folder))) return [];
  return readdirSync(join(sitePackages, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(sitePackages, `${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  );
}

function linesOf(file: string): string[] {
  if (!existsSync(file)) return [];
  const lines = readSmallText(file).split(/\r?\n/);
  return lines.map((line) => line.trim()).filter((line) => line !== "");
}
