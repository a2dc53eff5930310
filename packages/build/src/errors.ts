/** The permanent codes of this package's errors. */
export type BuildErrorCode =
  | "MURRE_UNREADABLE_SDIST"
  | "MURRE_UNSAFE_SDIST"
  | "MURRE_SDIST_TOO_LARGE"
  | "MURRE_NO_SOURCE_TREE"
  | "MURRE_SOURCE_CHANGING"
  | "MURRE_BUILD_FAILED"
  | "MURRE_BUILD_TIMEOUT"
  | "MURRE_INVALID_BACKEND_ANSWER"
  | "MURRE_BUILD_MISMATCH"
  | "MURRE_BUILD_CYCLE"
  | "MURRE_EDITABLE_UNSUPPORTED";

/** What all errors of this package are. */
export abstract class BuildError extends Error {
  abstract readonly code: BuildErrorCode;
}

/**
 * An archive of sources that is damaged, or of a kind that cannot be read.
 * To do: fetch or make the archive again; of the kinds there are, `.tar.gz` and `.zip` are read.
 */
export class UnreadableSdist extends BuildError {
  override readonly name = "UnreadableSdist";
  readonly code = "MURRE_UNREADABLE_SDIST";
  readonly archive: string;
  constructor(archive: string, reason: string, options?: ErrorOptions) {
    super(`${archive}: ${reason}; download it again, or ask its project`, options);
    this.archive = archive;
  }
}

/**
 * An archive of sources with a member that would be written, or would lead, outside of its folder. Nothing of it is kept.
 * To do: do not trust it; tell its author, or take a wheel.
 */
export class UnsafeSdist extends BuildError {
  override readonly name = "UnsafeSdist";
  readonly code = "MURRE_UNSAFE_SDIST";
  readonly archive: string;
  readonly member: string;
  constructor(archive: string, member: string, reason: string) {
    super(`${archive}: ${JSON.stringify(member)} ${reason}; no honest project needs that`);
    this.archive = archive;
    this.member = member;
  }
}

/**
 * An archive of sources that unpacks to more than the limits allow. Nothing of it is kept.
 * To do: take a wheel, or build it by other means.
 */
export class SdistTooLarge extends BuildError {
  override readonly name = "SdistTooLarge";
  readonly code = "MURRE_SDIST_TOO_LARGE";
  readonly archive: string;
  constructor(archive: string, measure: string) {
    super(`${archive}: ${measure}`);
    this.archive = archive;
  }
}

/**
 * There is nothing to build: neither pyproject.toml nor setup.py, or no such folder.
 * To do: check the path.
 */
export class NoSourceTree extends BuildError {
  override readonly name = "NoSourceTree";
  readonly code = "MURRE_NO_SOURCE_TREE";
  readonly path: string;
  constructor(path: string, reason: string, options?: ErrorOptions) {
    super(`${path}: ${reason}`, options);
    this.path = path;
  }
}

/**
 * The files of a source tree were changed by somebody while they were copied.
 * To do: run the command again when nobody writes there.
 */
export class SourceChanging extends BuildError {
  override readonly name = "SourceChanging";
  readonly code = "MURRE_SOURCE_CHANGING";
  readonly path: string;
  constructor(path: string) {
    super(`${path}: its files were changed while they were copied; try again when that is over`);
    this.path = path;
  }
}

/** What a failed build says for itself. */
export interface FailedBuild {
  /** What was built: `demo 1.0 (demo-1.0.tar.gz)`. */
  readonly source: string;
  /** The hook that failed, as PEP 517 calls it. */
  readonly hook: string;
  readonly reason: string;
  /** The backend's own last lines. */
  readonly lastLines: readonly string[];
  /** The file with everything that the backend printed. */
  readonly logPath: string;
}

/**
 * The backend failed, or could not be started. Nothing was changed; the log is kept.
 * To do: read the log; often a program or header that the build needs is missing, or an older release has a wheel.
 */
