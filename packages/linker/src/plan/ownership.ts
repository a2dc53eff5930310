import type { Conflict, WheelToInstall } from "./change-plan.ts";

/** A wheel needs a target folder, and places `fileCount` files there, the first of which has the index `firstFile`. */
export interface Claim {
  readonly wheel: WheelToInstall;
  /** The folder inside the archive. */
  readonly source: string;
  readonly fileCount: number;
  readonly firstFile: number;
}

export interface FileClaim {
  readonly wheel: WheelToInstall;
  readonly file: number;
}

export type ContestedPath =
  | { readonly kind: "file-against-directory"; readonly path: string; readonly wheels: readonly WheelToInstall[] }
  | { readonly kind: "shared-file"; readonly losers: readonly FileClaim[]; readonly report: Conflict };

/**
 * The paths in one shared folder that more than one wheel wants. One total order decides all of them alike, so that one
 * distribution is always complete: the last by normalised name wins.
 * @param folderOwners the wheels that have a folder at this absolute path
 */
export function* contestedPaths(
  folder: string,
  claims: readonly Claim[],
  folderOwners: (path: string) => readonly WheelToInstall[],
): Generator<ContestedPath> {
  const byName = new Map<string, FileClaim[]>();
  for (const { wheel, fileCount, firstFile } of claims)
    for (const [index, name] of wheel.entry.manifest.namesOf({ firstFile, fileCount }).entries()) {
      const file = firstFile + index;
      const others = byName.get(name);
      if (others === undefined) byName.set(name, [{ wheel, file }]);
      else others.push({ wheel, file });
    }
  for (const [name, files] of byName) {
    const path = `${folder}/${name}`;
    const owners = folderOwners(path);
    if (owners.length > 0)
      yield { kind: "file-against-directory", path, wheels: [...files.map(({ wheel }) => wheel), ...owners] };
    else if (files.length > 1) yield settle(path, files);
  }
}

function settle(path: string, files: readonly FileClaim[]): ContestedPath {
  const inOrder = files.toSorted((a, b) => compareNames(a.wheel.name, b.wheel.name));
  const losers = inOrder.slice(0, -1);
  const winner = inOrder.at(-1);
  const digests = new Set(inOrder.map(({ wheel, file }) => wheel.entry.manifest.details()[file]?.sha256));
  return {
    kind: "shared-file",
    losers,
    report: {
      path,
      winner: winner?.wheel.name ?? "",
      losers: losers.map(({ wheel }) => wheel.name),
      identical: digests.size === 1,
    },
  };
}

/** The one total order of a change: normalised names as bytes (they are ASCII). */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
