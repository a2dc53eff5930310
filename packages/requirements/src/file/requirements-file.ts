import { digestProblem, hashAlgorithm, redactUrl, strongAlgorithms } from "@murre/pep508";
import { InvalidRequirementsFile, type FileProblem } from "../errors.ts";
import { FileOptionsFolder } from "./file-options.ts";
import { splitLine, type LineOption, type SplitLine } from "./line-options.ts";
import { findLinksValue, includedLocation, isRemote, locationKey, remoteLocation } from "./locations.ts";
import { logicalLines } from "./logical-lines.ts";
import { readNamedFile } from "./read-named-file.ts";
import { interpretEditable, interpretRequirement, localFromRemote, UnreadableText } from "./requirement-text.ts";
import type { Constraint, Origin, RequirementEntry, RequirementsContext, RequirementsFile } from "../types.ts";

type FileKind = "requirements" | "constraints";

/**
 * Reads a requirements file, or a constraints file, and all files that it includes, as pip does.
 * @param location a path or a `file:`, `http:` or `https:` URL.
 * @throws {InvalidRequirementsFile} with all problems of all files at once.
 */
export async function parseRequirementsFile(
  location: string,
  context: RequirementsContext,
  kind: FileKind = "requirements",
): Promise<RequirementsFile> {
  const reader = new FileReader(context);
  await reader.file(location, kind, []);
  return reader.finish();
}

/** A file on the way from the first one to the one being read. */
interface Ancestor {
  readonly key: string;
  readonly origin: Origin;
}

class FileReader {
  readonly #context: RequirementsContext;
  readonly #requirements: RequirementEntry[] = [];
  readonly #constraints: Constraint[] = [];
  readonly #options = new FileOptionsFolder();
  readonly #problems: FileProblem[] = [];
  readonly #warnings: string[] = [];
  readonly #files: string[] = [];
  #cause: unknown;

  constructor(context: RequirementsContext) {
    this.#context = context;
  }

  finish(): RequirementsFile {
    if (this.#problems.length > 0) throw new InvalidRequirementsFile(this.#problems, { cause: this.#cause });
    return {
      requirements: this.#requirements,
      constraints: this.#constraints,
      options: this.#options.finish(),
      files: this.#files,
      warnings: this.#warnings,
    };
  }

  /** @param ancestors from the first file to the one that includes this, each with the line that leads on. */
  async file(location: string, kind: FileKind, ancestors: readonly Ancestor[]): Promise<void> {
    const key = locationKey(location, this.#context);
    const from = ancestors.at(-1)?.origin;
    if (ancestors.some((ancestor) => ancestor.key === key)) {
      this.#problem(from, redactUrl(location), "MURRE_REQUIREMENTS_CYCLE", `${redactUrl(location)} includes itself`);
      return;
    }
    const text = await this.#read(location, from);
    if (text === undefined) return;
    this.#files.push(location);
    for (const { number, text: line } of logicalLines(text, this.#context.env)) {
      const origin = { file: redactUrl(location), line: number, ...(from === undefined ? {} : { includedFrom: from }) };
      await this.#line(line, { location, kind, origin, ancestors: [...ancestors, { key, origin }] });
    }
  }

  async #read(location: string, from: Origin | undefined): Promise<string | undefined> {
    try {
      return await readNamedFile(location, this.#context, from);
    } catch (error) {
      if (!(error instanceof InvalidRequirementsFile)) throw error;
      this.#cause ??= error.cause;
      this.#problems.push(...error.problems);
      return undefined;
    }
  }

  async #line(text: string, place: Place): Promise<void> {
    const line = splitLine(text);
    if (line.problem !== undefined) {
      this.#lineProblem(place, "MURRE_REQUIREMENTS_OPTION", redactUrl(line.problem));
      return;
    }
    const editable = line.options.find(({ name }) => name === "editable")?.value;
    const stray = line.strayWords.join(" ");
    // `-e NAME @ URL` without quotes, as in uv.
    const isPlaced = editable !== undefined && line.requirement === "" && line.strayWords[0] === "@";
    if (stray !== "" && !isPlaced) this.#warn(place, `${line.strayWords.map(redactUrl).join(" ")} is passed over`);
    const parts = [editable, isPlaced ? stray : "", line.marker].filter((part) => part);
    if (line.requirement !== "" || editable !== undefined)
      this.#requirementLine(line, editable && parts.join(" "), place);
    else await this.#optionLine(line, place);
  }

  #requirementLine(line: SplitLine, editable: string | undefined, place: Place): void {
    const isEditable = line.requirement === "" && editable !== undefined;
    const details = this.#perRequirement(line.options, place, isEditable);
    const text = (isEditable ? editable : line.requirement).trim();
    const context = { ...this.#context, isRemote: isRemote(place.location) };
    try {
      const read = isEditable ? interpretEditable(text, context) : interpretRequirement(text, context);
      this.#add({ ...read, ...details, origin: place.origin, text: redactUrl(text) }, place);
    } catch (error) {
      if (!(error instanceof UnreadableText)) throw error;
      this.#lineProblem(place, error.code, error.details.problem, error.details.drawing);
    }
  }

  #add(entry: RequirementEntry & { readonly origin: Origin }, place: Place): void {
    if (place.kind === "requirements") {
      this.#requirements.push(entry);
      return;
    }
    const refusal =
      entry.kind === "editable" || (entry.kind === "named" && entry.isEditable === true)
        ? "an editable requirement is no constraint"
        : entry.kind === "direct"
          ? "a constraint needs a name: write NAME @ URL"
          : entry.requirement.extras.length > 0
            ? "a constraint has no extras"
            : undefined;
    if (refusal !== undefined) this.#lineProblem(place, "MURRE_INVALID_CONSTRAINT", `${entry.text}: ${refusal}`);
    else if (entry.kind === "named") {
      const { origin, text, requirement, hashes, fragmentHashes } = entry;
      this.#constraints.push({ origin, text, requirement, hashes, fragmentHashes });
    }
  }

  #perRequirement(options: readonly LineOption[], place: Place, isEditable: boolean): PerRequirement {
    const hashes: string[] = [];
    // Keys are a backend's: one may be called `constructor`.
    const configSettings = Object.create(null) as Record<string, string | string[]>;
    const globalOptions: string[] = [];
    for (const { name, value } of options) {
      if (name === "editable" && isEditable) continue;
      if (name === "hash" && !isEditable) hashes.push(value);
      else if (name === "global-option" && !isEditable) globalOptions.push(value);
      else if (name === "config-settings") this.#configSetting(value, configSettings, place);
      else this.#warn(place, `--${name} has no effect on the line of ${isEditable ? "an editable" : "a"} requirement`);
    }
    return { hashes: this.#hashes(hashes, place), configSettings, globalOptions };
  }

  /** All of a line are alternatives, so that one whose algorithm is unknown, or too weak to tell files apart, may be passed over beside others. */
  #hashes(values: readonly string[], place: Place): Record<string, string[]> {
    const hashes: Record<string, string[]> = {};
    const unknown: string[] = [];
    for (const value of values) {
      const [, algorithm = "", digest = ""] = /^([^:]*):(.*)$/.exec(value) ?? [];
      const isUsable = hashAlgorithm(algorithm)?.isStrong === true;
      const problem = isUsable ? digestProblem(algorithm, digest) : undefined;
      if (!isUsable) unknown.push(value);
      else if (problem === undefined) (hashes[algorithm] ??= []).push(digest.toLowerCase());
      else this.#lineProblem(place, "MURRE_REQUIREMENTS_OPTION", `--hash=${value}: ${problem}`);
    }
    const expected = `expected one of ${strongAlgorithms.join(", ")}, a colon, and the digest in hexadecimal`;
    for (const value of unknown)
      if (Object.keys(hashes).length > 0) this.#warn(place, `--hash=${value} is passed over: ${expected}`);
      else this.#lineProblem(place, "MURRE_REQUIREMENTS_OPTION", `--hash=${value}: ${expected}`);
    return hashes;
  }

