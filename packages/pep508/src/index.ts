export { parseRequirement, Requirement } from "./requirement.ts";
export { parseLenientRequirement, separateMarker } from "./lenient-requirement.ts";
export { joinMarkers, parseMarker, type LockFileSelection, type Marker } from "./marker.ts";
export type {
  MarkerComparison,
  MarkerEnvironment,
  MarkerExpression,
  MarkerOperand,
  MarkerOperator,
  MarkerVariable,
} from "./marker-expression.ts";
export { type Condition, Conditions } from "./marker-algebra/condition.ts";
export { isNormalizedName, isValidName, normalizeName, type NormalizedName } from "./names.ts";
export { digestProblem, hashAlgorithm, knownHashes, strongAlgorithms, type HashAlgorithm } from "./hash-algorithms.ts";
export { canonicalUrl, fragmentHashes, isLocalUrl, isSameUrl, withHashesOf } from "./one-url.ts";
export { redactUrl } from "./redact-url.ts";
export {
  InvalidMarker,
  InvalidRequirement,
  MarkerTooComplex,
  Pep508Error,
  UndefinedComparison,
  UndefinedMarkerVariable,
  type Pep508ErrorCode,
  type Span,
} from "./errors.ts";
