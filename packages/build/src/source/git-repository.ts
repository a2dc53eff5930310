import { readSmallText } from "@murre/files";
import { lstatSync, readdirSync, type Dirent } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Where a repository has what tells a version: of this checkout its own, and what all checkouts share. */
export interface GitFolders {
  readonly own: string;
  readonly common: string;
}

/** @param at the path of a `.git`, which may be a file that leads elsewhere */
export function gitFolders(at: string): GitFolders {
  const folder = namedFolder(readText(at) ?? "");
  const own = folder === undefined ? resolve(at) : resolve(at, "..", folder);
  return { own, common: resolve(own, readText(join(own, "commondir"))?.trim() ?? ".") };
}

/** Which folder a `.git` that is a file leads to, relative to its own. */
export function namedFolder(text: string): string | undefined {
  return /^gitdir: (.*)$/m.exec(text)?.[1];
}

/** The `.git` of a folder, or of the nearest one around it. */
export function nearestGit(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const git = join(at, ".git");
    if (lstatSync(git, { throwIfNoEntry: false }) !== undefined) return git;
    if (at === dirname(at)) return undefined;
  }
}

/** The commit that is checked out, and each tag with what it points to; empty where there is no repository. */
export function gitState(folder: string): { readonly commit: string; readonly tags: readonly string[] } {
  const git = nearestGit(folder);
  if (git === undefined) return { commit: "", tags: [] };
  const { own, common } = gitFolders(git);
  const packed = packedRefs(common);
  const head = readText(join(own, "HEAD"))?.trim() ?? "";
  const branch = /^ref: (.*)$/.exec(head)?.[1];
  const commit =
    branch === undefined
      ? head
      : (readText(join(own, branch)) ?? readText(join(common, branch)))?.trim() || packed.get(branch);
  const tags = new Map([...packed].filter(([name]) => name.startsWith("refs/tags/")));
  for (const name of looseRefs(common, "refs/tags")) {
    const target = readText(join(common, name));
    if (target !== undefined) tags.set(name, target.trim());
  }
  return {
    commit: commit ?? "",
    tags: [...tags].map(([name, target]) => `${name} ${target}`).toSorted(),
  };
}

function packedRefs(common: string): Map<string, string> {
  const lines = readText(join(common, "packed-refs"))?.split("\n") ?? [];
  return new Map(
    lines.flatMap((line) => {
      const [, target, name] = /^([\da-f]{40,64}) (refs\/\S+)$/.exec(line) ?? [];
      return target === undefined || name === undefined ? [] : [[name, target] as const];
    }),
  );
}

/** The paths of the references below a path (`refs`) that have a file of their own, folder by folder. Links below it are not followed. */
export function* looseRefs(common: string, path: string): Generator<string> {
  for (const entry of entriesOf(join(common, path)).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const below = `${path}/${entry.name}`;
    if (entry.isDirectory()) yield* looseRefs(common, below);
    else yield below;
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function readText(path: string): string | undefined {
  try {
    return readSmallText(path);
  } catch {
    return undefined;
  }
}
