import { deepestPublisher, longestPublisher, mostPublishers } from "../location/answer-limits.ts";
import { InvalidProvenance } from "../errors.ts";
import { isObject, isText, type JsonObject } from "../location/json-values.ts";

/** What an index says of a publisher, as far as it says something: what is null is left out. */
export type PublisherValue =
  | string
  | number
  | boolean
  | readonly PublisherValue[]
  | { readonly [key: string]: PublisherValue };

/** Who published a file: a Trusted Publisher of a `kind`, such as `GitHub`, and what belongs to that kind, such as `repository` and `workflow`. */
export interface PublisherIdentity {
  readonly kind: string;
  readonly [key: string]: PublisherValue;
}

/**
 * Reads a provenance object (PEP 740, version 1): the publishers of whom there is an attestation. Whether the attestations are theirs is not looked at.
 * @throws {InvalidProvenance}
 */
export function parseProvenance(text: string, url: string): readonly PublisherIdentity[] {
  const { version, attestation_bundles: bundles } = parseObject(text, url);
  if (version !== 1) throw new InvalidProvenance(url, `it has version ${describe(version)}, murre knows 1`);
  if (!Array.isArray(bundles)) throw new InvalidProvenance(url, `it has no list of "attestation_bundles"`);
  if (bundles.length > mostPublishers) throw new InvalidProvenance(url, `it has more than ${mostPublishers} bundles`);
  return bundles.flatMap((bundle: unknown, at) => publisherOf(bundle, { url, at }) ?? []);
}

function parseObject(text: string, url: string): JsonObject {
  let provenance: unknown;
  try {
    provenance = JSON.parse(text);
  } catch (cause) {
    throw new InvalidProvenance(url, "it is no JSON", { cause });
  }
  if (!isObject(provenance)) throw new InvalidProvenance(url, "its JSON is no object");
  return provenance;
}

function describe(version: unknown): string {
  if (version === undefined) return "none";
  return typeof version === "object" ? "that is neither a number nor a text" : JSON.stringify(version).slice(0, 20);
}

/** Undefined for who attested nothing. */
function publisherOf(
  bundle: unknown,
  { url, at }: { readonly url: string; readonly at: number },
): PublisherIdentity | undefined {
  const refuse = (problem: string): Error => new InvalidProvenance(url, `attestation_bundles[${at}] ${problem}`);
  const { publisher, attestations } = isObject(bundle) ? bundle : ({} as JsonObject);
  if (!Array.isArray(attestations)) throw refuse(`has no list of "attestations"`);
  if (!isObject(publisher) || !isText(publisher["kind"]) || publisher["kind"] === "")
    throw refuse("has no publisher with a kind");
  if (attestations.length === 0) return undefined;
  // First how deep it is: whoever writes it again goes down as far.
  const said = withoutNulls(publisher, deepestPublisher);
  if (said === undefined) throw refuse(`has a publisher with more than ${deepestPublisher} values in each other`);
  if (JSON.stringify(said).length > longestPublisher)
    throw refuse(`has a publisher of more than ${longestPublisher} characters`);
  return said as PublisherIdentity;
}

/** Undefined where it is too deep. */
function withoutNulls(value: unknown, deepest: number): PublisherValue | undefined {
  if (typeof value !== "object" || value === null) return value as string | number | boolean;
  if (deepest === 0) return undefined;
  const inner = Object.entries(value)
    .filter(([, one]) => one !== null)
    .map(([key, one]) => [key, withoutNulls(one, deepest - 1)] as const);
  if (inner.some(([, one]) => one === undefined)) return undefined;
  const said = inner as [string, PublisherValue][];
  return Array.isArray(value) ? said.map(([, one]) => one) : Object.fromEntries(said);
}
