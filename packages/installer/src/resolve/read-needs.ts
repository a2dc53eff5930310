import { hasCode } from "@murre/files";
import { tryParseVersion } from "@murre/pep440";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import type { DistributionMetadata, Unavailable } from "@murre/resolver";
import { parseMetadata, type WheelErrorCode } from "@murre/wheel";

/** What is wrong with a file itself, whoever fetches it: neither the network, nor this machine, nor the user is the reason. */
const ownFaults: readonly WheelErrorCode[] = [
  "MURRE_AMBIGUOUS_ARCHIVE",
  "MURRE_ARCHIVE_TOO_LARGE",
  "MURRE_CORRUPT_ARCHIVE",
  "MURRE_INVALID_METADATA",
  "MURRE_INVALID_WHEEL",
  "MURRE_NOT_A_ZIP",
  "MURRE_UNSAFE_PATH",
  "MURRE_UNSUPPORTED_WHEEL",
];

/** Whether nobody can read the file, wherever it comes from. */
export const isOwnFault = (error: unknown): error is Error => hasCode<WheelErrorCode>(error, ...ownFaults);

/** What a file's place and name say of its metadata. */
export interface Promised {
  readonly project: NormalizedName;
  /** The key of its version. */
  readonly version?: string | undefined;
  /** The user named this very file: there is no other one to be taken, and its own error ends the run. */
  readonly isNamed?: boolean;
}

/**
 * Reads what distributions need out of their metadata. One whose metadata nobody can read, or is that of another project or version, is passed over,
 * as if it were not there (uv and pip do so).
 */
export class ReadNeeds {
  /** Releases of a project often differ in their version alone: what they need is then one object. */
  readonly #alike = new Map<string, DistributionMetadata & { readonly name: string }>();

  async readable(
    filename: string,
    promised: Promised,
    text: () => Promise<string>,
  ): Promise<DistributionMetadata | Unavailable> {
    let told: string;
    try {
      told = await text();
    } catch (error) {
      return passedOver(error, promised);
    }
    return this.read(filename, promised, told);
  }

  /** @throws {InvalidMetadata} where the user named the file */
  read(filename: string, promised: Promised, text: string): DistributionMetadata | Unavailable {
    try {
      const { name, ...metadata } = this.#parse(text, filename);
      if (name !== promised.project && normalizeName(name) !== promised.project)
        return { unavailable: `the metadata of ${filename} is that of ${name}` };
      if (promised.version !== undefined && tryParseVersion(metadata.version)?.key !== promised.version)
        return { unavailable: `the metadata of ${filename} says that its version is ${metadata.version}` };
      return metadata;
    } catch (error) {
      return passedOver(error, promised);
    }
  }

  #parse(text: string, filename: string): DistributionMetadata & { readonly name: string } {
    const [rest, version] = withoutVersion(text);
    const alike = version === undefined ? undefined : this.#alike.get(rest);
    if (alike !== undefined && version !== undefined) return { ...alike, version };
    const { name, requiresDist, requiresPython, providesExtra, version: own } = parseMetadata(text, filename);
    const metadata = { name, version: own, requiresDist, requiresPython, providesExtra };
    if (own === version) this.#alike.set(rest, metadata);
    return metadata;
  }
}

/** @throws the error, where it is no fault of the file alone, or nothing else can be taken */
function passedOver(error: unknown, { isNamed }: Promised): Unavailable {
  if (isNamed !== true && isOwnFault(error)) return { unavailable: error.message };
  throw error;
}

/** The text around the one line `Version: …`, and what that says; undefined where this is not all that there is to it. */
function withoutVersion(text: string): readonly [rest: string, version: string | undefined] {
  const from = text.indexOf(field);
  const end = text.indexOf("\n", from + field.length);
  const version = text.slice(from + field.length, end);
  // A line that begins with a blank would go on with it.
  const isPlain =
    from >= 0 && end >= 0 && /^[0-9A-Za-z.!+_-]+$/.test(version) && !/^[ \t\r]/.test(text.slice(end + 1, end + 2));
  return isPlain ? [text.slice(0, from) + text.slice(end), version] : [text, undefined];
}

const field = "\nVersion: ";
