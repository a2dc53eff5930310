import { tryParseVersion } from "@murre/pep440";
import { parseWheelFilename } from "@murre/platform-tags";
import {
  lockedFilename,
  type LockedContent,
  type LockedPackage,
  type LockedPlace,
  type LockedSource,
} from "@murre/requirements";
import { FileChooser } from "@murre/resolver";
import { parseMetadata } from "@murre/wheel";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { NoUsableFile, UnsupportedRequirement } from "../errors.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { FileDecision } from "../operation/decisions.ts";
import { wheelTarget, type WheelTarget } from "../operation/target-environment.ts";
import { refuseOtherTags } from "../resolve/wheel-tags.ts";
import type { SourceReader } from "../resolve/source-reader.ts";
import { promises } from "../wanted/accepted-hashes.ts";
import { directSource } from "../wanted/gather-requirements.ts";
import type { ArchiveSource, ResolvedDistribution } from "../wanted/resolved.ts";
import { urlKind, withSubdirectory } from "../wanted/source-url.ts";
import type { Locked } from "./read-lock.ts";

/** What the distributions of a lock file are found with. */
export interface LockedContext {
  readonly operation: ChangeOperation;
  readonly files: FileDecision;
  readonly sources: SourceReader;
}

/** One file for each entry: its bytes have to be what the lock file says, all of it. @throws {NoUsableFile} */
export function lockedDistributions(locked: Locked, context: LockedContext): Promise<ResolvedDistribution[]> {
  const target = wheelTarget(context.operation.python, context.files);
  const chooser = new FileChooser(target, target.formats);
  return Promise.all(
    locked.packages.map(async (entry) => {
      const { source } = entry;
      if (source?.kind === "files") return indexed(entry, source, locked, { ...context, target, chooser });
      return direct(entry, source, locked, { ...context, target });
    }),
  );
}

type Files = Extract<LockedSource, { kind: "files" }>;

function indexed(
  entry: LockedPackage,
  { sdist, wheels }: Files,
  locked: Locked,
  { target, chooser, ...context }: LockedContext & { readonly target: WheelTarget; readonly chooser: FileChooser },
): Promise<ResolvedDistribution> {
  const files = [...wheels, ...(sdist === undefined ? [] : [sdist])];
  const choices = files.map((file) => ({ filename: lockedFilename(file), version: entry.version ?? "", file }));
  const choice = chooser.choose(entry.name, choices);
  if ("unusable" in choice)
    throw new NoUsableFile({
      project: entry.name,
      required: shown(entry),
      interpreter: target.description,
      files: choices.map(({ filename }) => filename),
      reason: choice.unusable,
      origin: locked.file,
    });
  const { filename, file } = choice.file;
  return distribution(entry, contentOf(file, placeOf(file, locked), filename), locked, context);
}

function direct(
  entry: LockedPackage,
  source: Exclude<LockedSource, Files> | undefined,
  locked: Locked,
  { target, ...context }: LockedContext & { readonly target: WheelTarget },
): Promise<ResolvedDistribution> {
  if (source === undefined) throw new TypeError(`${entry.name} has no source`);
  const { subdirectory } = source;
  if (source.kind === "archive") {
    const url = withSubdirectory(placeOf(source, locked), subdirectory);
    const { filename } = directSource(url);
    refuseOtherTags({ name: entry.name, origin: locked.file }, filename, target);
    return distribution(entry, contentOf(source, url, filename), locked, context, url);
  }
  if (source.kind === "directory") {
    const isEditable = source.isEditable === true && context.operation.decisions.isEditable(entry.name);
    // An editable one is known by its own folder.
    const path = subdirectory !== undefined && isEditable ? `${source.path}/${subdirectory}` : source.path;
    const url = withSubdirectory(placeOf({ path }, locked), isEditable ? undefined : subdirectory);
    if (urlKind(url) !== "directory")
      throw new UnsupportedRequirement(`${entry.name} @ ${path}`, "is no folder that is there", locked.file);
    return distribution(entry, directSource(url, [], { isEditable }), locked, context, url);
  }
  if (source.type !== "git")
    throw new UnsupportedRequirement(
      entry.name,
      `of repositories only those of git are read, not of ${source.type}`,
      locked.file,
    );
  const repository = `git+${placeOf(source, locked)}@${source.requestedRevision ?? source.commitId}`;
  const url = withSubdirectory(repository, subdirectory);
  const commits = new Map([[url, source.commitId]]);
  return distribution(entry, directSource(url, [], { commits }), locked, context, url);
}

async function distribution(
  entry: LockedPackage,
  source: ArchiveSource,
  locked: Locked,
  { sources }: LockedContext,
  directUrl?: string,
): Promise<ResolvedDistribution> {
  const { name } = entry;
  const hashes = promises(source.hashes, locked.file);
  const version = entry.version ?? (await versionOf({ name, source, hashes }, sources));
  return {
    name,
    version: tryParseVersion(version)?.toString() ?? version,
    source,
    hashes,
    requested: true,
    ...(directUrl === undefined ? {} : { directUrl }),
  };
}

/** The lock file need not say it: a wheel's name does, else a source tells. */
async function versionOf(asked: Parameters<SourceReader["metadata"]>[0], sources: SourceReader): Promise<string> {
  const { filename } = asked.source;
  if (filename.endsWith(".whl")) return parseWheelFilename(filename).version.toString();
  return parseMetadata(await sources.metadata(asked), filename).version;
}

function contentOf({ hashes, size }: LockedContent, url: string, filename: string): ArchiveSource {
  return { filename, url, hashes, ...(size === undefined ? {} : { sizeBytes: size, promisedBytes: size }) };
}

/** A path goes first, where something is there. */
function placeOf({ path, url }: LockedPlace, { base }: Pick<Locked, "base">): string {
  if (path !== undefined && /^https?:/i.test(base)) return new URL(path, base).href;
  const place = path === undefined ? undefined : resolve(base, path);
  if (place !== undefined && (url === undefined || existsSync(place))) return pathToFileURL(place).href;
  return url ?? "";
}

function shown({ name, version }: LockedPackage): string {
  return version === undefined ? name : `${name}==${version}`;
}
