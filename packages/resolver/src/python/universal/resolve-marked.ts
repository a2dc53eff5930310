import type { SpecifierSet } from "@murre/pep440";
import { Conditions } from "@murre/pep508";
import { Turns } from "../../solver/turns.ts";
import { FileChooser } from "../candidates/choose-file.ts";
import { EnvironmentRule, RequirementTable, RequirementTexts } from "../candidates/requirement-table.ts";
import { type PythonOutcome, type PythonRequest, search } from "../resolve-python.ts";
import type { DistributionFile } from "../candidates/source.ts";
import { merge, type UniversalDistribution } from "./merge.ts";

export interface MarkedRequest<File extends DistributionFile> extends PythonRequest<File> {
  /** The Pythons that are meant: markers do not say what they have in common. Default: all. */
  readonly requiresPython?: SpecifierSet;
}

export type MarkedOutcome<File extends DistributionFile> =
  | (Omit<Extract<PythonOutcome<File>, { kind: "solution" }>, "distributions"> & {
      readonly distributions: readonly UniversalDistribution<File>[];
    })
  | Extract<PythonOutcome<File>, { kind: "no-solution" }>;

/**
 * As `resolvePython`, for one target, in the form that `resolveUniversal` has: with the marker under which each distribution is asked for, and all files of it
 * that the target can use. Elsewhere something else may be needed, whatever the markers say.
 */
export async function resolveMarked<File extends DistributionFile>(
  request: MarkedRequest<File>,
): Promise<MarkedOutcome<File>> {
  const { target, requiresPython, formats = () => "any" as const, onRepair } = request;
  const chooser = new FileChooser(target, formats, onRepair);
  const rule = new EnvironmentRule(target.markerEnvironment);
  const turns = new Turns(request.signal);
  const found = await search(request, turns, new RequirementTable(rule, new RequirementTexts(onRepair)), chooser);
  const { outcome } = found;
  if (outcome.kind === "no-solution") return outcome;
  const conditions = new Conditions();
  const known = requiresPython === undefined ? conditions.always : conditions.acceptedPythons(requiresPython);
  const { distributions } = outcome;
  return {
    ...outcome,
    distributions: await turns.through(
      merge(conditions, known, [
        {
          scope: conditions.always,
          isWhole: true,
          search: found,
          distributions,
          usable: (project, files) => files.filter((file) => "file" in chooser.choose(project, [file])),
        },
      ]),
    ),
  };
}
