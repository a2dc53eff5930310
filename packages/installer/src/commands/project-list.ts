import { errorCode } from "@murre/files";
import type { NormalizedName } from "@murre/pep508";
import { parseRequirementArgument, type RequirementEntry, type RequirementsContext } from "@murre/requirements";
import { resolve } from "node:path";
import { withState } from "../api/saying-state.ts";
import type { ManyFailure } from "../api/reports.ts";
import type { InstallerErrorCode } from "../errors.ts";

/** What a list names, each project once, by its name; and the lines that name nothing. */
export interface ProjectList {
  readonly entries: readonly RequirementEntry[];
  readonly failures: readonly ManyFailure[];
}

/**
 * Reads a list of projects: one a line, with or without a specifier; empty lines and what follows ` #` are comments. Of a project that is named
 * several times the first line counts.
 * @param file a path, a URL, or `-`
 * @param limit so many projects of its beginning
 */
export async function readProjectList(
  file: string,
  context: RequirementsContext,
  limit = Infinity,
): Promise<ProjectList> {
  const location = file === "-" || /^https?:/i.test(file) ? file : resolve(context.cwd, file);
  const text = Buffer.from(await context.read(location)).toString("utf8");
  const said = { ...context, isRemote: /^https?:/i.test(location) };
  const named = new Map<string, RequirementEntry>();
  const failures: ManyFailure[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const word = line.replace(/(?:^|\s)#[^]*$/, "").trim();
    if (word === "") continue;
    if (named.size + failures.length >= limit) break;
    try {
      const entry = { ...parseRequirementArgument(word, said), origin: { file, line: index + 1 } };
      const name = nameOf(entry) ?? word;
      if (!named.has(name)) named.set(name, entry);
    } catch (error) {
      failures.push({ name: word, ...describeError(error) });
    }
  }
  // In the order by which contested paths are decided, so that batches decide as one change would.
  const inOrder = [...named].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { entries: inOrder.map(([, entry]) => entry), failures };
}

/** As the list's own reports call it. */
export function nameOf(entry: RequirementEntry): NormalizedName | undefined {
  return entry.kind === "named" ? entry.requirement.normalizedName : undefined;
}

export function describeError(error: unknown): Pick<ManyFailure, "code" | "message"> {
  const told = withState(error, "batches");
  const unknown: InstallerErrorCode = "MURRE_UNKNOWN";
  return { code: errorCode(told) ?? unknown, message: told instanceof Error ? told.message : String(told) };
}
