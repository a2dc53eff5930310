export { isVcsUrl, parseVcsUrl, type GitCredentials, type VcsUrl } from "./url/vcs-url.ts";
export { openRepositories, type CheckoutRequest, type Repositories } from "./repositories/repositories.ts";
export type { RepositoryServices, VcsEvent } from "./git/services.ts";
export { describeClone, findClone, type FoundClone } from "./repositories/working-clone.ts";
export {
  CloneChanged,
  CloneInTheWay,
  GitAuthenticationFailed,
  GitFailed,
  GitNotFound,
  InvalidVcsUrl,
  RepositoryNotFound,
  RepositoryOffline,
  RepositoryUnreachable,
  RevisionNotFound,
  UnsafeRepository,
  UnsupportedVcs,
  VcsError,
  type GitFailure,
  type VcsErrorCode,
} from "./errors.ts";
