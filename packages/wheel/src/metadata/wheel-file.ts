import { wheelError, type WheelProblem } from "../errors.ts";
import { parseHeaderFields, unfold } from "./header-fields.ts";

/** What `.dist-info/WHEEL` says about the archive (PEP 427). */
export interface WheelFile {
  /** Major and minor. */
  readonly wheelVersion: readonly [number, number];
  /** Files of the archive's root belong to purelib (true) or platlib. */
  readonly rootIsPurelib: boolean;
  /** Expanded tags, such as `py3-none-any`, in the order written. */
  readonly tags: readonly string[];
  readonly build?: string;
  readonly generator?: string;
}

/**
 * Reads `.dist-info/WHEEL`. Root-Is-Purelib is true only for the word "true", as for pip.
 * @throws {InvalidMetadata} without a readable Wheel-Version.
 */
export function parseWheelFile(text: string, source = "WHEEL"): WheelFile {
  const { fields } = parseHeaderFields(text);
  const first = (field: string): string | undefined => {
    const value = fields.get(field)?.[0];
    return value === undefined ? undefined : unfold(value);
  };
  const written = first("wheel-version");
  const match = /^(\d+)\.(\d+)$/.exec(written ?? "");
  if (!match) {
    const text =
      written === undefined
        ? "WHEEL has no Wheel-Version"
        : `WHEEL has the Wheel-Version ${written}, expected one like 1.0`;
    const problem: WheelProblem = { code: "MURRE_INVALID_METADATA", text };
    throw wheelError(source, [problem]);
  }
  const build = first("build");
  const generator = first("generator");
  return {
    wheelVersion: [Number(match[1]), Number(match[2])],
    rootIsPurelib: first("root-is-purelib")?.toLowerCase() === "true",
    tags: fields.get("tag")?.map(unfold) ?? [],
    ...(build === undefined ? {} : { build }),
    ...(generator === undefined ? {} : { generator }),
  };
}
