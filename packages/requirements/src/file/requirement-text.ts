import { posix, win32 } from "node:path";
import { pathToFileURL } from "node:url";
import {
  digestProblem,
  fragmentHashes,
  isLocalUrl,
  normalizeName,
  parseMarker,
  parseRequirement,
  redactUrl,
  separateMarker,
  type Marker,
} from "@murre/pep508";
import { InvalidRequirementArgument } from "../errors.ts";
import type { Origin, RequirementEntry } from "../types.ts";

export interface TextContext {
  readonly cwd: string;
  readonly home: string;
  /** A value like `process.platform`. */
  readonly platform: string;
  /** The text came over HTTP: whoever answers there, or stands between, has no say in what of this machine is read, built or run. */
  readonly isRemote?: boolean;
}

/** What is wrong with the text of a requirement: one line, and where it has a place, the text with a caret. */
export interface TextProblem {
  readonly problem: string;
  readonly drawing?: string;
}

type Direct = Pick<Extract<RequirementEntry, { kind: "direct" }>, "reference" | "fragmentHashes">;
type Named = Pick<Extract<RequirementEntry, { kind: "named" }>, "kind" | "requirement" | "fragmentHashes">;
type Interpreted = Named | (Direct & { readonly kind: "direct" });
type InterpretedEditable = (Named & { readonly isEditable: true }) | (Direct & { readonly kind: "editable" });

/** Thrown inside the package, turned into a problem of a line or an error of an argument. */
export class UnreadableText extends Error {
  override readonly name = "UnreadableText";
  readonly code: "MURRE_INVALID_REQUIREMENT" | "MURRE_LOCAL_FROM_REMOTE";
  readonly details: TextProblem;
  constructor(
    details: TextProblem,
    options?: ErrorOptions & { readonly code?: "MURRE_INVALID_REQUIREMENT" | "MURRE_LOCAL_FROM_REMOTE" },
  ) {
    super(details.problem, options);
    this.code = options?.code ?? "MURRE_INVALID_REQUIREMENT";
    this.details = details;
  }
}

/**
 * Reads a word of a command line: a requirement, a path or a URL, as pip tells them apart.
 * @throws {InvalidRequirementArgument}
 */
export function parseRequirementArgument(text: string, context: TextContext): RequirementEntry {
  return argument(text, () => ({
    ...interpretRequirement(text.trim(), context),
    text: redactUrl(text.trim()),
    hashes: {},
    configSettings: {},
    globalOptions: [],
  }));
}

/**
 * Reads the value of `-e`: a path or a URL, with or without a name before it.
 * @throws {InvalidRequirementArgument}
 */
export function parseEditableArgument(text: string, context: TextContext): RequirementEntry {
  return argument(text, () => ({
    ...interpretEditable(text.trim(), context),
    text: redactUrl(text.trim()),
    hashes: {},
    configSettings: {},
    globalOptions: [],
  }));
}

function argument(text: string, read: () => RequirementEntry): RequirementEntry {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
    const { problem, drawing } = error.details;
    throw new InvalidRequirementArgument(redactUrl(text), problem, drawing, { cause: error.cause });
  }
}

/** @throws {UnreadableText} */
export function interpretRequirement(text: string, context: TextContext): Interpreted {
  if (isUrl(text) || isPath(text, context.platform)) {
    const { place, extras, marker } = splitDirect(text);
    return { kind: "direct", ...directReference(place, extras, marker, context) };
  }
  try {
    const requirement = parseRequirement(separateMarker(withAbsolutePlace(text, context)));
    refuseLocal(requirement.url ?? "", text, context);
    return { kind: "named", requirement, fragmentHashes: readFragment(requirement.url ?? "") };
  } catch (error) {
    return refuseText(error);
  }
}

