import { lstatSync, statSync, type Stats } from "node:fs";
import { dirname } from "node:path";
import { cacheLayout, LAYOUT_FOLDERS } from "./layout.ts";

/** Whose rights murre has. */
export interface CacheUser {
  readonly uid: number;
  /** Its own first. */
  readonly groups: ReadonlySet<number>;
}

/** What the system says of a file that matters here. */
export type Owned = Pick<Stats, "uid" | "gid" | "mode">;

const writableByGroup = 0o020;
const writableByAll = 0o002;
const sticky = 0o1000;

/** Undefined where files have no such owners (Windows, whose access lists are the user's business). */
export function thisUser(): CacheUser | undefined {
  const { geteuid, getegid, getgroups } = process;
  if (geteuid === undefined || getegid === undefined || getgroups === undefined) return undefined;
  return { uid: geteuid.call(process), groups: new Set([getegid.call(process), ...getgroups.call(process)]) };
}

/** Whether this user made it, and nobody else; where files have no owners, always. */
export function isOfThisUser({ uid }: Pick<Owned, "uid">): boolean {
  const own = process.geteuid?.();
  return own === undefined || uid === own;
}

/**
 * Why a cache folder is not to be used, as a clause that says it of the folder; undefined where it may be. Whoever can write there decides what is
 * installed from it, and could lead whatever is written or removed there elsewhere. So it belongs to oneself, or to root, or a group shares it;
 * nothing in it is a link. A folder that is not there yet is asked for the one in which it would lie, by root alone: for others that can be
 * made there or not, but root could make it in any user's home (as pip has it).
 */
export function distrust(cacheFolder: string, user: CacheUser | undefined = thisUser()): string | undefined {
  if (user === undefined) return undefined;
  const top = asked(() => statSync(cacheFolder, orNothing));
  if (top === undefined) return user.uid === 0 ? distrustAbove(cacheFolder, user) : undefined;
  const link = asked(() => lstatSync(cacheFolder, orNothing));
  if (link?.isSymbolicLink() === true && !isOwn(link, user))
    return `it is a symbolic link of another user (uid ${link.uid})`;
  return distrustOf(top, user) ?? distrustInside(cacheFolder, isShared(top, user), user);
}

/** An error costs more than a look. */
const orNothing = { throwIfNoEntry: false } as const;

/** Undefined for what is not there or may not be asked: whoever uses it meets that, and says so. */
function asked(ask: () => Stats | undefined): Stats | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** The folder itself. Everybody who may write into one without the sticky bit may exchange what lies there. */
export function distrustOf(folder: Owned, user: CacheUser): string | undefined {
  if ((folder.mode & writableByAll) !== 0 && (folder.mode & sticky) === 0) return "everybody can write to it";
  if (isOwn(folder, user) || isShared(folder, user)) return undefined;
  return `it belongs to another user (uid ${folder.uid})`;
}

/** Who shares a folder with others makes their folders in it his own choice: it is a group's, and oneself is in it, or made it so. */
function isShared({ uid, gid, mode }: Owned, user: CacheUser): boolean {
  return (mode & writableByGroup) !== 0 && (user.groups.has(gid) || uid === user.uid);
}

function isOwn({ uid }: Owned, user: CacheUser): boolean {
  return uid === user.uid || uid === 0;
}

function distrustAbove(folder: string, user: CacheUser): string | undefined {
  for (let at = dirname(folder); ; at = dirname(at)) {
    const above = asked(() => statSync(at, orNothing));
    if (above === undefined && at !== dirname(at)) continue;
    // What everybody may write to, as /tmp, is nobody's home.
    if (above === undefined || isOwn(above, user) || isShared(above, user)) return undefined;
    return `it would lie in a folder of another user (${at}, uid ${above.uid})`;
  }
}

/** The folders of the layout: one that is a link leads to where nothing of the cache's belongs. */
function distrustInside(cacheFolder: string, isGroups: boolean, user: CacheUser): string | undefined {
  const { root } = cacheLayout(cacheFolder);
  for (const path of [root, ...LAYOUT_FOLDERS.map((name) => `${root}/${name}`)]) {
    const stats = asked(() => lstatSync(path, orNothing));
    if (stats === undefined) continue;
    const shown = path.slice(cacheFolder.length + 1);
    if (stats.isSymbolicLink()) return `${shown} in it is a symbolic link`;
    if (path === root && (stats.mode & writableByAll) !== 0 && (stats.mode & sticky) === 0)
      return `everybody can write to ${shown} in it`;
    if (!isGroups && !isOwn(stats, user)) return `${shown} in it belongs to another user (uid ${stats.uid})`;
  }
  return undefined;
}
