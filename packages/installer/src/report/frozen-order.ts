import { readSmallText } from "@murre/files";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import { parseEditableArgument, parseRequirementArgument } from "@murre/requirements";
import { resolve } from "node:path";
import type { OnEvent } from "../api/events.ts";
import type { InstalledPin } from "../api/reports.ts";
import type { InstallerSettings } from "../api/settings.ts";

/** A line of a requirements file that is printed as it is, or what stands there of what is installed. */
export type FrozenLine = { readonly text: string } | { readonly pin: InstalledPin };

/** Lines that ask for nothing themselves (pip). */
const kept =
  /^(?:\s*(?:#|$)|-r|--requirement|-f|--find-links|-i|--index-url|--pre|--trusted-host|--process-dependency-links|--extra-index-url|--use-feature)/;

/**
 * What is installed in the order of requirements files, with their comments and options (`pip freeze -r`), and after them what they do not
 * name. What they name and is not installed is a warning, and so is what they name more than once.
 */
export function frozenOrder(
  files: readonly string[],
  pins: readonly InstalledPin[],
  settings: Pick<InstallerSettings, "cwd" | "home" | "platform">,
  onEvent: OnEvent = () => {},
): readonly FrozenLine[] {
  const left = new Map(pins.map((pin) => [pin.name as NormalizedName, pin]));
  const lines: FrozenLine[] = [];
  const written = new Set<string>();
  const namedIn = new Map<NormalizedName, string[]>();
  const warn = (message: string) => onEvent({ type: "warning", code: "MURRE_WARNING_FREEZE", message });
  for (const file of files)
    for (const raw of readSmallText(resolve(settings.cwd, file))
      .replace(/\r?\n$/, "")
      .split(/\r?\n/)) {
      const line = raw.trimEnd();
      if (kept.test(line)) {
        if (!written.has(line)) lines.push({ text: line });
        written.add(line);
        continue;
      }
      const asked = before(line, /(?:^|\s)#/);
      const name = nameIn(asked, settings);
      if (name === undefined) {
        warn(`${file}: it is not known what ${asked} is called, and it is left out`);
        continue;
      }
      const pin = left.get(name);
      const files = namedIn.get(name);
      if (pin === undefined && files === undefined) {
        warn(`${file}: ${asked} is not installed`);
        continue;
      }
      namedIn.set(name, [...(files ?? []), file]);
      if (pin !== undefined) lines.push({ pin });
      left.delete(name);
    }
  for (const [name, files] of namedIn)
    if (files.length > 1) warn(`${name} is named more than once, in ${[...new Set(files)].join(", ")}`);
  lines.push({ text: "## The following requirements were added by pip freeze:" });
  return [...lines, ...[...left.values()].map((pin) => ({ pin }))];
}

/** Undefined where only what is there says its name, and what cannot be read. */
function nameIn(
  text: string,
  settings: Pick<InstallerSettings, "cwd" | "home" | "platform">,
): NormalizedName | undefined {
  const editable = /^(?:-e|--editable)[\s=]*/.exec(text)?.[0];
  const asked = before(text.slice(editable?.length ?? 0), /\s--(?:hash|config-settings|global-option)\b/);
  const egg = new URLSearchParams(asked.slice(asked.indexOf("#") + 1)).get("egg");
  if (egg !== null) return normalizeName(before(egg, /\[/));
  try {
    const entry = (editable === undefined ? parseRequirementArgument : parseEditableArgument)(asked, settings);
    return entry.kind === "named" ? entry.requirement.normalizedName : undefined;
  } catch {
    return undefined;
  }
}

function before(text: string, mark: RegExp): string {
  const at = text.search(mark);
  return (at === -1 ? text : text.slice(0, at)).trim();
}
