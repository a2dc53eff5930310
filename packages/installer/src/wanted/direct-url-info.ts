import { withoutCredentials } from "@murre/index-client";
import type { DirectUrl } from "@murre/python";
import { isSameUrl } from "@murre/pep508";
import { parseVcsUrl } from "@murre/vcs";
import type { ArchiveSource } from "./resolved.ts";
import { subdirectoryOf, urlKind, withoutFragment } from "./source-url.ts";

/** The content of `direct_url.json` (PEP 610) for what comes from a URL that the user named. */
export function directUrlInfo(
  directUrl: string,
  archiveSha256?: string,
  { commit, isEditable = false }: Pick<ArchiveSource, "commit" | "isEditable"> = {},
): DirectUrl {
  const subdirectory = subdirectoryOf(directUrl);
  const inside = subdirectory === undefined ? {} : { subdirectory };
  if (urlKind(directUrl) === "version-control") return { ...repositoryInfo(directUrl, commit), ...inside };
  const place = { url: recordedUrl(directUrl), ...inside };
  if (urlKind(directUrl) === "directory") return { ...place, dir_info: isEditable ? { editable: true } : {} };
  const hashes =
    archiveSha256 === undefined ? {} : { hash: `sha256=${archiveSha256}`, hashes: { sha256: archiveSha256 } };
  return { ...place, archive_info: hashes };
}

function repositoryInfo(directUrl: string, commit = ""): DirectUrl {
  const { recorded: url, revision } = parseVcsUrl(directUrl);
  const requested = revision === undefined ? {} : { requested_revision: revision };
  return { url, vcs_info: { vcs: "git", commit_id: commit, ...requested } };
}

/** Names of environment variables are no secret, and stay (PEP 610). */
const VARIABLES = /^[a-z][a-z\d+.-]*:\/\/\$\{[\w-]+\}(?::\$\{[\w-]+\})?@/i;

function recordedUrl(directUrl: string): string {
  const url = withoutFragment(directUrl);
  return VARIABLES.test(url) ? url : withoutCredentials(url);
}

/** Whether an installed distribution is from the place that a requirement on a URL names. */
export function isFromUrl(installed: DirectUrl, directUrl: string): boolean {
  const { url, subdirectory, vcs_info: vcs } = directUrlInfo(directUrl);
  if (installed.vcs_info?.vcs !== vcs?.vcs || installed.subdirectory !== subdirectory) return false;
  return isSameUrl(installed.url, url);
}

/** Of the archive that it was installed from. */
export function installedSha256({ archive_info: archive }: DirectUrl): string | undefined {
  return archive?.hashes?.["sha256"] ?? /^sha256=(.*)$/.exec(archive?.hash ?? "")?.[1];
}

/** An editable repository as pip writes it: `git+URL@COMMIT#egg=NAME&subdirectory=PATH`. */
export function eggReference(url: string, name: string, subdirectory = ""): string {
  const inside = subdirectory === "" ? "" : `&subdirectory=${encodeURIComponent(subdirectory).replaceAll("%2F", "/")}`;
  return `${url}#egg=${name.replaceAll("-", "_")}${inside}`;
}

/** The URL as a requirement has it (PEP 440, "Direct references"), so that what `freeze` prints installs the same again. */
export function directReference({ url, subdirectory, archive_info: archive, vcs_info: vcs }: DirectUrl): string {
  const [hash] = Object.entries(archive?.hashes ?? {}).map(([algorithm, digest]) => `${algorithm}=${digest}`);
  const fragment = [
    ...[archive?.hash ?? hash].filter((part) => part !== undefined),
    ...(subdirectory === undefined ? [] : [`subdirectory=${encodeURIComponent(subdirectory).replaceAll("%2F", "/")}`]),
  ].join("&");
  const place = vcs === undefined ? url : `${vcs.vcs}+${url}@${vcs.commit_id}`;
  return fragment === "" ? place : `${place}#${fragment}`;
}
