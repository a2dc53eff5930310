import { normalizeName, parseRequirement, type NormalizedName } from "@murre/pep508";
import { lineEnd } from "../file/logical-lines.ts";
import type { AcceptedHashes } from "../types.ts";
import { hashTexts } from "./hash-texts.ts";
import { pinned } from "./pinned.ts";
import { readUnits, type Unit } from "./requirement-units.ts";

/** One change of a requirements file. The digests are those of the version that is written; the old ones go with the old version. */
export type RequirementsEdit =
  | {
      /** `NAME==VERSION` in place of what is there, with the extras, marker and other options of the line. */
      readonly kind: "pin";
      readonly name: string;
      /** Only the one that begins on this line of the text, from 1; else all of this project. */
      readonly line?: number;
      readonly version: string;
      readonly hashes: AcceptedHashes;
    }
  | {
      /** One more; at its place by name where the requirements are in that order, else after the last line. */
      readonly kind: "add";
      /** Of PEP 508. */
      readonly requirement: string;
      readonly hashes: AcceptedHashes;
    }
  | {
      /** With its continuation lines, and the indented comments below it, which say who asked for it. */
      readonly kind: "remove";
      readonly name: string;
      readonly line?: number;
    };

/**
 * The text of a requirements file after some changes. What they do not concern stays byte for byte, comments among it; included files are others.
 * @throws {InvalidRequirement} for a requirement to add that is none
 */
export function editRequirements(text: string, edits: readonly RequirementsEdit[]): string {
  // The first one stands for the beginning of the file.
  const units: readonly Unit[] = [{ text: "", at: 0, number: 0, isNote: false, added: [] }, ...readUnits(text)];
  const end = lineEnd.exec(text)?.[0] ?? "\n";
  const named = units.filter(({ name }) => name !== undefined);
  for (const edit of edits) {
    if (edit.kind === "add") add(units, named, edit, end);
    else
      for (const unit of named) {
        if (unit.name !== normalizeName(edit.name) || (edit.line ?? unit.number) !== unit.number) continue;
        if (edit.kind === "remove") remove(units, unit);
        else if (unit.text !== "") unit.text = pinned(unit.text, edit.version, edit.hashes, end);
      }
  }
  return joined(
    units.flatMap(({ text, added }) => [text, ...added.map(({ text }) => text)]),
    end,
  );
}

/** A last line that has no end gets one before another. */
function joined(texts: readonly string[], end: string): string {
  const pieces: string[] = [];
  for (const text of texts.filter((piece) => piece !== "")) {
    const before = pieces.at(-1);
    if (before !== undefined && !lineEnd.test(before.slice(-1))) pieces.push(end);
    pieces.push(text);
  }
  return pieces.join("");
}

function remove(units: readonly Unit[], unit: Unit): void {
  unit.text = "";
  for (const note of notesOf(units, unit)) note.text = "";
}

function notesOf(units: readonly Unit[], { at }: Unit): readonly Unit[] {
  let end = at + 1;
  while (units[end]?.isNote === true) end++;
  return units.slice(at + 1, end);
}

function add(
  units: readonly Unit[],
  named: readonly Unit[],
  { requirement, hashes }: Extract<RequirementsEdit, { kind: "add" }>,
  end: string,
): void {
  const name = parseRequirement(requirement).normalizedName;
  const lines = [requirement.trim(), ...hashTexts(hashes).map((hash) => `    --hash=${hash}`)];
  const text = `${lines.join(` \\${end}`)}${end}`;
  const isSorted = named.length > 1 && named.every((unit, at) => (named[at - 1]?.name ?? "") <= (unit.name ?? ""));
  const { added } = isSorted ? placeByName(units, named, name) : lastOf(units);
  const at = isSorted ? added.findIndex((other) => other.name > name) : -1;
  added.splice(at < 0 ? added.length : at, 0, { name, text });
}

/** After the last one whose name is not greater and its notes; before the first one, if there is none. */
function placeByName(units: readonly Unit[], named: readonly Unit[], name: NormalizedName): Unit {
  const before = named.findLast((unit) => (unit.name ?? "") <= name);
  const [first] = named;
  const place = before === undefined ? units[(first?.at ?? 1) - 1] : (notesOf(units, before).at(-1) ?? before);
  return place as Unit;
}

const lastOf = (units: readonly Unit[]): Unit => (units.findLast(({ text }) => text.trim() !== "") ?? units[0]) as Unit;