/** What PEP 508 has to say against a text, as a problem of ours. @throws */
function refuseText(error: unknown): never {
  const { problem, message } = error as { problem?: unknown; message?: unknown };
  if (typeof problem !== "string" || typeof message !== "string") throw error;
  throw new UnreadableText({ problem, drawing: message.slice(problem.length + 1) }, { cause: error });
}

/** What is wrong with a place of this machine that came over HTTP. */
export const localFromRemote =
  "what came over HTTP names nothing of this machine; name it in a file of your own, or with the command";

/** @throws {UnreadableText} */
function refuseLocal(url: string, text: string, { isRemote = false }: TextContext): void {
  if (isRemote && url !== "" && isLocalUrl(url))
    throw new UnreadableText(
      { problem: `${redactUrl(text)}: ${localFromRemote}` },
      { code: "MURRE_LOCAL_FROM_REMOTE" },
    );
}

/** The hashes of a URL that a user wrote. @throws {UnreadableText} for one that none can be. */
function readFragment(url: string): Readonly<Record<string, string>> {
  const hashes = fragmentHashes(url);
  for (const [algorithm, digest] of Object.entries(hashes)) {
    const problem = digestProblem(algorithm, digest);
    if (problem !== undefined) throw new UnreadableText({ problem: `#${algorithm}=${digest}: ${problem}` });
  }
  return hashes;
}

/** Unlike that of a requirement, a path needs no `./` (pip). @throws {UnreadableText} */
export function interpretEditable(text: string, context: TextContext): InterpretedEditable {
  if (!isUrl(text) && splitNamed(text, context.platform) !== undefined) {
    const read = interpretRequirement(text, context);
    if (read.kind === "named") return { ...read, isEditable: true };
  }
  const { place, extras, marker } = splitDirect(text);
  return { kind: "editable", ...directReference(place, extras, marker, context) };
}

/** `NAME[extra] @ PLACE`, where PLACE is a URL or looks like a path. */
function splitNamed(text: string, platform: string): { readonly name: string; readonly place: string } | undefined {
  const [, name = "", place = ""] =
    /^(\s*[a-z\d](?:[\w.-]*[a-z\d])?\s*(?:\[[^\]]*\]\s*)?@\s*)(\S.*)$/is.exec(text) ?? [];
  return isUrl(place) || looksLikePath(place, platform) ? { name, place } : undefined;
}

/** A relative place after a name starts at the working directory, as it does alone (uv). */
function withAbsolutePlace(text: string, context: TextContext): string {
  const named = splitNamed(text, context.platform);
  if (named === undefined || (isUrl(named.place) && !relativeFile.test(named.place))) return text;
  const separator = /\s;|;\s/.exec(named.place);
  const end = separator?.index ?? named.place.length;
  return `${named.name}${absoluteUrl(named.place.slice(0, end).trimEnd(), context)}${named.place.slice(end)}`;
}

/** `git+git@host:path` is meant as one, and whoever reads it says how it is written. */
const urlScheme = /^(?:(?:https?|file|ftp|(?:git|hg|svn|bzr)(?:\+[a-z]+)?):|(?:git|hg|svn|bzr)\+[^\s/@]+@)/i;
const archive = /\.(?:whl|zip|tar|tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|txz|tar\.lzma|tlz)$/i;

const isUrl = (text: string): boolean => urlScheme.test(text);
/** `file:demo` and `file:./demo` start at the working directory (pip, uv). */
const relativeFile = /^file:(?![/\\])/i;

/**
 * pip's `_looks_like_path`, or the name of an archive. `name @ ./x` is a requirement of PEP 508: there the part before
 * the "@" looks like no path.
 */
function isPath(text: string, platform: string): boolean {
  const beforeMarker = (text.split(";")[0] ?? "").trim();
  const at = beforeMarker.indexOf("@");
  if (at > 0 && !looksLikePath(beforeMarker.slice(0, at), platform)) return false;
  const { place } = splitDirect(text);
  return looksLikePath(place, platform) || archive.test(place);
}

