import { parseSpecifierSet } from "@murre/pep440";
import { isValidName, normalizeName, Requirement, type MarkerEnvironment, type NormalizedName } from "@murre/pep508";
import type { RequirementEntry } from "@murre/requirements";
import { parseVcsUrl } from "@murre/vcs";
import { parseMetadata } from "@murre/wheel";
import { demandsOf, hashMissing, hasStrongHash, refuseHash } from "../wanted/accepted-hashes.ts";
import { directSource, refuseEditable, type GatheredRequirements } from "../wanted/gather-requirements.ts";
import { isWanted } from "../wanted/overrides.ts";
import { describeOrigin } from "../wanted/origin.ts";
import type { Clones } from "./clones.ts";
import { ownFolder, urlKind, withSubdirectory } from "../wanted/source-url.ts";
import type { SourceReader } from "../resolve/source-reader.ts";

/**
 * Archives and folders that the user named by their place alone get the name that they have: `./demo` becomes `demo @ file:///…/demo`.
 * Where they do not say it themselves, their backend is asked.
 * @param environment in which they are wanted; undefined: anywhere
 */
export async function nameSources(
  gathered: GatheredRequirements,
  environment: MarkerEnvironment | undefined,
  sources: SourceReader,
  { requireHashes, isEditable, clones }: NamingRules,
): Promise<GatheredRequirements> {
  const entries = await Promise.all(
    gathered.entries.map(async (entry) => {
      if (entry.kind === "named") {
        const { url } = entry.requirement;
        if (requireHashes && url !== undefined && isWanted(entry.requirement.marker, environment))
          refuseWithoutHash({ url, hashes: {} }, [], describeOrigin(entry));
        return entry;
      }
      if (!isWanted(entry.reference.marker, environment)) return entry;
      const kind = urlKind(entry.reference.url);
      const canBeEditable = entry.kind === "editable" && isEditable(eggOf(entry));
      if (entry.kind === "editable") refuseEditable(entry.reference.url, entry.text, describeOrigin(entry));
      if (kind !== "archive" && kind !== "directory" && kind !== "version-control") return entry;
      return named(entry, sources, { requireHashes, isEditable: canBeEditable });
    }),
  );
  const known = await Promise.all(
    entries.map((entry) =>
      entry.kind === "named" && entry.isEditable === true && isWanted(entry.requirement.marker, environment)
        ? placed(entry, isEditable, clones)
        : entry,
    ),
  );
  // What is said of an entry's origin is said of the one in its place.
  const origins = gathered.entries.flatMap((entry, at) => {
    const now = known[at];
    return now !== undefined && gathered.sources.has(entry) ? [[now, gathered.sources.get(entry)] as const] : [];
  });
  return { ...gathered, entries: known, sources: new Map([...gathered.sources, ...origins]) };
}

/** Before anybody is asked. @throws {HashRequired} */
function refuseWithoutHash(
  source: Parameters<typeof refuseHash>[1],
  demands: Parameters<typeof refuseHash>[2],
  requiredBy: string | undefined,
): void {
  const kind = urlKind(source.url);
  if (kind === "directory") refuseHash("folder", source, demands, requiredBy);
  if (kind === "version-control") refuseHash("repository", source, demands, requiredBy);
}

export interface NamingRules {
  readonly requireHashes: boolean;
  /** Whether a folder that is named as an editable one becomes one; without a name, whether any can. */
  readonly isEditable: (name?: NormalizedName) => boolean;
  /** Where repositories that are named as editable ones are cloned; undefined: nothing is installed, and they are read as they are. */
  readonly clones: Clones | undefined;
}

type UnnamedEntry = Exclude<RequirementEntry, { kind: "named" }>;

/** The name that `#egg=` gives. */
function eggOf({ reference: { egg } }: UnnamedEntry): NormalizedName | undefined {
  return egg !== undefined && isValidName(egg) ? normalizeName(egg) : undefined;
}

/** An editable one by the folder that it is, or will be; or as an ordinary one. */
async function placed(
  entry: Extract<RequirementEntry, { kind: "named" }>,
  isEditable: NamingRules["isEditable"],
  clones: Clones | undefined,
): Promise<RequirementEntry> {
  const { isEditable: _, ...ordinary } = entry;
  const { name, extras, normalizedName, specifiers, url } = entry.requirement;
  if (url === undefined || !isEditable(normalizedName)) return ordinary;
  const origin = describeOrigin(entry);
  refuseEditable(url, entry.text, origin);
  const isRepository = urlKind(url) === "version-control";
  if (isRepository && clones === undefined) return entry;
  const folder = isRepository ? await clones?.clone({ name: normalizedName, url, origin }) : ownFolder(url);
  return { ...entry, requirement: new Requirement(name, extras, specifiers, folder, entry.requirement.marker) };
}

async function named(
  entry: UnnamedEntry,
  sources: SourceReader,
  { requireHashes, isEditable }: { readonly requireHashes: boolean; readonly isEditable: boolean },
): Promise<RequirementEntry> {
  const { reference, kind: _, ...rest } = entry;
  const place = withSubdirectory(reference.url, reference.subdirectory);
  const origin = describeOrigin(entry);
  const hashes = demandsOf(entry, origin);
  const kind = urlKind(place);
  // It is known by its own folder, which `list` and `freeze` of any tool show.
  const url = isEditable && kind === "directory" ? ownFolder(place) : place;
  if (kind === "version-control") parseVcsUrl(url, origin);
  const source = directSource(url, hashes, { isEditable });
  const { configSettings } = entry;
  refuseWithoutHash(source, hashes, requireHashes ? origin : undefined);
  if (requireHashes && !hasStrongHash(hashes)) throw hashMissing(entry.text, origin, hashes);
  // What `#egg=` says of a repository is believed until it is read, so that nobody is asked who need not be.
  const isNamed = kind === "version-control" && eggOf(entry) !== undefined;
  const name =
    (isNamed ? reference.egg : undefined) ??
    parseMetadata(await sources.metadata({ source, hashes, configSettings }), entry.text).name;
  const requirement = new Requirement(name, reference.extras, parseSpecifierSet(""), url, reference.marker);
  return { ...rest, kind: "named", requirement, ...(isEditable ? { isEditable } : {}) };
}
