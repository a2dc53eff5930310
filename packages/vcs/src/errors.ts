/** The permanent codes of this package's errors. */
export type VcsErrorCode =
  | "MURRE_INVALID_VCS_URL"
  | "MURRE_UNSUPPORTED_VCS"
  | "MURRE_GIT_NOT_FOUND"
  | "MURRE_GIT_AUTHENTICATION"
  | "MURRE_REPOSITORY_NOT_FOUND"
  | "MURRE_REPOSITORY_UNREACHABLE"
  | "MURRE_REPOSITORY_OFFLINE"
  | "MURRE_REVISION_NOT_FOUND"
  | "MURRE_UNSAFE_REPOSITORY"
  | "MURRE_CLONE_IN_THE_WAY"
  | "MURRE_CLONE_CHANGED"
  | "MURRE_GIT_FAILED";

/** What all errors of this package are. */
export abstract class VcsError extends Error {
  abstract readonly code: VcsErrorCode;
}

/**
 * A URL of a repository that cannot be read, or that leads where git is not let to go.
 * To do: write it as `git+https://HOST/PATH@REVISION`; `git+ssh:`, `git+file:` and `git+http:` are known as well.
 */
export class InvalidVcsUrl extends VcsError {
  override readonly name = "InvalidVcsUrl";
  readonly code = "MURRE_INVALID_VCS_URL";
  /** Without credentials. */
  readonly url: string;
  constructor(url: string, problem: string, origin?: string) {
    super(`${placed(origin)}${url}: ${problem}`);
    this.url = url;
  }
}

/**
 * A repository of Mercurial, Subversion or Bazaar.
 * To do: name an archive of that revision, a mirror of it in git, or a folder that holds it.
 */
export class UnsupportedVcs extends VcsError {
  override readonly name = "UnsupportedVcs";
  readonly code = "MURRE_UNSUPPORTED_VCS";
  /** Without credentials. */
  readonly url: string;
  /** `hg`, `svn` or `bzr`. */
  readonly vcs: string;
  constructor(url: string, vcs: string, called: string, origin?: string) {
    super(
      `${placed(origin)}${url}: ${called} (${vcs}) is not supported, of version control only git is; name an archive of that revision, or a folder that holds it`,
    );
    this.url = url;
    this.vcs = vcs;
  }
}

/**
 * The program git, or the part of it that git-lfs is, is not on the PATH.
 * To do: install it, or name an archive instead of the repository.
 */
export class GitNotFound extends VcsError {
  override readonly name = "GitNotFound";
  readonly code = "MURRE_GIT_NOT_FOUND";
  readonly program: "git" | "git-lfs";
  constructor(repository: string, program: "git" | "git-lfs", options?: ErrorOptions) {
    super(`${repository}: the program ${program} is needed, and is not on the PATH; install it`, options);
    this.program = program;
  }
}

/** Where the URL stands, for those that somebody wrote. */
function placed(origin: string | undefined): string {
  return origin === undefined ? "" : `${origin}: `;
}

/** What is known of a failure of git. */
export interface GitFailure {
  /** Without credentials. */
  readonly repository: string;
  /** What git was to do, in words. */
  readonly task: string;
  /** Its last lines, without credentials. */
  readonly lastLines: string;
}

function describe({ repository, task, lastLines }: GitFailure, hint: string): string {
  return [`${repository}: ${task} failed: ${hint}`, ...(lastLines === "" ? [] : [`git says:\n${lastLines}`])].join(
    "; ",
  );
}

/**
 * The server wants to know who asks, or does not let this user in.
 * To do: set up a credential helper or an ssh agent so that `git ls-remote URL` works without a question, or put a token into the URL by a variable.
 */
export class GitAuthenticationFailed extends VcsError {
  override readonly name = "GitAuthenticationFailed";
  readonly code = "MURRE_GIT_AUTHENTICATION";
  readonly repository: string;
  constructor(failure: GitFailure) {
    super(
      describe(
        failure,
        "it asks for credentials that nobody has given, or refuses them (nothing is asked of you here)",
      ),
    );
    this.repository = failure.repository;
  }
}

