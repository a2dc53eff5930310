import { WHITESPACE } from "./whitespace.ts";

const EPOCH_AND_RELEASE = "v?(?:[0-9]+!)?[0-9]+(?:\\.[0-9]+)";
const SUFFIXES =
  "(?:[-_.]?(?:alpha|beta|preview|pre|a|b|c|rc)[-_.]?[0-9]*)?" +
  "(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?" +
  "(?:[-_.]?dev[-_.]?[0-9]*)?";
const LOCAL = "(?:\\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?";

/**
 * One version specifier of PEP 440 as the source of a regular expression, not anchored, to be used with the flag `i`.
 * `===` takes any text up to white space, `;` or `)`; only `==` and `!=` know `.*` and local versions; `~=` wants two numbers.
 */
export const SPECIFIER_PATTERN =
  `(?:===[${WHITESPACE}]*[^${WHITESPACE};)]*` +
  `|(?:==|!=)[${WHITESPACE}]*${EPOCH_AND_RELEASE}*(?:\\.\\*|${SUFFIXES}${LOCAL})` +
  `|~=[${WHITESPACE}]*${EPOCH_AND_RELEASE}+${SUFFIXES}` +
  `|(?:<=|>=|<|>)[${WHITESPACE}]*${EPOCH_AND_RELEASE}*${SUFFIXES})`;
