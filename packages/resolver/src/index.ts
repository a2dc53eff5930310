export {
  resolvePython,
  type PythonOutcome,
  type PythonRequest,
  type PythonStatistics,
  type ResolvedDistribution,
} from "./python/resolve-python.ts";
export {
  resolveUniversal,
  type UniversalOutcome,
  type UniversalRequest,
  type UniversalStatistics,
} from "./python/universal/resolve-universal.ts";
export { resolveMarked, type MarkedOutcome, type MarkedRequest } from "./python/universal/resolve-marked.ts";
export type { PreferredVersion } from "./python/universal/preferred-versions.ts";
export type { UniversalDistribution, UniversalNeed } from "./python/universal/merge.ts";
export { ReleaseChooser, type ReleaseChoice, type ReleaseRequest } from "./python/choose-release.ts";
export type { Explanation } from "./python/explain/explain-no-solution.ts";
export type { Hint } from "./python/explain/hints.ts";
export type { Proof } from "./python/explain/proof.ts";
export type { Stated, StatedOf } from "./python/explain/stated.ts";
export { prereleaseMode, type PrereleaseMode, type PrereleaseModes } from "./python/candidates/admission.ts";
export type {
  DistributionFile,
  DistributionMetadata,
  ListedRelease,
  ListedReleases,
  PythonSource,
  Unavailable,
} from "./python/candidates/source.ts";
export { FileChooser, type FileChoice } from "./python/candidates/choose-file.ts";
export type { AllowedFormats, ResolutionTarget } from "./python/candidates/choose-file.ts";
export { isPin, type Origin } from "./python/candidates/project.ts";

export { resolve } from "./solver/resolve.ts";
export { solve, type Outcome, type SolverStatistics } from "./solver/solver.ts";
export type {
  AsyncDependencyProvider,
  Dependencies,
  Dependency,
  DependencyProvider,
  Need,
  OpenVersions,
  Told,
} from "./solver/provider.ts";
export { VersionSet } from "./solver/version-set.ts";
export type { Derived, DerivationTree, External, NamedTerm } from "./solver/derivation-tree.ts";
export { report } from "./report/report.ts";
export type { Vocabulary } from "./report/vocabulary.ts";
