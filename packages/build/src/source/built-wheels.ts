import { hashedName, type CacheOperation, type WheelEntry } from "@murre/cache";
import { isSameVersion } from "@murre/pep440";
import { isValidName, normalizeName, type NormalizedName } from "@murre/pep508";
import type { Interpreter } from "@murre/python";
import * as v from "valibot";
import type { ConfigSettings } from "../backend/backend.ts";
import { factsOfOutside } from "./outside.ts";

/**
 * `built/<project>/<source key>`: which wheel was built from which state of a source. The key says what was built how and for what; the
 * fingerprints inside say of which states of the source. Whoever builds a newer state replaces the small file and deletes nothing: an
 * operation that has looked up the older wheel still has it. A reader takes it only for the fingerprint that it sees itself, so that a
 * writer who is late can put no stale wheel into anybody's hands.
 */
interface BuiltWheel extends BuiltState {
  /** Of the wheel: the store has it as any other, under this project. */
  readonly sha256: string;
  readonly project: string;
}

/** For which states of a source something that was built is right. */
export interface BuiltState {
  /** Any of them: that in which the build began, and those that differ in what builds wrote alone. */
  readonly fingerprints: readonly string[];
  /** What was read outside of the folder, and how it looked. */
  readonly outside: readonly (readonly [path: string, facts: string])[];
  /** Files of the folder that builds made, and make again. */
  readonly made: readonly string[];
}

/** The folder in `built/` with what belongs to sources that nobody named and that do not say their name before they are built. */
const unnamed = "unnamed-sources";

/** `built/<project>/<source key>.metadata`: what the backend said the wheel's METADATA will be, for one state of a source. */
interface BuiltMetadata extends BuiltState {
  readonly text: string;
}

/** What decides about a built wheel besides the state of the source. */
export interface BuildKey {
  /** `sdist <sha256>`, `directory <real path>`, `editable <real path>`, or `git <commit> of <repository>`. */
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
): WheelEntry | undefined {
  const built: BuiltWheel | undefined = readDocument(
    wheelDocument,
    documents.read("built", place.project ?? unnamed, place.key),
  );
  if (!isFor(built, place)) return undefined;
  const entry = find(normalizeName(built.project), built.sha256);
  const { version } = place;
  if (entry?.kind !== "wheel") return undefined;
  return version === undefined || isSameVersion(entry.manifest.head.version, version) ? entry : undefined;
}

/** Where a built wheel is noted, and for which state of the source. */
export interface BuiltPlace {
  readonly project: NormalizedName | undefined;
  /** The version that the wheel has to have, where the source's name says one: the same bytes may come under another name. */
  readonly version?: string | undefined;
  readonly key: string;
  readonly fingerprint: string;
}

export function noteBuiltWheel(
  { documents }: CacheOperation,
  place: BuiltPlace,
  state: BuiltState,
  project: string,
  sha256: string,
): void {
  const built: BuiltWheel = { ...state, sha256, project };
  documents.write(["built", place.project ?? unnamed, place.key], JSON.stringify(built));
}

export function findBuiltMetadata({ documents }: CacheOperation, place: BuiltPlace): string | undefined {
  const bytes = documents.read("built", place.project ?? unnamed, `${place.key}.metadata`);
  const built: BuiltMetadata | undefined = readDocument(metadataDocument, bytes);
  return isFor(built, place) ? built.text : undefined;
}

export function noteBuiltMetadata(
  { documents }: CacheOperation,
  place: BuiltPlace,
  state: BuiltState,
  text: string,
): void {
  const built: BuiltMetadata = { ...state, text };
  documents.write(["built", place.project ?? unnamed, `${place.key}.metadata`], JSON.stringify(built));
}

/** The state of a source that no build writes into. */
export function fixedState({ fingerprint }: BuiltPlace): BuiltState {
  return { fingerprints: [fingerprint], outside: [], made: [] };
}

/** What earlier builds of the source made in its folder, in whichever state that was. */
export function madeByBuilds({ documents }: Pick<CacheOperation, "documents">, place: BuiltPlace): Set<string> {
  const names = [place.key, `${place.key}.metadata`];
  const notes = names.map((name) =>
    readDocument(stateDocument, documents.read("built", place.project ?? unnamed, name)),
  );
  return new Set(notes.flatMap((note) => note?.made ?? []));
}

function isFor<T extends BuiltState>(built: T | undefined, { fingerprint }: BuiltPlace): built is T {
  if (built?.fingerprints.includes(fingerprint) !== true) return false;
  return built.outside.every(([path, facts]) => factsOfOutside(path) === facts);
}

const texts = v.array(v.string());
const state = { fingerprints: texts, outside: v.array(v.tuple([v.string(), v.string()])), made: texts };
const stateDocument = v.object(state);
const metadataDocument = v.object({ ...state, text: v.string() });
const wheelDocument = v.object({
  ...state,
  sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  project: v.pipe(v.string(), v.check(isValidName)),
});

/** Undefined where there is none, or what there is is torn or foreign: then it is built again. */
function readDocument<Schema extends v.GenericSchema>(
  schema: Schema,
  bytes: Buffer | undefined,
): v.InferOutput<Schema> | undefined {
  if (bytes === undefined) return undefined;
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), bytes.toString("utf8"));
  return success ? output : undefined;
}
