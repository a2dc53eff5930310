import { parseSpecifierSet, parseVersion } from "@murre/pep440";
import { digestProblem, hashAlgorithm, parseMarker, strongAlgorithms } from "@murre/pep508";
import { InvalidLockFile, UnsupportedLockVersion } from "../errors.ts";
import { present, readToml, TomlReader, type Table } from "../toml.ts";
import type {
  LockedContent,
  LockedDistribution,
  LockedPackage,
  LockedPlace,
  LockedSource,
  LockFile,
} from "./lock-file.ts";

/** What was read, and what of it is passed over. */
export interface LockFileReading {
  readonly lock: LockFile;
  /** Keys that a later minor version of the format may have given a meaning. */
  readonly warnings: readonly string[];
}

/**
 * Reads a lock file (PEP 751). A later minor version of the format is read as far as it is known.
 * @param source what to call the file in errors
 * @throws {InvalidLockFile} with everything that is wrong with it. {@link UnsupportedLockVersion}
 */
export function parseLockFile(text: string, source = "pylock.toml"): LockFileReading {
  const refuse = (problem: string, cause: Error): Error => new InvalidLockFile(source, [problem], { cause });
  const document = readToml(text, refuse);
  const reader = new LockReader();
  const version = reader.text(document, "lock-version");
  if (version !== undefined && !/^1\.[0-9]+$/.test(version)) throw new UnsupportedLockVersion(source, version);
  reader.isLater = version !== undefined && Number(version.slice(2)) > 0;
  const lock = readLock(document, reader.required(version, "", document, "lock-version"), reader);
  if (reader.problems.length > 0) throw new InvalidLockFile(source, reader.problems);
  return { lock, warnings: reader.unknown.map((key) => `${source}: ${key} is not known, and passed over`) };
}

/** Also notes what is missing and what is not known. */
class LockReader extends TomlReader {
  readonly unknown: string[] = [];
  /** Whether the file is of a minor version that is not known. */
  isLater = false;

  /** The value, or the one given where it is missing, which is noted. */
  required<T>(value: T | undefined, fallback: T, parent: Table, key: string, path = key): T {
    if (value === undefined && !Object.hasOwn(parent, key)) this.problems.push(`${path} is missing`);
    return value ?? fallback;
  }

  known(parent: Table, keys: readonly string[], path: string): void {
    if (this.isLater)
      for (const key of Object.keys(parent))
        if (!keys.includes(key)) this.unknown.push(path === "" ? key : `${path}.${key}`);
  }

  /** As {@link required}; empty where it is missing. */
  requiredText(parent: Table, key: string, path = key): string {
    return this.required(this.text(parent, key, path), "", parent, key, path);
  }

  /** What `check` throws for the text is noted. */
  checked(parent: Table, key: string, path: string, check: (text: string) => unknown): string | undefined {
    const text = this.text(parent, key, path);
    if (text !== undefined) this.attempt(path, () => check(text));
    return text;
  }
}

const keys = [
  "lock-version",
  "environments",
  "requires-python",
  "extras",
  "dependency-groups",
  "default-groups",
  "created-by",
  "packages",
  "tool",
];

function readLock(document: Table, lockVersion: string, reader: LockReader): LockFile {
  reader.known(document, keys, "");
  const environments = reader.texts(document, "environments");
  for (const text of environments ?? []) reader.attempt("environments", () => parseMarker(text));
  const packages = reader.required(reader.tables(document, "packages"), [], document, "packages");
  return present({
    lockVersion,
    environments,
    requiresPython: reader.checked(document, "requires-python", "requires-python", parseSpecifierSet),
    extras: reader.names(document, "extras"),
    dependencyGroups: reader.names(document, "dependency-groups"),
    defaultGroups: reader.names(document, "default-groups"),
    createdBy: reader.requiredText(document, "created-by"),
    packages: packages.flatMap((table, at) => readPackage(table, `packages[${at}]`, reader) ?? []),
    tool: reader.table(document, "tool"),
  });
}

const packageKeys = [
  "name",
  "version",
  "marker",
  "requires-python",
  "dependencies",
  "index",
  "attestation-identities",
  "tool",
];
const sourceKeys = ["vcs", "directory", "archive", "sdist", "wheels"];

function readPackage(table: Table, position: string, reader: LockReader): LockedPackage | undefined {
  const name = reader.name(table, "name", `${position}.name`);
  if (name === undefined) {
    reader.required(name, undefined, table, "name", `${position}.name`);
    return undefined;
  }
  const path = `${position} (${name})`;
  reader.known(table, [...packageKeys, ...sourceKeys], path);
  const attestationIdentities = reader.tables(table, "attestation-identities", `${path}.attestation-identities`);
  for (const [at, identity] of (attestationIdentities ?? []).entries()) {
    const kind = `${path}.attestation-identities[${at}].kind`;
    if (reader.requiredText(identity, "kind", kind) === "" && identity["kind"] === "")
      reader.problems.push(`${kind} is empty`);
  }
  return present({
    name,
    version: reader.checked(table, "version", `${path}.version`, parseVersion),
    marker: reader.checked(table, "marker", `${path}.marker`, parseMarker),
    requiresPython: reader.checked(table, "requires-python", `${path}.requires-python`, parseSpecifierSet),
    dependencies: reader.tables(table, "dependencies", `${path}.dependencies`),
    index: reader.text(table, "index", `${path}.index`),
    source: readSource(table, path, reader),
    attestationIdentities,
    tool: reader.table(table, "tool", `${path}.tool`),
  });
}

