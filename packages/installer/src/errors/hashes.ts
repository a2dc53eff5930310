import { InstallerError } from "./installer-error.ts";
import { RequirementRefused } from "./requirement-refused.ts";
import { shorten } from "./shorten.ts";

/**
 * --require-hashes, and a requirement without one; or none of the given hashes is that of the file. Nothing was changed.
 * To do: give each requirement a version and its hashes.
 */
export class HashRequired extends RequirementRefused {
  override readonly name = "HashRequired";
  readonly code = "MURRE_HASH_REQUIRED";
}

export interface HashNotAcceptedFacts {
  readonly project: string;
  readonly version: string;
  readonly filename: string;
  /** What the user asks for, and where. */
  readonly demand: { readonly digests: Readonly<Record<string, readonly string[]>>; readonly origin: string };
  /** Algorithm to digest, as far as it is known. */
  readonly found: Readonly<Record<string, string>>;
  /** Who says what was found: the index, or the file's own bytes. */
  readonly holder: "index" | "file";
}

/**
 * A file that would fit has none of the hashes that the user gave for it, or another size than a lock file says. Nothing was changed.
 * To do: do not install it before you know why; then correct the hash that is named.
 */
export class HashNotAccepted extends InstallerError {
  override readonly name = "HashNotAccepted";
  readonly code = "MURRE_HASH_MISMATCH";
  readonly project: string;
  readonly filename: string;
  constructor(facts: HashNotAcceptedFacts) {
    super(`${facts.demand.origin}: ${describeRefusedHash(facts)}`);
    this.project = facts.project;
    this.filename = facts.filename;
  }
}

/** `x.whl of x==1.0: the hash is another one: expected sha256:…, the index has sha256:…` */
function describeRefusedHash({ project, version, filename, demand, found, holder }: HashNotAcceptedFacts): string {
  const { digests } = demand;
  const expected = Object.entries(digests).flatMap(([name, accepted]) => accepted.map((digest) => `${name}:${digest}`));
  const known = Object.keys(digests).flatMap((name) => (!Object.hasOwn(found, name) ? [] : [`${name}:${found[name]}`]));
  const what = version === "" ? project : `${project}==${version}`;
  const word = Object.hasOwn(digests, "size") ? "size" : "hash";
  return `${filename} of ${what}: the ${word} is another one: expected ${shorten(expected, 2).replaceAll(", ", " or ")}, the ${holder} has ${known.join(" and ")}`;
}
