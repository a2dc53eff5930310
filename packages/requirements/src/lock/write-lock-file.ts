import type { Table } from "../toml.ts";
import { inOrder, order } from "../write/order.ts";
import { withoutCredentials } from "../write/without-credentials.ts";
import {
  lockedFilename,
  type LockedDistribution,
  type LockedPackage,
  type LockedSource,
  type LockFile,
} from "./lock-file.ts";
import { InlineTable, Instant, keyText, Lines, lines, valueText, type Field } from "./toml-text.ts";

/**
 * The one text of a lock file: keys in the order of PEP 751, packages by name and version, files by name, names, digests and tool's keys sorted,
 * no credentials. Only the markers and the environments are written as they are given.
 * @param header comment lines for the beginning, without `#`
 */
export function writeLockFile(lock: LockFile, header: readonly string[] = []): string {
  const comment = header.flatMap((line) => line.split(/[\r\n]+/)).map((line) => `# ${controls(line)}`.trimEnd() + "\n");
  const packages = lock.packages.toSorted(comparePackages);
  const top = lines([
    ["lock-version", lock.lockVersion],
    ["environments", lock.environments && new Lines(lock.environments)],
    ["requires-python", lock.requiresPython],
    ["extras", names(lock.extras)],
    ["dependency-groups", names(lock.dependencyGroups)],
    ["default-groups", names(lock.defaultGroups)],
    ["created-by", lock.createdBy],
    ["packages", packages.length === 0 ? [] : undefined],
  ]);
  const tables = packages.map((entry) => `\n[[packages]]\n${lines(packageFields(entry))}`);
  return [...comment, top, ...tables, ...toolTables(lock.tool)].join("");
}

/** TOML's comments hold no control characters. */
// oxlint-disable-next-line no-control-regex -- that is what is looked for
const controls = (line: string): string => line.replaceAll(/[\0-\x08\x0b-\x1f\x7f]/g, " ");

const names = (list: readonly string[] | undefined): readonly string[] | undefined => list && [...new Set(list)].sort();

function comparePackages(left: LockedPackage, right: LockedPackage): number {
  const sourceText = ({ source }: LockedPackage): string => (source === undefined ? "" : valueText(source));
  return (
    order(left.name, right.name) ||
    order(left.version ?? "", right.version ?? "") ||
    order(left.marker ?? "", right.marker ?? "") ||
    order(sourceText(left), sourceText(right))
  );
}

function packageFields(entry: LockedPackage): readonly Field[] {
  const { source, dependencies } = entry;
  const texts = dependencies?.map((table) => [valueText(table), table] as const);
  const sorted = texts && inOrder(texts).map(([, table]) => table);
  return [
    ["name", entry.name],
    ["version", entry.version],
    ["marker", entry.marker],
    ["requires-python", entry.requiresPython],
    ["dependencies", sorted && new Lines(sorted)],
    ...(source === undefined || source.kind === "files" ? [] : [[source.kind, sourceTable(source)] as const]),
    ["index", url(entry.index)],
    ...(source?.kind === "files" ? fileFields(source) : []),
    ["attestation-identities", entry.attestationIdentities && new Lines(entry.attestationIdentities)],
    ["tool", entry.tool],
  ];
}

const url = (text: string | undefined): string | undefined => text && withoutCredentials(text);
const hashes = (digests: Readonly<Record<string, string>>): InlineTable =>
  new InlineTable(inOrder(Object.entries(digests)));
const time = (text: string | undefined): Instant | undefined => (text === undefined ? undefined : new Instant(text));

function sourceTable(source: Exclude<LockedSource, { kind: "files" }>): InlineTable {
  if (source.kind === "vcs")
    return new InlineTable([
      ["type", source.type],
      ["url", url(source.url)],
      ["path", source.path],
      ["requested-revision", source.requestedRevision],
      ["commit-id", source.commitId],
      ["subdirectory", source.subdirectory],
    ]);
  if (source.kind === "directory")
    return new InlineTable([
      ["path", source.path],
      ["editable", source.isEditable],
      ["subdirectory", source.subdirectory],
    ]);
  return new InlineTable([
    ["url", url(source.url)],
    ["path", source.path],
    ["size", source.size],
    ["upload-time", time(source.uploadTime)],
    ["hashes", hashes(source.hashes)],
    ["subdirectory", source.subdirectory],
  ]);
}

function fileFields({ sdist, wheels }: Extract<LockedSource, { kind: "files" }>): readonly Field[] {
  const sorted = inOrder(wheels.map((wheel) => [lockedFilename(wheel), fileTable(wheel)] as const));
  return [
    ["sdist", sdist && fileTable(sdist)],
    ["wheels", wheels.length === 0 ? undefined : new Lines(sorted.map(([, table]) => table))],
  ];
}

/** A name that the place ends in anyway is left out. */
function fileTable(file: LockedDistribution): InlineTable {
  const { name: _, ...nameless } = file;
  const isSaid = file.name === undefined || lockedFilename(nameless) === file.name;
  return new InlineTable([
    ["name", isSaid ? undefined : file.name],
    ["upload-time", time(file.uploadTime)],
    ["url", url(file.url)],
    ["path", file.path],
    ["size", file.size],
    ["hashes", hashes(file.hashes)],
  ]);
}

/** `[tool.NAME]` for each tool that has a table. */
function toolTables(tool: Table | undefined): readonly string[] {
  return Object.keys(tool ?? {})
    .sort()
    .map((name) => {
      const value = tool?.[name];
      const isTable = typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
      if (!isTable) return `\n[tool]\n${lines([[name, value]])}`;
      return `\n[tool.${keyText(name)}]\n${lines(inOrder(Object.entries(value)))}`;
    });
}
