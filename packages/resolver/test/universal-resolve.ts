import { parseSpecifierSet } from "@murre/pep440";
import { parseRequirement } from "@murre/pep508";
import { resolveUniversal, type UniversalOutcome, type UniversalRequest } from "../src/index.ts";
import { type MemoryFile, type MemoryIndex, MemorySource } from "./memory-index.ts";

export type UniversalOptions = Partial<
  Omit<UniversalRequest<MemoryFile>, "requirements" | "constraints" | "overrides" | "requiresPython">
> & {
  readonly python?: string;
  readonly constraints?: readonly string[];
  readonly overrides?: readonly string[];
};

/** Resolves requirements, separated by `|`, against an index for many environments. */
export function resolve(
  index: MemoryIndex,
  requirements: string,
  { python = "", constraints = [], overrides = [], ...options }: UniversalOptions = {},
): Promise<UniversalOutcome<MemoryFile>> {
  return resolveUniversal({
    source: new MemorySource(index, urls),
    requirements: requirements.split("|").map((text) => parseRequirement(text)),
    constraints: constraints.map((text) => parseRequirement(text)),
    overrides: overrides.map((text) => parseRequirement(text)),
    requiresPython: parseSpecifierSet(python),
    ...options,
  });
}

const urls = {
  "https://host.invalid/a-1.zip": { version: "1.0", requiresDist: [] },
  "https://host.invalid/a-2.zip": { version: "2.0", requiresDist: ["b"] },
};

/** One line for each distribution, as in a requirements file. */
export function lines(outcome: UniversalOutcome<MemoryFile>): string[] {
  if (outcome.kind === "no-solution") return [outcome.message];
  return outcome.distributions.map(
    ({ name, version, from, marker }) =>
      `${name}${from.kind === "url" ? ` @ ${from.url}` : `==${version}`}${marker === undefined ? "" : ` ; ${marker}`}`,
  );
}

export const linesIn = async (...ask: Parameters<typeof resolve>) => lines(await resolve(...ask));
