import * as fc from "fast-check";

/** Small numbers, so that versions meet, and those at the limits of the comparison key and of doubles. */
const number = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 3 }).map(String) },
  fc.constantFrom("00", "007", "254", "255", "256", "510", "511", "16383", "16384", "33554431", "33554432"),
  fc.constantFrom("9007199254740991", "9007199254740992", "9007199254740993", "99999999999999999999"),
);
const separator = fc.constantFrom("", ".", "-", "_");
const optional = (segment: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant("") }, segment);
const joined = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(""));

const release = fc.array(number, { minLength: 1, maxLength: 6 }).map((numbers) => numbers.join("."));
const letter = fc.constantFrom("a", "b", "rc", "alpha", "Beta", "c", "pre", "PREVIEW");
const pre = joined(separator, letter, separator, optional(number));
const post = fc.oneof(
  joined(fc.constant("-"), number),
  joined(separator, fc.constantFrom("post", "rev", "R"), separator, optional(number)),
);
const dev = joined(separator, fc.constantFrom("dev", "DEV"), separator, optional(number));
const local = fc
  .array(fc.oneof(number, fc.constantFrom("ubuntu", "abc", "a1", "1a", "Z")), { minLength: 1, maxLength: 3 })
  .map((segments) => `+${segments.join("-")}`);
const epoch = fc.constantFrom("", "", "", "0!", "1!", "99999999999999999999!");

/** A version in any spelling. */
export const versionText = joined(
  fc.constantFrom("", "", "v", " "),
  epoch,
  release,
  optional(pre),
  optional(post),
  optional(dev),
  optional(local),
);

const publicText = joined(epoch, release, optional(pre), optional(post), optional(dev));

/** One clause that is valid. */
export const specifierText = fc.oneof(
  joined(fc.constantFrom("<", "<=", ">", ">="), publicText),
  joined(fc.constantFrom("==", "!="), versionText),
  joined(fc.constantFrom("==", "!="), epoch, release, fc.constant(".*")),
  joined(fc.constant("~="), epoch, release, fc.constant(".1"), optional(pre), optional(post), optional(dev)),
);
