import { distrust } from "@murre/cache";
import { refuseLink } from "@murre/files";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";

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
  /** Makes it, and removes those of other versions that are not used any more. @throws where nothing can be kept */
  make(): void;
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
    make() {
      const reason = distrust(cacheFolder);
      if (reason !== undefined) throw new Error(reason);
      for (const place of [`${cacheFolder}/code`, own, path]) refuseLink(place);
      mkdirSync(path, { recursive: true, mode: 0o700 });
      removeStale(own, path);
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
