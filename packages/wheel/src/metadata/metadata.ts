import { wheelError, type WheelProblem } from "../errors.ts";
import { parseHeaderFields, unfold } from "./header-fields.ts";

/** A distribution's core metadata, as written; requirements and versions are parsed by who needs them. */
export interface CoreMetadata {
  readonly metadataVersion: string;
  readonly name: string;
  readonly version: string;
  readonly requiresPython?: string;
  readonly requiresDist: readonly string[];
  readonly providesExtra: readonly string[];
  /** Fields that a build of this sdist may decide otherwise (PEP 643). */
  readonly dynamic: readonly string[];
  readonly summary?: string;
  /** The body, or else the Description field without its folding. */
  readonly description?: string;
  /** Every field by its name in lower case, unfolded: for the many that only people read. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
}

/** The highest major version of the core metadata that is understood; a reader must refuse higher ones. */
const knownMajor = 2;

/**
 * Reads METADATA or PKG-INFO (core metadata 1.0 to 2.x).
 * @param source what to call the file in errors
 * @throws {InvalidMetadata} without Metadata-Version, Name or Version, or with a Metadata-Version of 3 or more.
 */
export function parseMetadata(text: string, source = "METADATA"): CoreMetadata {
  const { fields, body } = parseHeaderFields(text);
  const problems: WheelProblem[] = [];
  const report = (problem: string) => problems.push({ code: "MURRE_INVALID_METADATA", text: problem });
  const required = (field: string): string => {
    const values = fields.get(field.toLowerCase());
    if (!values || values[0] === "") report(`METADATA has no ${field}`);
    else if (values.length > 1) report(`METADATA has ${values.length} fields ${field}`);
    return unfold(values?.[0] ?? "");
  };
  const metadataVersion = required("Metadata-Version");
  const name = required("Name");
  const version = required("Version");
  if (metadataVersion !== "" && !/^[12]\.\d+$/.test(metadataVersion))
    report(
      `Metadata-Version is ${metadataVersion}, and only those up to ${knownMajor}.x are known; a newer murre may read it`,
    );
  if (problems.length > 0) throw wheelError(source, problems);

  const unfolded = new Map([...fields].map(([field, values]) => [field, values.map(unfold)]));
  const all = (field: string): readonly string[] => unfolded.get(field) ?? [];
  const requiresPython = all("requires-python")[0];
  const summary = all("summary")[0];
  const description = /\S/.test(body) ? body : unfoldDescription(fields.get("description")?.[0]);
  return {
    metadataVersion,
    name,
    version,
    ...(requiresPython === undefined ? {} : { requiresPython }),
    requiresDist: all("requires-dist"),
    providesExtra: all("provides-extra"),
    dynamic: all("dynamic"),
    ...(summary === undefined ? {} : { summary }),
    ...(description === undefined ? {} : { description }),
    fields: unfolded,
  };
}

/** The fields that resolution reads, as they are spelled. The rest, of which the description is by far the most, is not kept. */
const essentialFields = [
  "Metadata-Version",
  "Name",
  "Version",
  "Requires-Python",
  "Requires-Dist",
  "Provides-Extra",
  "Dynamic",
];

/** METADATA without what resolution does not read; whatever is wrong with it still is. */
export function essentialMetadata(text: string): string {
  const { fields } = parseHeaderFields(text);
  return essentialFields
    .flatMap((name) => (fields.get(name.toLowerCase()) ?? []).map((value) => `${name}: ${value}\n`))
    .join("");
}

/** Undoes the two ways in which a Description was indented: seven spaces and a bar, or eight spaces. */
function unfoldDescription(value: string | undefined): string | undefined {
  return value?.replaceAll(/\n {7}[|]/g, "\n").replaceAll(/\n {8}/g, "\n");
}
