import { parseSpecifierSet, parseVersion, releaseOf, type SpecifierSet } from "@murre/pep440";
import type { Candidate } from "../interpreter/candidate.ts";
import { InvalidPythonRequest } from "../errors.ts";
import type { Interpreter } from "../interpreter/interpreter.ts";

/** Which Python is asked for. */
export type PythonRequest =
  | { readonly kind: "any" }
  /** A file or an environment's folder, as written. */
  | { readonly kind: "path"; readonly path: string }
  /** An executable to find on PATH; `python3.11` says its version too. */
  | { readonly kind: "name"; readonly executable: string; readonly release?: readonly number[] }
  | {
      readonly kind: "version";
      readonly implementation?: string;
      /** The leading numbers it must have: `[3, 12]`. */
      readonly release?: readonly number[];
      /** `rc2` of `3.14.0rc2`: only this very pre-release; without it, one is what its release will be. */
      readonly prerelease?: string;
      readonly specifiers?: SpecifierSet;
      /** `3.13t`: free-threaded builds are taken only when asked for. */
      readonly freeThreaded: boolean;
    };

type VersionRequest = Extract<PythonRequest, { kind: "version" }>;

const VERSION = /^(?<numbers>\d+(?:\.\d+){0,2})(?<prerelease>(?:a|b|rc)\d+)?(?<threads>t|\+freethreaded)?$/;
/** The rest of uv's `cpython-3.12.1-linux-x86_64-gnu` is true of every interpreter that this machine can start. */
const IMPLEMENTATION =
  /^(?:(?<name>cpython|pypy|graalpy)|(?<short>cp|pp|gp)(?=\d))(?:@|-)?(?<version>\d[\d.]*(?:(?:a|b|rc)\d+)?(?:t|\+freethreaded)?)?(?<platform>-\w+-\w+-\w+)?$/i;
const LONG_NAMES: Readonly<Record<string, string>> = { cp: "cpython", pp: "pypy", gp: "graalpy" };

/**
 * `3.12`, `3.12.1`, `312`, `3.13t`, `3.14.0rc2`, `>=3.9,<3.12`, `pypy`, `pypy@3.10`, `cpython3.11`, `cp311`, `python3.11`, `any`, `./.venv`,
 * `/usr/bin/python3`.
 * @throws {InvalidPythonRequest} for a malformed specifier and the empty string.
 */
export function parsePythonRequest(text: string | undefined): PythonRequest {
  if (text === undefined) return { kind: "any" };
  const request = text.trim();
  if (request === "") throw new InvalidPythonRequest(text);
  if (/^(?:any|default)$/i.test(request)) return { kind: "any" };
  if (/^(?:[<>=!]|~=)/.test(request)) return specifierRequest(request);
  const version = versionRequest(request);
  if (version) return version;
  const implementation = IMPLEMENTATION.exec(request)?.groups;
  if (implementation) {
    const { version: wanted } = implementation;
    const name = implementation["name"] ?? LONG_NAMES[implementation["short"]!.toLowerCase()]!;
    const parsed = wanted === undefined ? { kind: "version" as const, freeThreaded: false } : versionRequest(wanted);
    if (parsed) return { ...parsed, implementation: name.toLowerCase() };
  }
  if (/[\\/]/.test(request) || request.startsWith(".") || request.startsWith("~")) return { kind: "path", path: text };
  const named = /^python(\d(?:\.\d+)*)?(?:\.exe)?$/i.exec(request);
  const release = named ? (named[1]?.split(".").map(Number) ?? []) : undefined;
  return { kind: "name", executable: request, ...(release ? { release } : {}) };
}

function specifierRequest(text: string): VersionRequest {
  try {
    return { kind: "version", specifiers: parseSpecifierSet(text), freeThreaded: false };
  } catch (cause) {
    throw new InvalidPythonRequest(text, { cause });
  }
}

