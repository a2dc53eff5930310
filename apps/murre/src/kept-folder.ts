import { distrust } from "@murre/cache";
import { refuseLink } from "@murre/files";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export interface KeptSettings {
  readonly cacheFolder: string;
  /** Which Node: its V8 reads its own code only. */
  readonly node: string;
}

/**
 * Where this user's runs of this bundle keep what makes the next ones faster: `<cache>/code/u<uid>/<id of the bundle>-<node>`. What lies there
 * is believed, so that it must be this user's own, and written by this version.
 */
export interface KeptFolder {
  readonly path: string;
  /**
   * Writes a file of it whole, by its path below it, and removes the folders of other versions that are not used any more. Where that cannot be
   * done, nothing is kept.
   * @returns whether it was written
   */
  keep(name: string, data: Uint8Array | string): boolean;
}

/** Folders of other versions of murre or Node go when nothing was added to them for so long (ms). */
const staleAfterMs = 30 * 24 * 3600 * 1000;

/** @param beginning of the bundle, whose first line has a hash of it */
export function openKeptFolder({ cacheFolder, node }: KeptSettings, beginning: string): KeptFolder | undefined {
  const id = /^\(\/\*([0-9a-f]{32})\*\//.exec(beginning)?.[1];
  if (id === undefined || !cacheFolder.startsWith("/") !== (process.platform === "win32")) return undefined;
  const own = `${cacheFolder}/code/u${process.getuid?.() ?? ""}`;
  const path = `${own}/${id}-${node}`;
  return {
    path,
    keep(name, data) {
      try {
        if (distrust(cacheFolder) !== undefined) return false;
        for (const place of [`${cacheFolder}/code`, own, path]) refuseLink(place);
        const file = `${path}/${name}`;
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        const aside = `${file}.${process.pid}-${Date.now()}`;
        writeFileSync(aside, data, { mode: 0o600, flag: "wx" });
        renameSync(aside, file);
        removeStale(own, path);
        return true;
      } catch {
        return false; // A place that cannot be written.
      }
    },
  };
}

function removeStale(own: string, current: string): void {
  for (const name of readdirSync(own)) {
    const folder = `${own}/${name}`;
    if (folder !== current && Date.now() - statSync(folder).mtimeMs > staleAfterMs)
      rmSync(folder, { recursive: true, force: true });
  }
}