function readSource(table: Table, path: string, reader: LockReader): LockedSource | undefined {
  const given = sourceKeys.filter((key) => Object.hasOwn(table, key));
  const kinds = new Set(given.map((key) => (key === "wheels" ? "sdist" : key)));
  if (kinds.size > 1) reader.problems.push(`${path} has several sources, of which one can be: ${given.join(", ")}`);
  const vcs = reader.table(table, "vcs", `${path}.vcs`);
  if (vcs !== undefined) return readVcs(vcs, `${path}.vcs`, reader);
  const directory = reader.table(table, "directory", `${path}.directory`);
  if (directory !== undefined) return readDirectory(directory, `${path}.directory`, reader);
  const archive = reader.table(table, "archive", `${path}.archive`);
  if (archive !== undefined) return readArchive(archive, `${path}.archive`, reader);
  const sdist = reader.table(table, "sdist", `${path}.sdist`);
  const wheels = reader.tables(table, "wheels", `${path}.wheels`) ?? [];
  if (sdist === undefined && wheels.length === 0) {
    const isNone = !given.some((key) => key !== "wheels");
    if (isNone && !reader.isLater) reader.problems.push(`${path} has no source: none of ${sourceKeys.join(", ")}`);
    return undefined;
  }
  return {
    kind: "files",
    ...(sdist === undefined ? {} : { sdist: readDistribution(sdist, `${path}.sdist`, reader) }),
    wheels: wheels.map((wheel, at) => readDistribution(wheel, `${path}.wheels[${at}]`, reader)),
  };
}

function readVcs(table: Table, path: string, reader: LockReader): LockedSource {
  reader.known(table, ["type", "url", "path", "requested-revision", "commit-id", "subdirectory"], path);
  return present({
    kind: "vcs",
    type: reader.requiredText(table, "type", `${path}.type`),
    ...readPlace(table, path, reader),
    requestedRevision: reader.text(table, "requested-revision", `${path}.requested-revision`),
    commitId: reader.requiredText(table, "commit-id", `${path}.commit-id`),
    subdirectory: readSubdirectory(table, path, reader),
  } as const);
}

function readDirectory(table: Table, path: string, reader: LockReader): LockedSource {
  reader.known(table, ["path", "editable", "subdirectory"], path);
  return present({
    kind: "directory",
    path: reader.requiredText(table, "path", `${path}.path`),
    isEditable: reader.flag(table, "editable", `${path}.editable`),
    subdirectory: readSubdirectory(table, path, reader),
  } as const);
}

function readArchive(table: Table, path: string, reader: LockReader): LockedSource {
  reader.known(table, ["url", "path", "size", "upload-time", "hashes", "subdirectory"], path);
  return present({
    kind: "archive",
    ...readPlace(table, path, reader),
    ...readContent(table, path, reader),
    subdirectory: readSubdirectory(table, path, reader),
  } as const);
}

function readDistribution(table: Table, path: string, reader: LockReader): LockedDistribution {
  reader.known(table, ["name", "upload-time", "url", "path", "size", "hashes"], path);
  const name = reader.text(table, "name", `${path}.name`);
  if (name !== undefined && !/^[^/\\]+$/.test(name)) reader.problems.push(`${path}.name is no file name`);
  return present({ name, ...readPlace(table, path, reader), ...readContent(table, path, reader) });
}

function readPlace(table: Table, path: string, reader: LockReader): LockedPlace {
  const url = reader.text(table, "url", `${path}.url`);
  const file = reader.text(table, "path", `${path}.path`);
  if (url === undefined && file === undefined) reader.problems.push(`${path} has neither path nor url`);
  if (url !== undefined && !URL.canParse(url)) reader.problems.push(`${path}.url is no URL`);
  return present({ url, path: file });
}

function readContent(table: Table, path: string, reader: LockReader): LockedContent {
  const time = reader.time(table, "upload-time", `${path}.upload-time`);
  return present({
    size: reader.size(table, "size", `${path}.size`),
    uploadTime: time && new Date(time.getTime()).toISOString(),
    hashes: readHashes(table, `${path}.hashes`, reader),
  });
}

/** What a user relies on has to be strong, as in requirements files; further algorithms may be what they want. */
function readHashes(parent: Table, path: string, reader: LockReader): Readonly<Record<string, string>> {
  const table = reader.required(reader.table(parent, "hashes", path), undefined, parent, "hashes", path);
  if (table === undefined) return {};
  const hashes = new Map<string, string>();
  for (const key of Object.keys(table)) {
    const digest = reader.text(table, key, `${path}.${key}`);
    if (digest === undefined) continue;
    const algorithm = key.toLowerCase();
    const problem = hashAlgorithm(algorithm) && digestProblem(algorithm, digest);
    if (problem !== undefined) reader.problems.push(`${path}: ${problem}`);
    hashes.set(algorithm, digest.toLowerCase());
  }
  if (![...hashes.keys()].some((algorithm) => hashAlgorithm(algorithm)?.isStrong))
    reader.problems.push(`${path} has none of ${strongAlgorithms.join(", ")}`);
  return Object.fromEntries(hashes);
}

/** Inside of the source tree. */
function readSubdirectory(table: Table, path: string, reader: LockReader): string | undefined {
  const subdirectory = reader.text(table, "subdirectory", `${path}.subdirectory`);
  if (subdirectory !== undefined && leadsOut(subdirectory))
    reader.problems.push(`${path}.subdirectory leads out of the source tree`);
  return subdirectory;
}

const leadsOut = (path: string): boolean => /^(?:[/\\]|[a-z]:)/i.test(path) || path.split(/[/\\]/).includes("..");