function looksLikePath(text: string, platform: string): boolean {
  return (
    text.startsWith(".") || text.startsWith("~") || text.includes("/") || (platform === "win32" && text.includes("\\"))
  );
}

/** `PLACE[extra,extra]; marker`: a URL's marker needs a space before it, because a URL may hold ";". */
function splitDirect(text: string): { place: string; extras: readonly string[]; marker: string | undefined } {
  const separator = isUrl(text) ? /\s;|;\s/ : /;/;
  const found = separator.exec(text);
  const before = found === null ? text : text.slice(0, found.index).trimEnd();
  const marker = found === null ? undefined : text.slice(found.index + found[0].length).trim();
  const bracket = /^(.+?)\[([^[\]]*)\]$/.exec(before);
  const extras = (bracket?.[2] ?? "").split(",").map((extra) => extra.trim());
  return { place: bracket?.[1] ?? before, extras: extras.filter((extra) => extra !== ""), marker };
}

function directReference(
  place: string,
  extras: readonly string[],
  marker: string | undefined,
  context: TextContext,
): Direct {
  const url = absoluteUrl(place, context);
  refuseLocal(url, place, context);
  const [plain = url] = url.split("#", 1);
  const fragment = fragmentOf(url);
  const egg = fragment.get("egg");
  const subdirectory = fragment.get("subdirectory");
  return {
    reference: {
      url: plain,
      extras: [...extras, ...eggExtras(egg)].map(normalizeName),
      ...(marker === undefined || marker === "" ? {} : { marker: readMarker(marker) }),
      ...(egg === undefined ? {} : { egg: egg.replace(/\[.*$/s, "") }),
      ...(subdirectory === undefined ? {} : { subdirectory }),
    },
    fragmentHashes: readFragment(url),
  };
}

/** `#egg=name[extra]`. */
function eggExtras(egg: string | undefined): readonly string[] {
  const inside = egg?.endsWith("]") === true ? egg.slice(0, -1) : "";
  const open = inside.indexOf("[", inside.lastIndexOf("]") + 1);
  return (open < 0 ? "" : inside.slice(open + 1))
    .split(",")
    .map((extra) => extra.trim())
    .filter((extra) => extra !== "");
}

function readMarker(text: string): Marker {
  try {
    return parseMarker(text);
  } catch (error) {
    return refuseText(error);
  }
}

function fragmentOf(url: string): ReadonlyMap<string, string> {
  const hash = url.indexOf("#");
  const pairs = hash < 0 ? [] : url.slice(hash + 1).split("&");
  return new Map(pairs.map((pair) => [pair.split("=", 1)[0] ?? "", decode(pair.slice(pair.indexOf("=") + 1))]));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function absoluteUrl(place: string, context: TextContext): string {
  if (relativeFile.test(place)) return urlOfPath(decode(place.slice("file:".length)), context);
  return isUrl(place) ? place : urlOfPath(place, context);
}

function urlOfPath(place: string, { cwd, home, platform }: TextContext): string {
  const windows = platform === "win32";
  const path = windows ? win32 : posix;
  const expanded = /^~(?=$|[/\\])/.test(place) ? path.join(home, place.slice(1)) : place;
  const [file = expanded, ...fragment] = expanded.split("#");
  return [pathToFileURL(path.resolve(cwd, file), { windows }).href, ...fragment].join("#");
}

/**
 * An entry of what is a requirement of PEP 508 and nothing else, as pyproject.toml and scripts have them.
 * @throws {InvalidRequirement} {@link UnreadableText}
 */
export function namedEntry(text: string, origin: Origin): RequirementEntry & { readonly kind: "named" } {
  const requirement = parseRequirement(text);
  return {
    kind: "named",
    requirement,
    fragmentHashes: readFragment(requirement.url ?? ""),
    origin,
    text: redactUrl(text.trim()),
    hashes: {},
    configSettings: {},
    globalOptions: [],
  };
}
