/** What one member of a wheel holds. Text is written as UTF-8. */
export type MemberContent = string | Buffer | { readonly data: string | Buffer; readonly executable?: boolean };

/** One row of RECORD as text, exactly what is written between the commas. */
export interface RecordRow {
  readonly path: string;
  /** `sha256=<urlsafe base64 without padding>`, or empty. */
  readonly hash: string;
  /** Bytes in decimal, or empty. */
  readonly size: string;
}

/** What a made wheel is to hold. Everything but name and version has a default that makes a valid wheel. */
export interface WheelSpec {
  readonly name: string;
  readonly version: string;
  /** Members by their path in the archive; default: one module named like the project. */
  readonly files?: Readonly<Record<string, MemberContent>>;
  /** Members below `NAME-VERSION.data/`, such as `scripts/tool` or `data/share/doc.txt`. */
  readonly dataFiles?: Readonly<Record<string, MemberContent>>;
  readonly requiresDist?: readonly string[];
  readonly requiresPython?: string;
  readonly providesExtra?: readonly string[];
  /** Group → name → object reference, such as `{ console_scripts: { tool: "tool.cli:main" } }`. */
  readonly entryPoints?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Compressed tag sets of the filename; default `py3-none-any`. WHEEL lists them expanded. */
  readonly tags?: string;
  readonly build?: string;
  /** Default true. */
  readonly rootIsPurelib?: boolean;
  /** Replaces METADATA; null leaves it out. */
  readonly metadata?: string | null;
  /** Replaces WHEEL; null leaves it out. */
  readonly wheel?: string | null;
  /** Replaces RECORD, or changes its rows; null leaves it out. */
  readonly record?: string | null | ((rows: readonly RecordRow[]) => readonly RecordRow[]);
  /** Members that RECORD does not list, in this order at the end; the same path may come more than once. */
  readonly unlisted?: readonly (readonly [path: string, content: MemberContent])[];
  /** Replaces the name of the `.dist-info` folder. */
  readonly distInfo?: string;
  readonly zip?: ZipForm;
}

/** How the archive is laid out; every form is legal. */
export interface ZipForm {
  /** Members are not compressed. */
  readonly stored?: boolean;
  /** Every member and the end record use the zip64 fields. */
  readonly zip64?: boolean;
  /** Sizes and CRC follow the data instead of preceding it. */
  readonly dataDescriptors?: boolean;
  /** Each folder gets an entry of its own. */
  readonly folderEntries?: boolean;
}

/** `name-version` as it stands in file and folder names: runs of `-_.` become one underscore (PEP 427, PEP 503). */
export function wheelStem(spec: WheelSpec): string {
  return `${spec.name.replaceAll(/[-_.]+/g, "_").toLowerCase()}-${spec.version.replaceAll("-", "_")}`;
}

/** The filename that fits the spec (PEP 427). */
export function wheelFilename(spec: WheelSpec): string {
  const build = spec.build === undefined ? "" : `${spec.build}-`;
  return `${wheelStem(spec)}-${build}${spec.tags ?? "py3-none-any"}.whl`;
}

/** The METADATA that {@link makeWheel} writes for the spec. */
export function wheelMetadata(spec: WheelSpec): string {
  if (typeof spec.metadata === "string") return spec.metadata;
  const lines = ["Metadata-Version: 2.1", `Name: ${spec.name}`, `Version: ${spec.version}`];
  lines.push(`Summary: The ${spec.name} of murre's tests`);
  if (spec.requiresPython !== undefined) lines.push(`Requires-Python: ${spec.requiresPython}`);
  for (const extra of spec.providesExtra ?? []) lines.push(`Provides-Extra: ${extra}`);
  for (const requirement of spec.requiresDist ?? []) lines.push(`Requires-Dist: ${requirement}`);
  return `${lines.join("\n")}\n\n${spec.name} was made by a test.\n`;
}

/** The WHEEL file for the spec, its compressed tags expanded. */
export function wheelFile(spec: WheelSpec): string {
  const [pythons = [], abis = [], platforms = []] = (spec.tags ?? "py3-none-any")
    .split("-")
    .map((set) => set.split("."));
  const tags = pythons.flatMap((python) =>
    abis.flatMap((abi) => platforms.map((platform) => `Tag: ${python}-${abi}-${platform}`)),
  );
  const head = ["Wheel-Version: 1.0", "Generator: murre-test-kit", `Root-Is-Purelib: ${spec.rootIsPurelib ?? true}`];
  const build = spec.build === undefined ? [] : [`Build: ${spec.build}`];
  return `${[...head, ...tags, ...build].join("\n")}\n`;
}
