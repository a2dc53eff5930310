import { readWitnessed, type Witnessed } from "@murre/index-client";
import { tryParseVersion } from "@murre/pep440";
import { isNormalizedName, type NormalizedName } from "@murre/pep508";
import { crc32 } from "node:zlib";
import type { IndexedFile } from "./index-source.ts";

/** One distribution of an index, and what had been told of it; the rest of the answer stands in the request. */
export interface ChosenFile {
  readonly name: NormalizedName;
  readonly version: string;
  readonly file: IndexedFile;
  readonly claimed?: string;
}

/** What a direct URL leads to. */
export interface ChosenUrl {
  readonly name: NormalizedName;
  readonly version: string;
  readonly url: string;
}

export type Chosen = ChosenFile | ChosenUrl;

/** A solution, as far as it does not stand in the request. */
export interface Solution {
  readonly chosen: readonly Chosen[];
  readonly satisfied: readonly NormalizedName[];
  readonly warnings: readonly string[];
  /** A project, what it needs, and its extras that something asked for. */
  readonly graph?: readonly (readonly [NormalizedName, readonly NormalizedName[], readonly NormalizedName[]])[];
}

/** What is kept of a resolution: everything that it rests on besides the request. */
export interface Remembered {
  readonly solution: Solution;
  readonly witnessed: Witnessed;
  /** What may be taken of each project that came up. */
  readonly formats: readonly (readonly [NormalizedName, string])[];
}

/** `<checksum>\n<JSON>`: whoever wrote a part of it, or changed it, wrote nothing. */
export function formatRemembered(remembered: Remembered): string {
  const json = JSON.stringify(remembered);
  return `${checksum(json)}\n${json}`;
}

const checksum = (json: string): string => crc32(json).toString(16);

/** Undefined where there is none that can be believed. */
export function readRemembered(bytes: Buffer | undefined): Remembered | undefined {
  const text = bytes?.toString("utf8") ?? "";
  const end = text.indexOf("\n");
  const json = text.slice(end + 1);
  if (end < 0 || text.slice(0, end) !== checksum(json)) return undefined;
  try {
    const kept = JSON.parse(json) as Remembered;
    return isRemembered(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** @throws where something is missing */
function isRemembered({ solution, witnessed, formats }: Remembered): boolean {
  return (
    readWitnessed(witnessed) !== undefined &&
    solution.chosen.every((chosen) => "file" in chosen && isChosen(chosen)) &&
    [solution.satisfied, solution.warnings, ...formats].every(areTexts) &&
    [...solution.satisfied, ...formats.map(([project]) => project)].every(isName) &&
    (solution.graph ?? []).every(([name, needs, extras]) => [name, ...needs, ...extras].every(isName))
  );
}

const isText = (value: unknown): value is string => typeof value === "string";
const areTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isName = (value: unknown): boolean => isText(value) && isNormalizedName(value);
const orAbsent = (value: unknown, is: (value: unknown) => boolean): boolean => value === undefined || is(value);

function isChosen({ name, version, file, claimed }: ChosenFile): boolean {
  return (
    isName(name) &&
    isText(version) &&
    tryParseVersion(version) !== undefined &&
    isFile(file) &&
    orAbsent(claimed, isText)
  );
}

function isFile(file: IndexedFile): boolean {
  const { filename, kind, url, hashes, yanked, index, requiresPython, coreMetadata, sizeBytes, uploadTime } = file;
  const { provenance } = file;
  return (
    isText(filename) &&
    !/[/\\]/.test(filename) &&
    (kind === "wheel" || kind === "sdist") &&
    isText(url) &&
    /^https?:/.test(url) &&
    URL.canParse(url) &&
    areHashes(hashes) &&
    (yanked === false || isText(yanked)) &&
    isText(index) &&
    orAbsent(requiresPython, isText) &&
    orAbsent(coreMetadata, (value) => value === true || areHashes(value)) &&
    orAbsent(sizeBytes, (value) => Number.isSafeInteger(value) && (value as number) >= 0) &&
    orAbsent(uploadTime, isText) &&
    orAbsent(provenance, (value) => isText(value) && /^https?:/.test(value))
  );
}

function areHashes(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.entries(value).every(
      ([name, digest]) => /^[a-z0-9_]+$/.test(name) && isText(digest) && /^[0-9a-f]+$/.test(digest),
    )
  );
}
