import { readSmallFile } from "@murre/files";
import { openProjectFile, type UvCacheKey } from "@murre/requirements";
import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { join } from "node:path";
import { gitState } from "./git-repository.ts";
import { readTextIfThere } from "./static-metadata.ts";
import { factsOf, fingerprintOf, followed, type SourceListing } from "./source-tree.ts";

/** What decides, whatever else a project names, about what an editable wheel holds: metadata, scripts, and where modules are imported from. */
const always: readonly UvCacheKey[] = ["pyproject.toml", "setup.py", "setup.cfg"].map((value) => ({
  kind: "file",
  value,
}));
/** What decides where nothing else is named, as in uv: in which folder modules are looked for. */
const usually: readonly UvCacheKey[] = [{ kind: "dir", value: "src" }];

export interface StaticPartsOptions {
  /** The variables that a project may name. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What of a folder decides about its editable wheel, at one moment: the files that say how it is built, and what `[tool.uv] cache-keys` names
 * besides. An edit of what is imported from the folder changes nothing of it. In the words of a listing of the whole folder; what is no path
 * has a name that none can have.
 * @param project the path below the folder in which the project lies, with a `/` at its end; empty for the folder itself
 */
export async function listStaticParts(
  folder: string,
  project: string,
  { env, signal }: StaticPartsOptions,
): Promise<SourceListing> {
  const tree = join(folder, project);
  const facts = new Map<string, string>();
  let newest = 0;
  const add = (path: string, stats: BigIntStats) => {
    facts.set(`${project}${path}`, factsOf(stats));
    newest = Math.max(newest, Number(stats.ctimeMs));
  };
  for (const key of [...always, ...(cacheKeysOf(tree) ?? usually)]) {
    signal?.throwIfAborted();
    if (key.kind === "env") facts.set(`\0env ${key.value}`, JSON.stringify(env[key.value] ?? null));
    else if (key.kind === "git") {
      const { commit, tags } = gitState(tree);
      if (key.commit) facts.set("\0commit", commit);
      if (key.tags) facts.set("\0tags", tags.join("\n"));
    } else if (key.kind === "dir") {
      if (followed(join(tree, key.value))?.isDirectory() === true) facts.set(`${project}${key.value}`, "folder");
    } else if (isPattern(key.value)) {
      for (const path of await matching(tree, key.value)) {
        const stats = followed(join(tree, path));
        if (stats?.isFile() === true) add(path, stats);
      }
    } else {
      const stats = followed(join(tree, key.value));
      const digest = stats?.isFile() === true ? digestOf(join(tree, key.value), stats) : undefined;
      if (digest !== undefined) facts.set(`${project}${key.value}`, digest);
      else if (stats?.isFile() === true) add(key.value, stats);
    }
  }
  return { fingerprint: fingerprintOf(facts), facts, newest };
}

/** What `[tool.uv] cache-keys` of a project names; undefined where it does not say. @throws {InvalidPyproject} */
function cacheKeysOf(tree: string): readonly UvCacheKey[] | undefined {
  const path = join(tree, "pyproject.toml");
  const text = readTextIfThere(path);
  return text?.includes("cache-keys") === true ? openProjectFile(text, path).uv().cacheKeys : undefined;
}

/** Larger files are compared by their times. */
const mostBytes = 1 << 20;

/** Of a file that is named the bytes count: a checkout of another branch and back is no change. */
function digestOf(path: string, { size }: BigIntStats): string | undefined {
  if (size > mostBytes) return undefined;
  try {
    return createHash("sha256").update(readSmallFile(path)).digest("hex");
  } catch {
    return undefined; // whoever builds says what is wrong with it
  }
}

const isPattern = (text: string): boolean => /[*?[\]{}!]/.test(text);

/** Files whose path matches, `../` among them; hidden ones as well. */
async function matching(folder: string, pattern: string): Promise<readonly string[]> {
  const { glob } = await import("tinyglobby");
  const found = await glob(pattern, {
    cwd: folder,
    dot: true,
    expandDirectories: false,
    ignore: ["**/.git/**", "**/__pycache__/**"],
  });
  return found.toSorted();
}
