import { namesIn, readSmallText } from "@murre/files";
import { lstatSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Where a repository has what tells a version: of this checkout its own, and what all checkouts share. */
export interface GitFolders {
  readonly own: string;
  readonly common: string;
}

/** @param at the path of a `.git`, which may be a file that leads elsewhere */
export function gitFolders(at: string): GitFolders {
  const folder = readText(at)?.match(/^gitdir: (.*)$/m)?.[1] ?? ".";
  const own = resolve(at, ...(folder === "." ? [] : ["..", folder]));
  return { own, common: resolve(own, readText(join(own, "commondir"))?.trim() ?? ".") };
}

/** The `.git` of a folder, or of the nearest one around it. */
export function nearestGit(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const git = join(at, ".git");
    if (lstatSync(git, { throwIfNoEntry: false }) !== undefined) return git;
    if (at === dirname(at)) return undefined;
  }
}

/** The commit that is checked out, and each tag with what it points to; neither where there is no repository. */
export function gitState(folder: string): { readonly commit?: string; readonly tags: readonly string[] } {
  const git = nearestGit(folder);
  if (git === undefined) return { tags: [] };
  const { own, common } = gitFolders(git);
  const packed = packedRefs(common);
  const head = readText(join(own, "HEAD"))?.trim() ?? "";
  const branch = /^ref: (.*)$/.exec(head)?.[1];
  const commit =
    branch === undefined
      ? head
      : (readText(join(own, branch)) ?? readText(join(common, branch)))?.trim() || packed.get(branch);
  const tags = new Map([...packed].filter(([name]) => name.startsWith("refs/tags/")));
  addRefs(tags, common, "refs/tags");
  return {
    ...(commit === undefined || commit === "" ? {} : { commit }),
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

function addRefs(refs: Map<string, string>, common: string, path: string): void {
  for (const name of namesOf(join(common, path))) {
    const target = readText(join(common, path, name));
    if (target === undefined) addRefs(refs, common, `${path}/${name}`);
    else refs.set(`${path}/${name}`, target.trim());
  }
}

function namesOf(folder: string): readonly string[] {
  try {
    return namesIn(folder);
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
