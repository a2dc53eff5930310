import { posix } from "node:path";
import { liesBelow } from "../environment/destination.ts";
import { baseOf, parentOf } from "../environment/paths.ts";
import { TRANSACTION } from "../environment/state-folder.ts";
import type { EnvironmentState, StatePlaces } from "./environment-state.ts";
import { JOURNAL_FORMAT, type Journal } from "./journal.ts";

/**
 * A journal is obeyed, so it is looked at as what it may be: a file that somebody else made. It has the known format, the name of its own folder,
 * and asks for nothing that no plan of this environment could ask for.
 * @throws {Error} with what is wrong.
 */
export function checkJournal(value: unknown, id: string, state: EnvironmentState): Journal {
  const journal = fieldsOf(value, "it");
  demand(journal["format"] === JOURNAL_FORMAT, `its format is ${String(journal["format"])}, not ${JOURNAL_FORMAT}`);
  demand(TRANSACTION.test(id) && journal["id"] === id, "its id is not its folder's name");
  const { settles } = journal;
  demand(settles === undefined || (isText(settles) && TRANSACTION.test(settles)), "what it settles is no transaction");
  demand(isText(journal["command"]), "it names no command");
  for (const names of ["added", "removed"])
    demand(listOf(journal, names).every(isText), `${names} holds other than names`);
  const places = state.places();
  const apart = listOf(journal, "places");
  for (const place of apart) demandBelow(place, places);
  checkDestination(fieldsOf(journal["destination"], "its destination"), places);
  for (const step of listOf(journal, "steps")) checkStep(fieldsOf(step, "a step"), apart.length, places);
  return value as Journal;
}

function checkDestination(destination: Fields, places: StatePlaces): void {
  const schemes = fieldsOf(destination["schemes"], "its schemes");
  for (const name of ["purelib", "platlib", "scripts", "headers", "data"]) demandBelow(schemes[name], places);
  demandBelow(destination["boundary"], places);
  demand(isText(destination["executable"]) && isText(destination["platform"]), "its destination names no interpreter");
}

const IDENTITY = /^\d+:\d+:-?\d+$/;
const OLD = /^old\/\d+$/;
const STAGE = /^stage\/\d+\/./;

function checkStep(step: Fields, apart: number, places: StatePlaces): void {
  const { at, do: does, old, was, stage, is } = step;
  demand(typeof at === "number" && Number.isInteger(at) && at >= 0 && at <= apart, "a step is at no place");
  demandTarget(step["target"], does !== "place", places);
  if (does === "retire" || does === "save") {
    demand(isText(old) && OLD.test(old), "a step keeps what goes elsewhere");
    demand(isText(was) && IDENTITY.test(was), "a step does not say what goes");
  } else if (does === "place") {
    demand(isText(stage) && STAGE.test(stage) && isNormal(stage), "a step takes what comes from elsewhere");
    demand(isText(is) && IDENTITY.test(is), "a step does not say what comes");
  } else demand(does === "tidy", `no step is called ${String(does)}`);
}

function demandBelow(folder: unknown, { folders }: StatePlaces): void {
  demand(isPath(folder) && liesBelow(folders.roots, folders.of(folder)), `${String(folder)} lies outside`);
}

/** Looked at by the one name of its folder, which a link may have. */
function demandTarget(target: unknown, goes: boolean, { folders, kept, isReserved }: StatePlaces): void {
  demand(isPath(target), `${String(target)} is no target`);
  const path = `${folders.of(parentOf(target))}/${baseOf(target)}`;
  demand(liesBelow(folders.roots, path), `${target} lies outside`);
  // What is new may be the first in a folder that the environment is to have.
  const stays = goes ? kept : kept.slice(0, 2);
  demand(!stays.some((folder) => liesBelow([path], folder)), `${target} is a folder of the environment itself`);
  demand(!isReserved(path), `${target} is a part of the environment itself`);
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown, what: string): Fields {
  demand(typeof value === "object" && value !== null && !Array.isArray(value), `${what} is no object`);
  return value as Fields;
}

function listOf(fields: Fields, name: string): readonly unknown[] {
  const list = fields[name];
  demand(Array.isArray(list), `${name} is no list`);
  return list;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Absolute, with `/`, and without parts that lead elsewhere. */
export function isPath(value: unknown): value is string {
  return isText(value) && /^(?:\/|[A-Za-z]:\/)./.test(value) && isNormal(value.replace(/^\/(?=\/)/, ""));
}

function isNormal(path: string): boolean {
  return (
    posix.normalize(path) === path && !path.endsWith("/") && !path.includes("\0") && !path.split("/").includes("..")
  );
}

function demand(holds: boolean, reason: string): asserts holds {
  if (!holds) throw new Error(reason);
}
