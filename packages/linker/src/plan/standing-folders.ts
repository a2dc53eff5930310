import type { EnvironmentView, Listing } from "../environment/environment-view.ts";
import { baseOf, parentOf } from "../environment/paths.ts";
import type { Leaving } from "./fold-removals.ts";

/** Which folders stand while the change goes on. */
export interface Standing {
  /** Whether the folder stands now and stays. What is below one that does not is new. */
  stays(folder: string): boolean;
  /** What is in a folder that stays. */
  listing(folder: string): Listing | undefined;
}

/** Folders are listed when they are asked for, parents first: in a new environment that is two or three. */
export function standingFolders(view: EnvironmentView, leaving: Leaving, boundary: string): Standing {
  const listings = new Map<string, Listing | undefined>();
  const listing = (folder: string): Listing | undefined => {
    if (listings.has(folder)) return listings.get(folder);
    const found = isThere(folder) ? view.list(folder) : undefined;
    listings.set(folder, found);
    return found;
  };
  /** As far as the parent's listing tells, where there is one. */
  const isThere = (folder: string): boolean => {
    if (leaving.folders.has(folder)) return false;
    if (!folder.startsWith(`${boundary}/`)) return true;
    const siblings = listing(parentOf(folder));
    const kind = siblings?.get(baseOf(folder));
    return kind === "directory" || (kind === "linked-directory" && !leaving.files.has(folder));
  };
  return { listing, stays: (folder) => listing(folder) !== undefined };
}
