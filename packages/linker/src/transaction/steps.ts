import { list } from "../environment/fs-errors.ts";
import { isMetadata } from "../environment/metadata-folder.ts";
import { baseOf, parentOf } from "../environment/paths.ts";
import type { StageLayout } from "../link/stage-layout.ts";
import type { ChangePlan } from "../plan/change-plan.ts";
import { identityOf, type Identity } from "../state/identity.ts";
import type { Step } from "../state/journal.ts";

/** A target that vanished, or a staged file that did, between plan and journal. */
export class PlanOutdated extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`${path} changed while the change was made ready`);
    this.path = path;
  }
}

/**
 * The steps of a staged plan in their order (protocols/transaction.md): what says that a distribution is installed goes first and comes last; between them
 * each target goes and comes at once, so that another program sees it missing as short as can be.
 * @param folders the executor's folder of each place
 * @throws {PlanOutdated}
 */
export function journalSteps(plan: ChangePlan, layout: StageLayout, folders: readonly string[]): Step[] {
  let number = 0;
  const goes = (target: string): Step => {
    const was = identityOf(target);
    if (was === undefined) throw new PlanOutdated(target);
    const does = plan.replaced.has(target) ? "save" : "retire";
    return { do: does, at: layout.of(target).at, target, old: `old/${number++}`, was };
  };
  const comes = (target: string): Step => {
    const { at, path } = layout.of(target);
    const is = identityOf(`${folders[at]}/${path}`);
    if (is === undefined) throw new PlanOutdated(target);
    return { do: "place", at, target, stage: path, is };
  };
  const going = new Set([...plan.retired, ...plan.replaced]);
  const coming = new Set(plan.placed);
  const between = [...new Set([...going, ...coming])].filter((target) => !isMetadata(target)).toSorted();
  return [
    ...[...going].filter(isMetadata).toSorted().map(goes),
    ...between.flatMap((target) => [
      ...(going.has(target) ? [goes(target)] : []),
      ...(coming.has(target) ? [comes(target)] : []),
    ]),
    ...[...coming].filter(isMetadata).toSorted().map(comes),
    ...plan.emptied.map((target): Step => ({ do: "tidy", at: 0, target })),
  ];
}

/** Whether every target is still as the journal has it: looked at once more before the commit, because foreign programs take no lock. */
export function firstChangedTarget(steps: readonly Step[]): string | undefined {
  const expected = new Map<string, Identity | undefined>();
  for (const step of steps)
    if (step.do === "retire" || step.do === "save") expected.set(step.target, step.was);
    else if (step.do === "place" && !expected.has(step.target)) expected.set(step.target, undefined);
  const mayStand = namesStanding();
  for (const [target, identity] of expected)
    if ((identity !== undefined || mayStand(target)) && identityOf(target) !== identity) return target;
  return undefined;
}

/** One listing of a folder answers for all its new names, but for those that an existing name is like. */
function namesStanding(): (path: string) => boolean {
  const folders = new Map<string, Set<string>>();
  const alike = (name: string) => name.normalize().toLowerCase();
  return (path) => {
    const parent = parentOf(path);
    let names = folders.get(parent);
    if (names === undefined) folders.set(parent, (names = new Set(list(parent).map(alike))));
    return names.has(alike(baseOf(path)));
  };
}
