import { withoutCredentials } from "@murre/index-client";
import { subdirectoryOf, urlKind, withoutFragment } from "./source-url.ts";

/** The content of `direct_url.json` (PEP 610) for what comes from a URL that the user named; it is written without credentials. */
export function directUrlInfo(
  directUrl: string,
  archiveSha256: string | undefined,
): Readonly<Record<string, unknown>> & { readonly url: string } {
  const subdirectory = subdirectoryOf(directUrl);
  const url = withoutCredentials(withoutFragment(directUrl));
  const place = { url, ...(subdirectory === undefined ? {} : { subdirectory }) };
  if (urlKind(directUrl) === "directory") return { ...place, dir_info: {} };
  const hashes =
    archiveSha256 === undefined ? {} : { hash: `sha256=${archiveSha256}`, hashes: { sha256: archiveSha256 } };
  return { ...place, archive_info: hashes };
}
