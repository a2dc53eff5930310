import { hashedName, type CacheOperation, type StoreEntry } from "@murre/cache";
import { isValidName, normalizeName, type NormalizedName } from "@murre/pep508";
import type { Interpreter } from "@murre/python";
import type { ConfigSettings } from "./backend.ts";

/**
 * `built/<project>/<source key>`: which wheel was built from which state of a source. The key says what was built how and for what; the
 * fingerprint inside says of which state of the source. Whoever builds a newer state replaces the small file and deletes nothing: an
 * operation that has looked up the older wheel still has it. A reader takes it only for the fingerprint that it sees itself, so that a
 * writer who is late can put no stale wheel into anybody's hands.
 */
interface BuiltWheel {
  readonly fingerprint: string;
  /** Of the wheel: the store has it as any other, under this project. */
  readonly sha256: string;
  readonly project: string;
}

/** The folder in `built/` with what belongs to sources that nobody named and that do not say their name before they are built. */
const unnamed = "unnamed-sources";

/** `built/<project>/<source key>.metadata`: what the backend said the wheel's METADATA will be, for one state of a source. */
interface BuiltMetadata {
  readonly fingerprint: string;
  readonly text: string;
}

/** What decides about a built wheel besides the state of the source. */
export interface BuildKey {
  /** `sdist <sha256>`, or `directory <real path>`. */
  readonly source: string;
  readonly subdirectory: string | undefined;
  readonly configSettings: ConfigSettings;
  readonly interpreter: Interpreter;
  /** `isolated`, or the environment's folder. */
  readonly isolation: string;
  /** The texts of the build constraints, as they apply. */
  readonly constraints: readonly string[];
}

/** The name of the document: equal for equal inputs, on every machine that has this interpreter. */
export function buildKey(key: BuildKey): string {
  const { implementation, version, tagTarget } = key.interpreter;
  const settings = Object.entries(key.configSettings).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const facts = [key.source, key.subdirectory ?? "", settings, implementation, version, tagTarget, key.isolation];
  return hashedName(JSON.stringify([...facts, key.constraints.toSorted()]));
}

/** The wheel that was built from this state of the source, if the store has it still. */
export function findBuiltWheel(
  { documents }: Pick<CacheOperation, "documents">,
  find: CacheOperation["lookup"],
  place: BuiltPlace,
): StoreEntry | undefined {
  const built = readDocument<BuiltWheel>(documents.read("built", place.project ?? unnamed, place.key));
  if (built?.fingerprint !== place.fingerprint || !/^[0-9a-f]{64}$/.test(built.sha256)) return undefined;
  return isValidName(built.project) ? find(normalizeName(built.project), built.sha256) : undefined;
}

/** Where a built wheel is noted, and for which state of the source. */
export interface BuiltPlace {
  readonly project: NormalizedName | undefined;
  readonly key: string;
  readonly fingerprint: string;
}

export function noteBuiltWheel(
  { documents }: CacheOperation,
  place: BuiltPlace,
  project: string,
  sha256: string,
): void {
  const built: BuiltWheel = { fingerprint: place.fingerprint, sha256, project };
  documents.write(["built", place.project ?? unnamed, place.key], JSON.stringify(built));
}

export function findBuiltMetadata({ documents }: CacheOperation, place: BuiltPlace): string | undefined {
  const built = readDocument<BuiltMetadata>(documents.read("built", place.project ?? unnamed, `${place.key}.metadata`));
  return built?.fingerprint === place.fingerprint && typeof built.text === "string" ? built.text : undefined;
}

export function noteBuiltMetadata({ documents }: CacheOperation, place: BuiltPlace, text: string): void {
  const built: BuiltMetadata = { fingerprint: place.fingerprint, text };
  documents.write(["built", place.project ?? unnamed, `${place.key}.metadata`], JSON.stringify(built));
}

function readDocument<T>(bytes: Buffer | undefined): T | undefined {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(bytes.toString("utf8")) as T;
  } catch {
    return undefined; // torn or foreign: built again
  }
}
