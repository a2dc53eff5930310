import { InstallerError } from "./installer-error.ts";

/**
 * What a build requires cannot be had. Nothing was changed.
 * To do: see the reason in it; `--build-constraint` limits them, `--no-build-isolation` takes the environment's own.
 */
export class BuildRequirementsUnmet extends InstallerError {
  override readonly name = "BuildRequirementsUnmet";
  readonly code = "MURRE_BUILD_REQUIREMENTS";
  readonly source: string;
  readonly requirements: readonly string[];
  /** @param origin what says so: `build-system.requires of its pyproject.toml` */
  constructor(source: string, requirements: readonly string[], origin: string, reason: string, options: ErrorOptions) {
    super(
      `the build of ${source} needs ${requirements.join(", ")} (${origin}), which cannot be had:\n${reason}`,
      options,
    );
    this.source = source;
    this.requirements = requirements;
  }
}

/**
 * There is only a source, and building is not allowed (`--no-build`, `--only-binary`). Nothing was changed.
 * To do: allow it, or take a version that has a wheel.
 */
export class CannotBuild extends InstallerError {
  override readonly name = "CannotBuild";
  readonly code = "MURRE_CANNOT_BUILD";
  readonly project: string;
  constructor(project: string) {
    super(`${project}: it would have to be built, and --no-build or --only-binary does not allow that`);
    this.project = project;
  }
}
