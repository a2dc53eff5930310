import { parseSpecifierSet } from "@murre/pep440";
import { parseMarker } from "@murre/pep508";
import { BrokenEnvironment } from "@murre/python";
import { parseLockFile, type LockFileReading } from "@murre/requirements";
import { dirname } from "node:path";
import type { LockOptions } from "../api/operations.ts";
import type { LockReport } from "../api/reports.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { Attestations } from "../compile/attestations.ts";
import { writeOutput } from "../compile/output.ts";
import { readUpgrade } from "../compile/preferences.ts";
import type { MarkedTarget } from "../compile/resolve-marked.ts";
import { resolveCompiled } from "../compile/resolve-compiled.ts";
import { OutdatedLock } from "../errors.ts";
import { withChangeOperation, type ChangeOperation } from "../operation/change-operation.ts";
import { openGathered } from "../operation/open-request.ts";
import { fingerprintOf, foldersOf, readLockInputs, type LockInputs } from "../project-lock/lock-inputs.ts";
import { knownPreferences, readKnown } from "../project-lock/known-lock.ts";
import { openProject, sourcesFor, type OpenProject } from "../project-lock/open-project.ts";
import { ownValue } from "../project-lock/own-table.ts";
import { projectLockText } from "../project-lock/write-lock.ts";
import { withSources } from "../sources/lazy-sources.ts";

/** `murre lock`: what a project and its workspace need, for all platforms, in one file. One that is up to date is not resolved again. */
export async function lockProject(settings: InstallerSettings, options: LockOptions): Promise<LockReport> {
  const opened = await openProject(settings, options);
  const damaged = options.locked === true ? "refuse" : "replace";
  const { lockFile } = opened;
  const { reading, changed } = await lockOpened(opened, settings, options, damaged);
  return { lockFile, changed, dryRun: options.dryRun === true, distributions: reading.lock.packages.length };
}

/** What the lock file says now, or would say. */
export interface OpenLock {
  readonly reading: LockFileReading;
  readonly changed: boolean;
}

/** @throws {OutdatedLock} where it is to stay as it is, and is not up to date */
export async function lockOpened(
  opened: OpenProject,
  settings: InstallerSettings,
  options: LockOptions,
  damaged: "refuse" | "replace",
): Promise<OpenLock> {
  const { lockFile, workspace } = opened;
  const { dryRun = false, locked = false, upgrade } = options;
  const known = readKnown(lockFile, damaged, options.onEvent);
  if (known !== undefined && upgrade === undefined && options.refresh === undefined) {
    const sources = sourcesFor(settings, options);
    const inputs = await readLockInputs(workspace, sources);
    const fingerprint = fingerprintOf(inputs, foldersOf(known.lock, lockFile), saidOf(options), sources.indexes);
    if (ownValue(known.lock, "inputs") === fingerprint) return { reading: known, changed: false };
  }
  if (locked && known === undefined) throw new OutdatedLock(lockFile, "it does not exist");
  const resolve = (interpreter: { readonly system?: true }) =>
    withChangeOperation(
      settings,
      // What is made an ordinary one when it is installed is an editable one in the lock file.
      { ...options, ...interpreter, noEditable: [] },
      (operation) => lockedText(opened, operation, options, known),
      "resolve",
    );
  const text = await resolve({}).catch((error: unknown) => {
    // Nothing of an environment is needed, and sync makes a broken one anew.
    if (error instanceof BrokenEnvironment && error.source === ".venv") return resolve({ system: true });
    throw error;
  });
  const { changed } = await writeOutput(text, lockFile, dryRun || locked);
  if (locked && changed) throw new OutdatedLock(lockFile, "it is not what the projects lead to now");
  return { reading: parseLockFile(text, lockFile), changed };
}

/** What of the options the result depends on. */
function saidOf(options: LockOptions): unknown {
  const { resolution, prerelease, prereleasePackages, prereleases, excludeNewer, excludeNewerPackages } = options;
  const { onlyBinary, noBinary, noSources } = options;
  return [
    resolution,
    prerelease,
    prereleasePackages,
    prereleases,
    excludeNewer,
    excludeNewerPackages,
    onlyBinary,
    noBinary,
    noSources,
  ];
}

async function lockedText(
  { workspace, lockFile }: OpenProject,
  operation: ChangeOperation,
  options: LockOptions,
  known: LockFileReading | undefined,
): Promise<string> {
  const upgrade = readUpgrade(options.upgrade);
  const inputs = await readLockInputs(workspace, operation.projects);
  const { gathered } = inputs;
  const limited = { ...gathered, constraints: [...gathered.constraints, ...upgrade.constraints] };
  const preferences = knownPreferences(known, lockFile, upgrade, operation.onEvent);
  for (const message of gathered.warnings)
    operation.onEvent({ type: "warning", code: "MURRE_WARNING_REQUIREMENTS", message });
  const asked = { ...openGathered(operation, limited), environment: undefined, requireHashes: false };
  const target = targetOf(inputs, operation);
  return withSources(operation, asked, async (request, sources) => {
    const found = await resolveCompiled(operation, request, sources, { target, preferences });
    const { indexes } = operation.decisions.search(gathered.options);
    return projectLockText(found, inputs, {
      target,
      context: {
        request,
        operation,
        folder: dirname(lockFile),
        locations: indexes.locations,
        attestations: new Attestations(request, operation, { lock: upgrade.all ? undefined : known?.lock, upgrade }),
      },
      fingerprint: (lock) =>
        fingerprintOf(inputs, foldersOf(lock, lockFile), saidOf(options), operation.projects.indexes),
    });
  });
}

function targetOf(
  { requiresPython, settings }: LockInputs,
  { python }: ChangeOperation,
): Extract<MarkedTarget, { kind: "many" }> {
  return {
    kind: "many",
    requiresPython: requiresPython ?? parseSpecifierSet(`>=${python.tagTarget.version.join(".")}`),
    environments: settings.environments.map(parseMarker),
    requiredEnvironments: settings.requiredEnvironments.map(parseMarker),
    forkStrategy: "requires-python",
  };
}