  #configSetting(value: string, settings: Record<string, string | string[]>, place: Place): void {
    const equals = value.indexOf("=");
    if (equals <= 0) {
      this.#lineProblem(place, "MURRE_REQUIREMENTS_OPTION", `--config-settings ${value}: expected KEY=VALUE`);
      return;
    }
    const key = value.slice(0, equals);
    const known = settings[key];
    const added = value.slice(equals + 1);
    settings[key] = known === undefined ? added : [known, added].flat();
  }

  async #optionLine(line: SplitLine, place: Place): Promise<void> {
    for (const { name, value } of line.options) {
      const named = namesPlace.has(name) ? this.#named(name, value, place) : value;
      if (named === undefined)
        this.#lineProblem(place, "MURRE_LOCAL_FROM_REMOTE", `--${name} ${redactUrl(value)}: ${localFromRemote}`);
      else if (name === "requirement" || name === "constraint")
        // As in pip, a file that a constraints file includes with -r holds requirements.
        await this.file(named, name === "requirement" ? "requirements" : "constraints", place.ancestors);
      else if (!this.#options.add(name, named, place.origin) && name !== "use-feature")
        this.#warn(place, `--${name} has no requirement on its line, and is passed over`);
    }
  }

  /** The file or index that an option names; undefined where the file that has it may not name it. */
  #named(name: LineOption["name"], value: string, { location }: Place): string | undefined {
    if (isRemote(location)) return remoteLocation(location, value);
    if (name === "requirement" || name === "constraint")
      return includedLocation(location, value, this.#context.platform);
    return name === "find-links" ? findLinksValue(value, location, this.#context) : value;
  }

  #warn({ origin }: Place, text: string): void {
    this.#warnings.push(`${origin.file}:${origin.line}: ${text}`);
  }

  #lineProblem({ origin }: Place, code: FileProblem["code"], problem: string, drawing?: string): void {
    this.#problem(origin, origin.file, code, problem, drawing);
  }

  #problem(at: Origin | undefined, file: string, code: FileProblem["code"], problem: string, drawing?: string): void {
    this.#problems.push({
      code,
      problem,
      ...(at === undefined ? { file } : { file: at.file, line: at.line }),
      ...(drawing === undefined ? {} : { drawing }),
    });
  }
}

/** Options whose value is a file or an index. */
const namesPlace: ReadonlySet<LineOption["name"]> = new Set([
  "requirement",
  "constraint",
  "find-links",
  "index-url",
  "extra-index-url",
]);

interface Place {
  readonly location: string;
  readonly kind: FileKind;
  readonly origin: Origin;
  readonly ancestors: readonly Ancestor[];
}

type PerRequirement = Pick<RequirementEntry, "hashes" | "configSettings" | "globalOptions">;
