import { parseSpecifierSet } from "@murre/pep440";
import { isValidName, Requirement, type MarkerEnvironment } from "@murre/pep508";
import type { RequirementEntry } from "@murre/requirements";
import { parseMetadata } from "@murre/wheel";
import { demandsOf, hashMissing, refuseHash } from "../wanted/accepted-hashes.ts";
import { directSource, type GatheredRequirements } from "../wanted/gather-requirements.ts";
import { describeOrigin } from "../wanted/origin.ts";
import { urlKind } from "../wanted/source-url.ts";
import type { SourceReader } from "../resolve/source-reader.ts";

/**
 * Archives and folders that the user named by their place alone get the name that they have: `./demo` becomes `demo @ file:///…/demo`.
 * Where they do not say it themselves, their backend is asked.
 */
export async function nameSources(
  gathered: GatheredRequirements,
  environment: MarkerEnvironment,
  sources: SourceReader,
  requireHashes: boolean,
): Promise<GatheredRequirements> {
  const entries = await Promise.all(
    gathered.entries.map((entry) =>
      isUnnamedSource(entry, environment) ? named(entry, sources, requireHashes) : entry,
    ),
  );
  return { ...gathered, entries };
}

type DirectEntry = Extract<RequirementEntry, { kind: "direct" }>;

function isUnnamedSource(entry: RequirementEntry, environment: MarkerEnvironment): entry is DirectEntry {
  if (entry.kind !== "direct" || entry.reference.marker?.evaluate(environment) === false) return false;
  const kind = urlKind(entry.reference.url);
  return kind === "archive" || kind === "directory" || kind === "version-control";
}

async function named(entry: DirectEntry, sources: SourceReader, requireHashes: boolean): Promise<RequirementEntry> {
  const { reference, ...rest } = entry;
  const fragment =
    reference.subdirectory === undefined ? "" : `#subdirectory=${encodeURIComponent(reference.subdirectory)}`;
  const url = `${reference.url}${fragment}`;
  const hashes = demandsOf(entry, describeOrigin(entry));
  const source = directSource(url, hashes);
  const { configSettings } = entry;
  const kind = urlKind(url);
  if (kind === "directory") refuseHash("folder", source, hashes, requireHashes);
  if (kind === "version-control") refuseHash("repository", source, hashes, requireHashes);
  if (requireHashes && hashes.length === 0) throw hashMissing(entry.text, describeOrigin(entry));
  // What `#egg=` says of a repository is believed until it is read, so that nobody is asked who need not be.
  const isNamed = kind === "version-control" && reference.egg !== undefined && isValidName(reference.egg);
  const name = isNamed
    ? reference.egg
    : parseMetadata(await sources.metadata({ source, hashes, configSettings }), entry.text).name;
  const requirement = new Requirement(name, reference.extras, parseSpecifierSet(""), url);
  return { ...rest, kind: "named", requirement };
}
