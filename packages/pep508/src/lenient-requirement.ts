import { repairSpecifiers } from "@murre/pep440";
import { InvalidRequirement } from "./errors.ts";
import { parseRequirement, type Requirement } from "./requirement.ts";

/** Name and extras; specifiers, without a URL; marker. */
const parts = /^(\s*[a-z0-9][a-z0-9._-]*\s*(?:\[[^\]]*\])?)([^@;]*)(;[^]*)?$/i;

/**
 * For the Requires-Dist of distributions that are published and stay as they are: reads what `parseRequirement` reads, and what it
 * reads after the mistakes in the specifiers are repaired (`repairSpecifiers` of @murre/pep440).
 * @throws {InvalidRequirement} as `parseRequirement` for the text as it was.
 */
export function parseLenientRequirement(text: string): Requirement {
  try {
    return parseRequirement(text);
  } catch (error) {
    const [, start = "", specifiers = "", marker = ""] = parts.exec(text) ?? [];
    const repaired = start + repairSpecifiers(specifiers) + marker;
    const requirement = repaired === text ? undefined : tryParse(repaired);
    if (requirement === undefined) throw error;
    return requirement;
  }
}

function tryParse(text: string): Requirement | undefined {
  try {
    return parseRequirement(text);
  } catch (error) {
    if (error instanceof InvalidRequirement) return undefined;
    throw error;
  }
}