/**
 * There is no repository at that URL, or none that this user may see.
 * To do: check the URL, and your rights.
 */
export class RepositoryNotFound extends VcsError {
  override readonly name = "RepositoryNotFound";
  readonly code = "MURRE_REPOSITORY_NOT_FOUND";
  readonly repository: string;
  constructor(failure: GitFailure) {
    super(describe(failure, "there is no repository, or you may not see it"));
    this.repository = failure.repository;
  }
}

/**
 * The host of a repository does not answer, or stopped answering.
 * To do: try again later; check the network, and what git's configuration says of proxies.
 */
export class RepositoryUnreachable extends VcsError {
  override readonly name = "RepositoryUnreachable";
  readonly code = "MURRE_REPOSITORY_UNREACHABLE";
  readonly repository: string;
  constructor(failure: GitFailure, reason = "its host does not answer") {
    super(describe(failure, reason));
    this.repository = failure.repository;
  }
}

/**
 * The network would be needed for a repository, and must not be used.
 * To do: run the command once without `--offline`.
 */
export class RepositoryOffline extends VcsError {
  override readonly name = "RepositoryOffline";
  readonly code = "MURRE_REPOSITORY_OFFLINE";
  readonly repository: string;
  constructor(repository: string, what: string) {
    super(
      `${repository}: ${what} is not in the cache, and the network is not used offline; run once without --offline`,
    );
    this.repository = repository;
  }
}

/**
 * A branch, tag or commit that the repository does not have.
 * To do: check how it is written, and whether it was pushed.
 */
export class RevisionNotFound extends VcsError {
  override readonly name = "RevisionNotFound";
  readonly code = "MURRE_REVISION_NOT_FOUND";
  readonly repository: string;
  readonly revision: string;
  constructor(repository: string, revision: string, problem: string) {
    super(`${repository}: ${problem}`);
    this.repository = repository;
    this.revision = revision;
  }
}

/**
 * A repository that would write where it has no business, or lead git to where it must not go. Nothing of it was built.
 * To do: do not trust it; tell its owner.
 */
export class UnsafeRepository extends VcsError {
  override readonly name = "UnsafeRepository";
  readonly code = "MURRE_UNSAFE_REPOSITORY";
  readonly repository: string;
  constructor(repository: string, problem: string) {
    super(`${repository}: ${problem}`);
    this.repository = repository;
  }
}

/**
 * Where the clone of an editable repository belongs lies something else. It was left as it is.
 * To do: move it away, or name another folder for clones with `--src`.
 */
export class CloneInTheWay extends VcsError {
  override readonly name = "CloneInTheWay";
  readonly code = "MURRE_CLONE_IN_THE_WAY";
  readonly folder: string;
  readonly repository: string;
  constructor(folder: string, repository: string, problem: string) {
    super(
      `${folder} ${problem}, and ${repository} is to be cloned there; move it away, or name another folder with --src`,
    );
    this.folder = folder;
    this.repository = repository;
  }
}

/**
 * The clone of an editable repository is to go to another commit, and its user's own changes or commits would be lost. It was left as it is.
 * To do: commit and push them, or undo them; or name the folder with -e in the repository's place.
 */
export class CloneChanged extends VcsError {
  override readonly name = "CloneChanged";
  readonly code = "MURRE_CLONE_CHANGED";
  readonly folder: string;
  constructor(folder: string, problem: string, options?: ErrorOptions) {
    super(
      `${folder} ${problem}, and is to go to another commit; push or undo them, or name the folder itself: -e ${folder}`,
      options,
    );
    this.folder = folder;
  }
}

/**
 * git failed for a reason that it tells itself.
 * To do: read what it says; the same command by hand may tell more.
 */
export class GitFailed extends VcsError {
  override readonly name = "GitFailed";
  readonly code = "MURRE_GIT_FAILED";
  readonly repository: string;
  constructor(failure: GitFailure, status: string) {
    super(describe(failure, `git ended with ${status}`));
    this.repository = failure.repository;
  }
}
