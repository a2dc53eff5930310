import { isObject, isText, type JsonObject } from "../location/json-values.ts";
import { resolveUrl } from "./resolve-url.ts";
import type { ProjectFiles, ProjectPage, ProjectRelations } from "../location/types.ts";

/** More than anybody has indexes; the rest of a longer list is not read. */
const mostRelations = 64;

/** What the JSON of a page says; undefined where it says nothing. */
export function relationsOfJson(page: JsonObject, url: string): ProjectRelations | undefined {
  const { meta, "alternate-locations": alternates } = page;
  return relationsOf(listOf(isObject(meta) ? meta["tracks"] : undefined), listOf(alternates), url);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** @param url of the page that says it */
export function relationsOf(
  tracks: readonly unknown[],
  alternates: readonly unknown[],
  url: string,
): ProjectRelations | undefined {
  const said = { tracks: addressesOf(tracks, url), alternates: addressesOf(alternates, url) };
  return said.tracks.length + said.alternates.length > 0 ? said : undefined;
}

function addressesOf(values: readonly unknown[], url: string): string[] {
  const addresses = values.slice(0, mostRelations).flatMap((value) => {
    const resolved = isText(value) ? resolveUrl(value, url) : undefined;
    return resolved === undefined ? [] : [pageAddress(resolved)];
  });
  return [...new Set(addresses)];
}

/** One spelling of a project page's address, without anything secret. */
function pageAddress(url: string): string {
  const address = new URL(url);
  address.username = address.password = address.search = address.hash = "";
  if (!address.pathname.endsWith("/")) address.pathname += "/";
  return address.href;
}

/** The relations that a document has of its page; `null` where they are none that {@link relationsOf} returns. */
export function readRelations(kept: unknown): ProjectRelations | undefined | null {
  if (kept === undefined) return undefined;
  if (!isObject(kept)) return null;
  const lists = [kept["tracks"], kept["alternates"]];
  const areAddresses = lists.every((list) => Array.isArray(list) && list.every(isText));
  return areAddresses ? (kept as unknown as ProjectRelations) : null;
}

/**
 * The hosts that a project's candidates come from, when the public default index is one of them and there is another, and the indexes do not say
 * that they have the same project: then whoever registers the name of a private project there can slip in a file (dependency confusion). Files
 * and folders of this machine are no hosts.
 */
export function mixedHosts(found: Pick<ProjectFiles, "groups">, publicIndexUrl: string): readonly string[] | undefined {
  const remote = found.groups.filter(({ releases, index }) => releases.length > 0 && !index.startsWith("file:"));
  const hosts = new Set(remote.map(({ index }) => new URL(index).host));
  return hosts.has(new URL(publicIndexUrl).host) && hosts.size > 1 && !areOneProject(remote) ? [...hosts] : undefined;
}

/**
 * Whether all pages are known to be of one project (PEP 708). Indexes that track none own the name; several of them have to name each other, all
 * alike. An index that tracks has to track one of them, or, where none was found, what all others track too.
 */
function areOneProject(pages: readonly ProjectPage[]): boolean {
  const trackers = pages.filter(({ relations }) => relations !== undefined && relations.tracks.length > 0);
  const owners = pages.filter((page) => !trackers.includes(page));
  const owned = owners.map(ownAddress);
  const agree = owners.every((owner) => {
    const named = locationsOf(owner);
    return owned.every((address) => named.has(address)) && sameMembers(named, locationsOf(owners[0]!));
  });
  if (!agree && owners.length > 1) return false;
  const tracked = trackers.map(({ relations }) => relations!.tracks);
  if (owners.length > 0) return tracked.every((tracks) => tracks.some((address) => owned.includes(address)));
  return tracked[0]!.some((address) => tracked.every((tracks) => tracks.includes(address)));
}

/** The address by which the page was asked for. */
function ownAddress({ index, project }: ProjectPage): string {
  return new URL(`${project}/`, pageAddress(index)).href;
}

/** The page itself is one of the locations, named or not. */
const locationsOf = (page: ProjectPage): ReadonlySet<string> =>
  new Set([ownAddress(page), ...(page.relations?.alternates ?? [])]);

const sameMembers = (some: ReadonlySet<string>, others: ReadonlySet<string>): boolean =>
  some.size === others.size && [...some].every((one) => others.has(one));
