import { readSmallText } from "@murre/files";
import { join } from "node:path";
import { changeEnvironment } from "../environment/change-environment.ts";
import { withChangeOperation } from "../operation/change-operation.ts";
import { openRequest } from "../operation/open-request.ts";
import { NothingRequired } from "../errors.ts";
import type { SyncOptions } from "../api/operations.ts";
import type { ChangeReport } from "../api/reports.ts";
import { lockedIn, lockFileIn } from "../locked/lock-in.ts";
import { selectionOf } from "../wanted/selection.ts";
import { resolveNamed, timed } from "../resolve/resolve.ts";
import type { InstallerSettings } from "../api/settings.ts";
import type { TargetEnvironment } from "../operation/target-environment.ts";
import { withSources } from "../sources/lazy-sources.ts";

/** `murre pip sync`: the environment holds exactly what the files pin. */
export function syncEnvironment(settings: InstallerSettings, options: SyncOptions): Promise<ChangeReport> {
  const lockFile = lockFileIn(options.requirementFiles);
  return withChangeOperation(settings, options, async (operation) => {
    const asked = await openRequest(operation, {
      files: lockFile === undefined ? options.requirementFiles : [],
      constraintFiles: operation.decisions.constraintFiles,
      ...(lockFile === undefined ? { selection: selectionOf(options) } : {}),
    });
    const locked = lockFile === undefined ? undefined : await lockedIn(lockFile, operation, options);
    if (options.allowEmpty !== true && (locked?.packages ?? asked.gathered.entries).length === 0)
      throw new NothingRequired(options.requirementFiles);
    return withSources(
      operation,
      asked,
      async (request, sources) => {
        const preserve = seeds(operation.target);
        return changeEnvironment(operation, request.client, async (installed) => {
          const resolve = () =>
            locked === undefined
              ? resolveNamed(operation, request, sources, { installed, upgrade: undefined })
              : locked.resolve(request, sources);
          const { resolved, resolveMs, preserve: held = [] } = await timed(operation, resolve);
          return {
            resolved,
            resolveMs,
            extraneous: "remove",
            preserve: new Set([...preserve, ...held]),
            build: sources.wheel,
            built: sources.built,
          };
        });
      },
      [],
    );
  });
}

/** What an environment was seeded with is no leftover of a sync, as in uv: `venv --seed` notes it, and others' environments hold it unasked. */
function seeds({ interpreter }: TargetEnvironment): ReadonlySet<string> {
  const configuration = interpreter.isVirtual ? readText(join(interpreter.prefix, "pyvenv.cfg")) : "";
  const isBare = /^murre\s*=/m.test(configuration) && !/^seed\s*=\s*true/m.test(configuration);
  return new Set(isBare ? [] : ["pip", "setuptools", "wheel"]);
}

function readText(path: string): string {
  try {
    return readSmallText(path);
  } catch {
    return "";
  }
}
