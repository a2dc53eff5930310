import { readSmallText } from "@murre/files";
import { readdirSync, statSync } from "node:fs";
import { posix } from "node:path";
import { parseRecord } from "@murre/wheel";
import { outermost } from "../environment/destination.ts";
import { isGone } from "../environment/fs-errors.ts";
import { baseOf, parentOf } from "../environment/paths.ts";
import { STATE_FOLDER } from "../environment/state-folder.ts";
import type { ChangePlan } from "../plan/change-plan.ts";
import type { EnvironmentState } from "../state/environment-state.ts";
import { identityFrom, isSameInode, lookAt } from "../state/identity.ts";
import type { Journal } from "../state/journal.ts";
import { readJournal } from "../state/read-journal.ts";

/** A transaction that met a foreign change and was stopped: what it had placed stands, what it had retired lies in its folders. */
export interface TornTransaction {
  readonly journal: Journal;
  /** Its executor's folder of each place. */
  readonly folders: readonly string[];
}

/** The stopped transactions, the last one first: a later one began from what an earlier one had left. */
export function tornTransactions(state: EnvironmentState): TornTransaction[] {
  return list(state.torn)
    .map((id) => {
      const folder = `${state.torn}/${id}`;
      return { ...openTorn(folder, id, state), sinceMs: statSync(`${folder}/journal`).mtimeMs };
    })
    .toSorted((a, b) => b.sinceMs - a.sinceMs);
}

function openTorn(folder: string, id: string, state: EnvironmentState): TornTransaction {
  const journal = readJournal(folder, id, state);
  const apart = journal.places.map((place) => {
    const own = `${place}/${STATE_FOLDER}/${journal.id}`;
    return `${own}/${list(own)[0] ?? ""}`;
  });
  return { journal, folders: [folder, ...apart] };
}

/**
 * The plan (protocols/transaction.md, Q1) that makes an environment what it was before a stopped transaction, except where something else changed it: that stays, and
 * what belongs to a project which somebody else installed meanwhile is not brought back. The transaction's folders are read only, so a crash
 * loses nothing of them.
 */
export function planRestoration({ journal, folders }: TornTransaction): ChangePlan {
  const theirs = takenByOthers(journal, folders);
  const placedHere = new Map<string, string>();
  for (const step of journal.steps) if (step.do === "place") placedHere.set(step.target, step.is);
  const isPlaced = (target: string) => {
    const now = lookAt(target);
    return now !== undefined && identityFrom(now) === placedHere.get(target);
  };
  const copies: { from: string; target: string }[] = [];
  const retired = new Set([...placedHere.keys()].filter((target) => isPlaced(target)));
  const replaced = new Set<string>();
  for (const step of journal.steps) {
    if (step.do !== "retire" && step.do !== "save") continue;
    const { target } = step;
    const old = `${folders[step.at]}/${step.old}`;
    const kept = lookAt(old);
    const now = lookAt(target);
    if (kept === undefined || isSameInode(kept, now) || theirs(target)) continue;
    if (now !== undefined && !retired.has(target)) continue; // another program's, which stays
    copies.push({ from: old, target });
    if (now === undefined || now.isDirectory() || kept.isDirectory()) continue;
    retired.delete(target);
    replaced.add(target);
  }
  return {
    destination: journal.destination,
    // The outermost folders are enough: what is brought back lies below them, wherever.
    roots: outermost(journal.destination),
    retired: [...retired],
    replaced,
    placed: copies.map(({ target }) => target),
    emptied: [],
    scaffold: [...new Set(copies.map(({ target }) => parentOf(target)))],
    tasks: [],
    generated: [],
    copies,
    conflicts: [],
    foreign: [],
    removed: journal.added,
    added: journal.removed,
    settles: journal.id,
  };
}

/** Whether a path belongs to a project that was removed here and that somebody else installed since. */
function takenByOthers(journal: Journal, folders: readonly string[]): (target: string) => boolean {
  const owned = new Set<string>();
  for (const step of journal.steps) {
    if (step.do !== "retire" || !step.target.endsWith(".dist-info")) continue;
    const project = projectOf(step.target);
    const folder = parentOf(step.target);
    const isTheirs = (name: string) =>
      name.endsWith(".dist-info") && projectOf(name) === project && !placedBy(journal, `${folder}/${name}`);
    if (!list(folder).some(isTheirs)) continue;
    owned.add(step.target);
    for (const path of recordOf(`${folders[step.at]}/${step.old}/RECORD`, folder))
      for (let up = path; up.length > folder.length && !owned.has(up); up = parentOf(up)) owned.add(up);
  }
  return (target) => owned.has(target);
}

/** `NAME` of `NAME-VERSION.dist-info`, as names are compared (PEP 503). */
function projectOf(distInfo: string): string {
  return (/^(.+?)-[^-]+\.dist-info$/.exec(baseOf(distInfo))?.[1] ?? "").toLowerCase().replaceAll(/[-_.]+/g, "-");
}

function placedBy(journal: Journal, target: string): boolean {
  return journal.steps.some((step) => step.do === "place" && step.target === target);
}

function recordOf(path: string, folder: string): string[] {
  try {
    return parseRecord(readSmallText(path)).map((row) => posix.join(folder, row.path));
  } catch {
    return [];
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}