/** `312` is 3.12: no Python has a major version of more than one digit. */
function versionRequest(text: string): VersionRequest | undefined {
  const groups = VERSION.exec(text)?.groups;
  if (!groups) return undefined;
  const numbers = groups["numbers"] ?? "";
  const release = /^\d{2,}$/.test(numbers)
    ? [Number(numbers[0]), Number(numbers.slice(1))]
    : numbers.split(".").map(Number);
  const { prerelease } = groups;
  if (prerelease !== undefined && !numbers.includes(".")) return undefined;
  // Every pre-release of Python is one of a `.0`.
  if (prerelease !== undefined) while (release.length < 3) release.push(0);
  const freeThreaded = groups["threads"] !== undefined;
  return { kind: "version", release, ...(prerelease === undefined ? {} : { prerelease }), freeThreaded };
}

/** The request as a `.python-version` has it, the same for all ways of writing it (uv); undefined where it names a program. */
export function writtenRequest(text: string): string | undefined {
  const trimmed = text.trim();
  const request = parsePythonRequest(text);
  switch (request.kind) {
    case "any":
      return trimmed.toLowerCase();
    case "path":
      return trimmed;
    case "name":
      return request.release?.join(".") || undefined;
    case "version": {
      const { implementation, release, prerelease = "", specifiers, freeThreaded } = request;
      // Whoever reads the file may take a blank for the end of a name.
      if (specifiers) return trimmed.replaceAll(/\s+/g, "");
      if (IMPLEMENTATION.exec(trimmed)?.groups?.["platform"] !== undefined) return trimmed.toLowerCase();
      // Every pre-release is one of a `.0`.
      const numbers = prerelease === "" ? release : release?.slice(0, 2);
      const version = numbers && `${numbers.join(".")}${prerelease}${freeThreaded ? "+freethreaded" : ""}`;
      return [implementation, version].filter((part) => part !== undefined).join("@");
    }
  }
}

/** The request in the words of a message: `Python 3.12`, `pypy`, `Python >=3.9`. */
export function describeRequest(request: PythonRequest): string {
  switch (request.kind) {
    case "any":
      return "Python 3.8 or later";
    case "path":
      return `interpreter at ${request.path}`;
    case "name":
      return `interpreter named ${request.executable}`;
    case "version": {
      const release = request.release && `${request.release.join(".")}${request.prerelease ?? ""}`;
      const version = release ?? request.specifiers?.toString() ?? "";
      return `${request.implementation ?? "Python"} ${version}${request.freeThreaded ? "t" : ""}`.trim();
    }
  }
}

/** Why an interpreter is not what is asked for; undefined when it is. */
export function mismatch(request: PythonRequest, interpreter: Interpreter): string | undefined {
  const is = `it is ${interpreter.implementation} ${interpreter.version}`;
  if (request.kind === "path") return undefined;
  const version = parseVersion(interpreter.version);
  if (request.kind !== "any" && request.release?.some((part, index) => part !== version.release[index])) return is;
  if (request.kind === "name") return undefined;
  const freeThreaded = interpreter.tagTarget.freeThreaded === true;
  const wantsThreads = request.kind === "version" && request.freeThreaded;
  // An environment that is there was chosen by somebody; only a system's interpreter must not be free-threaded unasked.
  if (wantsThreads !== freeThreaded && !(freeThreaded && interpreter.isVirtual))
    return freeThreaded ? "it is free-threaded" : "it is not free-threaded";
  if (request.kind === "any") return undefined;
  if (request.implementation !== undefined && request.implementation !== interpreter.implementation) return is;
  if (request.prerelease !== undefined && request.prerelease !== version.pre?.join("")) return is;
  const { specifiers } = request;
  // `>=3.14` takes 3.14.0rc2, as in uv; who names a pre-release has them told apart.
  const compared = specifiers?.specifiers.some(({ prereleases }) => prereleases === true)
    ? version
    : releaseOf(version);
  return specifiers?.contains(compared, { prereleases: true }) === false ? is : undefined;
}

/** Whether what a name tells (`python3.11`, `versions/3.11.7`) rules the request out, so that nothing need run. */
export function ruledOut(request: PythonRequest, { hint, implementation }: Candidate): boolean {
  if (request.kind === "any" || request.kind === "path") return false;
  if (request.kind === "version" && request.implementation !== undefined && implementation !== undefined)
    if (request.implementation !== implementation) return true;
  return (
    hint !== undefined && request.release?.some((part, index) => index < hint.length && part !== hint[index]) === true
  );
}
