import { parseLenientSpecifierSet } from "@murre/pep440";
import type { Condition, Conditions } from "@murre/pep508";
import type { OnRepair } from "../candidates/requirement-table.ts";

/** What a text of Requires-Python says. */
export interface AcceptedPythons {
  readonly accepted: Condition;
  /** From the first accepted one on. */
  readonly since: Condition;
}

/** The same few texts come with thousands of files: each is read once. */
export class PythonTexts {
  private readonly conditions: Conditions;
  private readonly onRepair: OnRepair | undefined;
  private readonly known = new Map<string, AcceptedPythons>();

  constructor(conditions: Conditions, onRepair: OnRepair | undefined) {
    this.conditions = conditions;
    this.onRepair = onRepair;
  }

  /** A text that cannot be read accepts no Python, as in uv. */
  read(text: string | undefined): AcceptedPythons {
    const written = text ?? "";
    let pythons = this.known.get(written);
    if (pythons === undefined) this.known.set(written, (pythons = this.find(written)));
    return pythons;
  }

  private find(text: string): AcceptedPythons {
    const { never } = this.conditions;
    try {
      const specifiers = parseLenientSpecifierSet(text, (meant) => this.onRepair?.(text, meant));
      return {
        accepted: this.conditions.acceptedPythons(specifiers),
        since: this.conditions.pythonsSince(specifiers),
      };
    } catch {
      return { accepted: never, since: never };
    }
  }
}
