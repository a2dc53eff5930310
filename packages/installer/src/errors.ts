// What can go wrong, by subject. The library takes the classes from here, so that who imports it loads nothing else of this package.
export { InstallerError, type InstallerErrorCode } from "./errors/installer-error.ts";
export { ConflictingRequirements, MetadataRefuted, NoMatchingVersion, NoSolution } from "./errors/unmet.ts";
export { NoUsableFile, SeveralProblems } from "./errors/unmet.ts";
export { DynamicRequirements, NothingRequired, PathNotFound, UnknownExtra } from "./errors/wanted.ts";
export { UnsupportedRequirement, UnusableUrl } from "./errors/wanted.ts";
export { HashNotAccepted, HashRequired } from "./errors/hashes.ts";
export { BuildRequirementsUnmet, CannotBuild } from "./errors/builds.ts";
export { BuildOptionInvalid, InvalidOption, OperationsClosed, ResolutionOptionInvalid } from "./errors/options.ts";
export { ExternallyManaged, FileSystemRefused, UserSiteInvisible, VirtualenvRequired } from "./errors/surroundings.ts";
export { InvalidWorkspace, NoProject, OutdatedLock, PinRefused, UnusableProjectSource } from "./errors/projects.ts";
