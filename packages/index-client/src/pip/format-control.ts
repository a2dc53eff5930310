import { normalizeName } from "@murre/pep508";

/** Which projects may come from sdists and from wheels: normalized names, or ":all:". */
export interface FormatControl {
  readonly onlyBinary: readonly string[];
  readonly noBinary: readonly string[];
}

const empty: FormatControl = { onlyBinary: [], noBinary: [] };

/**
 * Applies one `--only-binary` or `--no-binary` value to what earlier ones said, as pip does: names are separated by
 * commas, a name moves out of the other list, ":all:" clears both lists first, ":none:" clears its own.
 */
export function applyFormatControl(
  control: FormatControl = empty,
  option: keyof FormatControl,
  value: string,
): FormatControl {
  const target = new Set(control[option]);
  const other = new Set(control[option === "onlyBinary" ? "noBinary" : "onlyBinary"]);
  let names = value.split(",").map((name) => name.trim());
  const all = names.lastIndexOf(":all:");
  if (all >= 0) {
    other.clear();
    target.clear();
    target.add(":all:");
    names = names.slice(all + 1);
    // pip stops here unless the list is cut short again by ":none:".
    if (!names.includes(":none:")) names = [];
  }
  for (const name of names) {
    if (name === ":none:") {
      target.clear();
      continue;
    }
    if (name === "") continue;
    const normalized = normalizeName(name);
    other.delete(normalized);
    target.add(normalized);
  }
  const lists = [[...target], [...other]] as const;
  return option === "onlyBinary"
    ? { onlyBinary: lists[0], noBinary: lists[1] }
    : { onlyBinary: lists[1], noBinary: lists[0] };
}

/** Whether the project may come from files of this kind; a project's own name decides over ":all:". */
export function allowsFormat(control: FormatControl, project: string, kind: "wheel" | "sdist"): boolean {
  if (control.onlyBinary.includes(project)) return kind === "wheel";
  if (control.noBinary.includes(project)) return kind === "sdist";
  if (control.onlyBinary.includes(":all:")) return kind === "wheel";
  return !control.noBinary.includes(":all:") || kind === "sdist";
}
