import type { EntryPoint, RecordProblems } from "@murre/wheel";
import * as v from "valibot";

/** The first line of a manifest: everything but the sections, and how long each of those is. */
export interface ManifestHead {
  readonly format: number;
  readonly name: string;
  readonly version: string;
  readonly distInfo: string;
  readonly rootIsPurelib: boolean;
  /** As METADATA has it, unparsed. */
  readonly requiresPython?: string;
  readonly consoleScripts: readonly EntryPoint[];
  readonly guiScripts: readonly EntryPoint[];
  /** Linked files; those in {@link apart} are not counted. */
  readonly fileCount: number;
  /** Of all files, the ones apart as well. */
  readonly totalBytes: number;
  /** The folders directly in the archive's root, `.data` left out. */
  readonly topLevel: readonly string[];
  /** Whether there is a `.data` folder with linked files. */
  readonly hasData: boolean;
  /** Files of the archive that are never linked: `.data/scripts`, and what an installer writes into the dist-info itself. */
  readonly apart: readonly FileDetails[];
  /** How the archive's own RECORD disagrees with it, for who holds it to the letter. The sections are of what is there. */
  readonly recordProblems?: RecordProblems;
  /** Lengths in bytes of the sections, in their order. */
  readonly sections: readonly number[];
}

export interface FileDetails {
  readonly path: string;
  readonly sizeBytes: number;
  /** base64url without padding, as in RECORD. */
  readonly sha256: string;
  readonly executable: boolean;
}

/** Raised when a reader of this version would misread what an older one wrote. */
export const MANIFEST_FORMAT = 1;

/** How many sections follow the head. */
const sections = 5;

/** Whether a path stays below the folder that it is relative to: no `..`, no beginning, nothing between two slashes. */
export function staysBelow(path: string): boolean {
  return path !== "" && !/(?:^|\/)(?:\.{0,2})(?:\/|$)|\0/.test(path);
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const path = v.pipe(v.string(), v.check(staysBelow));
const folder = v.pipe(
  path,
  v.check((name) => !name.includes("/")),
);
const entryPoints = v.array(
  v.object({
    name: v.string(),
    module: v.string(),
    attribute: v.optional(v.string()),
    extras: v.array(v.string()),
  }),
);

const problem = v.object({ code: v.string(), text: v.string(), path: v.optional(v.string()) });
const head = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    format: v.literal(MANIFEST_FORMAT),
    name: v.string(),
    version: v.string(),
    distInfo: v.pipe(folder, v.endsWith(".dist-info")),
    rootIsPurelib: v.boolean(),
    requiresPython: v.optional(v.string()),
    consoleScripts: entryPoints,
    guiScripts: entryPoints,
    fileCount: count,
    totalBytes: count,
    topLevel: v.array(folder),
    hasData: v.boolean(),
    apart: v.array(v.object({ path, sizeBytes: count, sha256: v.string(), executable: v.boolean() })),
    recordProblems: v.optional(v.object({ count, first: v.array(problem) })),
    sections: v.pipe(v.array(count), v.length(sections)),
  }),
);

/** Undefined when the line is of another format, or damaged. */
export function parseManifestHead(line: string): ManifestHead | undefined {
  const { success, output } = v.safeParse(head, line, { abortEarly: true });
  return success ? (output as ManifestHead) : undefined;
}
