import { parseSpecifierSet } from "@murre/pep440";
import { parseMarker, type Marker } from "@murre/pep508";
import type { CompileOptions } from "../api/operations.ts";
import { ResolutionOptionInvalid } from "../errors.ts";
import { parsePythonVersion, type TargetPython } from "../options/target-python.ts";
import type { MarkedTarget } from "./resolve-marked.ts";
import type { GatheredRequirements } from "../wanted/gather-requirements.ts";

/** `-p 3.12` asks for that version of Python, as in uv, whether or not there is one here. */
export function withVersion(options: CompileOptions): CompileOptions {
  const { python, pythonVersion } = options;
  const isVersion = pythonVersion === undefined && python !== undefined && parsePythonVersion(python) !== undefined;
  return isVersion ? { ...options, pythonVersion: python } : options;
}

/**
 * What a result with markers is for: the Python that is asked for and later ones, the interpreter's where none is. Options go before what a
 * pyproject.toml says.
 * @throws {ResolutionOptionInvalid}
 */
export function compileTarget(
  options: CompileOptions,
  python: TargetPython,
  { settings }: Pick<GatheredRequirements, "settings">,
): MarkedTarget {
  const isUniversal = options.universal === true;
  const asked = options.pythonVersion?.trim();
  const first = asked ?? (isUniversal ? python.tagTarget.version.join(".") : python.version);
  const requiresPython = parseSpecifierSet(`>=${first}`);
  if (!isUniversal) return { kind: "one", requiresPython };
  return {
    kind: "many",
    requiresPython,
    environments: markers(options.environments ?? settings?.environments ?? [], "--environment"),
    requiredEnvironments: markers(
      options.requiredEnvironments ?? settings?.requiredEnvironments ?? [],
      "--required-environment",
    ),
    forkStrategy: options.forkStrategy ?? "requires-python",
  };
}

function markers(texts: readonly string[], option: string): readonly Marker[] {
  return texts.map((text) => {
    try {
      return parseMarker(text);
    } catch (error) {
      throw new ResolutionOptionInvalid(option, text, (error as Error).message);
    }
  });
}
