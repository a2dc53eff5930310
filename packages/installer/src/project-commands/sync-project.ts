import { deriveEnvironment } from "@murre/python";
import { dirname } from "node:path";
import type { SyncProjectOptions } from "../api/operations.ts";
import type { SyncProjectReport } from "../api/reports.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { changeEnvironment } from "../environment/change-environment.ts";
import { OutdatedLock } from "../errors.ts";
import { lockedDistributions } from "../locked/locked-distributions.ts";
import { withChangeOperation, type ChangeOperation } from "../operation/change-operation.ts";
import { openGathered } from "../operation/open-request.ts";
import { checkNames, chooseParts } from "../project-lock/choose-parts.ts";
import { readKnown } from "../project-lock/known-lock.ts";
import { openProject } from "../project-lock/open-project.ts";
import { timed } from "../resolve/resolve.ts";
import { withSources } from "../sources/lazy-sources.ts";
import { gatherRequirements } from "../wanted/gather-requirements.ts";
import { lockOpened, type OpenLock } from "./lock-project.ts";
import { projectEnvironment } from "./project-environment.ts";

/** `murre sync`: the environment of a project holds exactly what its lock file says, and the project itself as an editable one. */
export async function syncProject(
  settings: InstallerSettings,
  options: SyncProjectOptions,
): Promise<SyncProjectReport> {
  const opened = await openProject(settings, options);
  const { lockFile } = opened;
  if (options.frozen !== true) checkNames(opened, options, undefined);
  const {
    reading: { lock, warnings },
    changed: lockChanged,
  } = options.frozen === true ? frozen(lockFile) : await lockOpened(opened, settings, options, "refuse");
  for (const message of warnings) options.onEvent?.({ type: "warning", code: "MURRE_WARNING_REQUIREMENTS", message });
  if (options.frozen === true) checkNames(opened, options, lock);
  const { folder, made, planned } = await projectEnvironment(opened, settings, options, lock.requiresPython);
  const { upgrade: _, ...others } = options;
  const change = async (operation: ChangeOperation) => {
    const packages = chooseParts(lock, opened, options, operation.python.markerEnvironment);
    const nothing = await gatherRequirements({ files: [], constraintFiles: [], words: [] }, operation.reading);
    return withSources(
      operation,
      openGathered(operation, nothing),
      async (request, sources) =>
        changeEnvironment(operation, request.client, async () => {
          const locked = { file: lockFile, base: dirname(lockFile), packages };
          const resolve = async () => ({
            resolved: await lockedDistributions(locked, { operation, files: request.files, sources }),
            graph: new Map(),
          });
          return {
            ...(await timed(operation, resolve)),
            extraneous: options.inexact === true ? "keep" : "remove",
            preserve: new Set<string>(),
            build: sources.wheel,
            built: sources.built,
          };
        }),
      [],
    );
  };
  const report = await withChangeOperation(settings, { ...others, python: folder }, change, "change", planned);
  const executable = planned === undefined ? report.executable : deriveEnvironment(planned, folder).executable;
  return { ...report, environment: folder, executable, lockFile, lockChanged, made };
}

function frozen(lockFile: string): OpenLock {
  const reading = readKnown(lockFile, "refuse");
  if (reading === undefined) throw new OutdatedLock(lockFile, "it does not exist");
  return { reading, changed: false };
}