export class BuildFailed extends BuildError {
  override readonly name = "BuildFailed";
  readonly code = "MURRE_BUILD_FAILED";
  readonly failure: FailedBuild;
  constructor(failure: FailedBuild, options?: ErrorOptions) {
    super(describeFailure(failure), options);
    this.failure = failure;
  }
}

/**
 * The backend took longer than it may; it and everything that it started was ended. Nothing was changed; the log is kept.
 * To do: read the log, or allow more time (`--build-timeout`).
 */
export class BuildTimeout extends BuildError {
  override readonly name = "BuildTimeout";
  readonly code = "MURRE_BUILD_TIMEOUT";
  readonly failure: FailedBuild;
  readonly timeoutMs: number;
  constructor(failure: FailedBuild, timeoutMs: number) {
    super(describeFailure(failure));
    this.failure = failure;
    this.timeoutMs = timeoutMs;
  }
}

function describeFailure({ source, hook, reason, lastLines, logPath }: FailedBuild): string {
  const said = lastLines.map((line) => `\n  ${line}`).join("");
  return `${source}: ${hook} ${reason}${said === "" ? "" : `; its last lines:${said}`}\nall of it is in ${logPath}`;
}

/** The same build failed in another process, which this one had waited for. Nothing was changed. */
export class SharedBuildFailure extends Error {
  override readonly name = "SharedBuildFailure";
  /** That of the error in the other process. */
  readonly code: string;
  constructor(code: string, message: string, options: ErrorOptions) {
    super(`${message}\n(it was built by another process, for which this one waited)`, options);
    this.code = code;
  }
}

/**
 * The backend answered something that PEP 517 does not allow, such as the name of a wheel that is not there.
 * To do: tell the backend's author, or limit its version (`--build-constraint`).
 */
export class InvalidBackendAnswer extends BuildError {
  override readonly name = "InvalidBackendAnswer";
  readonly code = "MURRE_INVALID_BACKEND_ANSWER";
  readonly source: string;
  readonly hook: string;
  constructor(source: string, hook: string, problem: string, options?: ErrorOptions) {
    super(`${source}: ${hook} ${problem}`, options);
    this.source = source;
    this.hook = hook;
  }
}

/**
 * A project is to be installed as an editable one, and its build backend makes no editable wheels (PEP 660). Nothing was changed.
 * To do: install it without `-e` or with `--no-editable`, or let it be built with a newer version of its backend (setuptools: 64 or newer).
 */
export class EditableUnsupported extends BuildError {
  override readonly name = "EditableUnsupported";
  readonly code = "MURRE_EDITABLE_UNSUPPORTED";
  readonly source: string;
  readonly backend: string;
  constructor(source: string, { backend }: { readonly backend: string }, why: string) {
    const said = why === "" ? "" : `: ${why}`;
    const helps = backend.startsWith("setuptools.") ? "; setuptools makes them since version 64" : "";
    super(`${source}: its backend ${backend} makes no editable wheels (PEP 660)${said}${helps}`);
    this.source = source;
    this.backend = backend;
  }
}

/**
 * What was built has another name or version than the source says, or than was asked for.
 * To do: correct the name or version that is asked for, or the source's own.
 */
export class BuildMismatch extends BuildError {
  override readonly name = "BuildMismatch";
  readonly code = "MURRE_BUILD_MISMATCH";
  readonly source: string;
  constructor(source: string, built: string, expected: string) {
    super(`${source}: it builds ${built}, and ${expected} was expected`);
    this.source = source;
  }
}

/**
 * To build one of these, all of them have to be built.
 * To do: take a wheel of one of them (`--only-binary`).
 */
export class BuildCycle extends BuildError {
  override readonly name = "BuildCycle";
  readonly code = "MURRE_BUILD_CYCLE";
  readonly projects: readonly string[];
  constructor(projects: readonly string[]) {
    super(`${projects.join(" needs, to be built, ")}; allow a wheel for one of them`);
    this.projects = projects;
  }
}
