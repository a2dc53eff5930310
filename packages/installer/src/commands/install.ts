import { changeEnvironment } from "../environment/change-environment.ts";
import { withChangeOperation } from "../operation/change-operation.ts";
import { openRequest, type Request } from "../operation/open-request.ts";
import { askedBy } from "../operation/read-requirements.ts";
import type { InstallOptions } from "../api/operations.ts";
import type { ChangeReport } from "../api/reports.ts";
import { lockedIn, lockFileIn } from "../locked/lock-in.ts";
import { resolveRequirements, timed } from "../resolve/resolve.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { withSources } from "../sources/lazy-sources.ts";
import type { ResolvedDistribution } from "../wanted/resolved.ts";

/** `murre pip install`: what is named is added with everything it needs; the rest stays unless `exact`. */
export function installDistributions(settings: InstallerSettings, options: InstallOptions): Promise<ChangeReport> {
  const lockFile = lockFileIn(options.requirementFiles, [
    ...(options.requirements ?? []),
    ...(options.editables ?? []),
  ]);
  return withChangeOperation(settings, options, async (operation) => {
    const locked = lockFile === undefined ? undefined : await lockedIn(lockFile, operation, options);
    const asked = await openRequest(operation, {
      ...askedBy(options, operation.decisions),
      ...(locked === undefined ? {} : { files: [], selection: undefined }),
    });
    const upgrade = options.upgrade === "named" ? namesOf(asked) : options.upgrade;
    return withSources(
      operation,
      asked,
      async (request, sources) => {
        const extraneous = options.exact === true ? "remove" : "keep";
        let resolved: readonly ResolvedDistribution[] = [];
        const report = await changeEnvironment(operation, request.client, async (installed) => {
          const resolve = () =>
            locked === undefined
              ? resolveRequirements(operation, request, sources, { installed, upgrade })
              : locked.resolve(request, sources);
          const wanted = await timed(operation, resolve);
          resolved = wanted.resolved;
          return { ...wanted, extraneous, build: sources.wheel, built: sources.built };
        });
        if (options.report === undefined && options.reportFile === undefined) return report;
        const { reportInstallation } = await import("../report/installation-report.ts");
        return reportInstallation(operation, request, sources, { report, resolved, options });
      },
      upgrade ?? [],
    );
  });
}

/** The projects that somebody named: what came by its place alone is looked at anew in any case. */
function namesOf({ gathered }: Request): readonly string[] {
  return gathered.entries.flatMap((entry) => (entry.kind === "named" ? [entry.requirement.normalizedName] : []));
}
