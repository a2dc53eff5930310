import { parseVersion } from "@murre/pep440";
import { joinMarkers, parseMarker, type Marker, type NormalizedName } from "@murre/pep508";
import { InvalidLockFile } from "../errors.ts";
import { readToml, TomlReader, type Table } from "../toml.ts";

/** A version that a `uv.lock` has of a project from an index. */
export interface UvPin {
  readonly name: NormalizedName;
  readonly version: string;
  /** Where it has this one of several; undefined: everywhere. */
  readonly marker?: Marker;
}

/**
 * Reads which versions a `uv.lock` has from indexes; folders, repositories and URLs are no choice of anybody.
 * @throws {InvalidLockFile} for another version of the format than the one that is known, too
 */
export function parseUvPins(text: string, source = "uv.lock"): readonly UvPin[] {
  const document = readToml(text, (problem, cause) => new InvalidLockFile(source, [problem], { cause }));
  if (document["version"] !== 1) throw new InvalidLockFile(source, ["its version is not 1, and not known"]);
  const reader = new TomlReader();
  const packages = reader.tables(document, "package") ?? [];
  const pins = packages.flatMap((table, at) => readPin(table, `package[${at}]`, reader) ?? []);
  if (reader.problems.length > 0) throw new InvalidLockFile(source, reader.problems);
  return pins;
}

function readPin(table: Table, path: string, reader: TomlReader): UvPin | undefined {
  const name = reader.name(table, "name", `${path}.name`);
  const version = reader.text(table, "version", `${path}.version`);
  const from = reader.table(table, "source", `${path}.source`);
  const markers = reader.markers(table, "resolution-markers", `${path}.resolution-markers`) ?? [];
  if (name === undefined || version === undefined || from === undefined || !Object.hasOwn(from, "registry"))
    return undefined;
  reader.attempt(`${path}.version`, () => parseVersion(version));
  if (markers.length === 0) return { name, version };
  return { name, version, marker: parseMarker(joinMarkers(markers, "or")) };
}
