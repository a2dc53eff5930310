import fc from "fast-check";
/** A version in any spelling. */
export declare const versionText: fc.Arbitrary<string>;
/** One clause that is valid. */
export declare const specifierText: fc.Arbitrary<string>;
