import type { NormalizedName, Requirement } from "@murre/pep508";
import type { Told } from "../../solver/provider.ts";
import type { KnownRequirement } from "../candidates/requirement-table.ts";

/** One line in which the request says something of a project; `origin` is where it stands, such as `requirements.txt:3`. */
export interface Stated {
  readonly role: "requirement" | "constraint" | "override";
  /** As it is to be told, such as `foo>=2`. */
  readonly text: string;
  readonly origin?: string | undefined;
}

/** All lines of the request about a project. */
export type StatedOf = (project: NormalizedName) => readonly Stated[];

/** What a proof is told of a need: the requirement that counts, and the one in whose place it stands. */
export interface PythonTold extends Told {
  readonly requirement: Requirement;
  /** As it was declared, where an override took its place. */
  readonly declared: Requirement;
  /** The constraints that count, if any. */
  readonly constraints?: readonly KnownRequirement[];
}

/** The need itself, where nothing limits it: there are many. */
export function toldOf(need: PythonTold, constraints: readonly KnownRequirement[] = []): PythonTold {
  if (constraints.length === 0) return need;
  const { requirement, declared } = need;
  return { requirement, declared, constraints, toString: () => need.toString() };
}

/** Of a need for a project; not of what the provider makes up, such as an extra's need for its own project. */
export function pythonTold(told: Told): PythonTold | undefined {
  return typeof told === "object" && "declared" in told ? (told as PythonTold) : undefined;
}

/** `foo>=2 (requirements.txt:1) and foo<2 (requirements.txt:3)`. */
export function tellStated(stated: readonly Stated[]): string {
  return [...new Set(stated.map(({ text, origin }) => (origin === undefined ? text : `${text} (${origin})`)))].join(
    " and ",
  );
}
