import { accessSync, constants } from "node:fs";
import { join, sep } from "node:path";
import type { BuiltState } from "./built-wheels.ts";
import { copySource } from "./copy-source.ts";
import type { HookWatch } from "../backend/run-hook.ts";
import {
  changesBetween,
  realPath,
  settledListing,
  listSource,
  type ListingOptions,
  type SourceChange,
  type SourceListing,
} from "./source-tree.ts";
import { listStaticParts, type StaticPartsOptions } from "./static-parts.ts";

/** What builds leave beside their sources, wherever a project lies in the tree; git refreshes its index when it is asked for a version. */
const byProducts = /^(?:.*\/)?(?:[^/]+\.egg-info|\.eggs)(?:\/|$)|^(?:\.\.\/)?\.git\/index$/;
const outputs = /^((?:.*\/)?)(?:build|dist)(?:\/|$)/;
const projectFiles = ["pyproject.toml", "setup.py", "setup.cfg"];

export interface FolderOptions extends ListingOptions, StaticPartsOptions {
  /** Only what an editable wheel depends on counts as a change. */
  readonly isEditable: boolean;
}

/**
 * A folder of the user's, in which it is built. Everything that is not a build's own doing counts as a change: a wheel is noted only for
 * states between which nothing else happened, so that an edit during a build goes unnoticed by nobody.
 */
export class SourceFolder {
  readonly path: string;
  readonly real: string;
  readonly watch: HookWatch;
  readonly #subdirectory: string;
  readonly #options: FolderOptions;
  #listing: Promise<SourceListing> | undefined;
  /** Fingerprints of states that differ in what builds wrote, and in nothing else; the latest is the last. */
  #states: string[] = [];

  constructor(path: string, subdirectory: string | undefined, options: FolderOptions) {
    this.path = path;
    this.real = realPath(path);
    this.watch = { reads: options.isEditable, written: new Map(), outside: new Map() };
    this.#subdirectory = subdirectory === undefined ? "" : `${subdirectory}/`;
    this.#options = options;
  }

  /** The state that is gone by: the first that was seen, until a hook runs. */
  async fingerprint(): Promise<string> {
    await (this.#listing ??= this.#look());
    return this.#states.at(-1) ?? "";
  }

  /** What counts: all of it, or what an editable wheel depends on. */
  readonly #list = (): Promise<SourceListing> =>
    this.#options.isEditable
      ? listStaticParts(this.path, this.#subdirectory, this.#options)
      : listSource(this.path, this.#options);

  async #look(): Promise<SourceListing> {
    const listing = await settledListing(this.#list);
    this.#states = [listing.fingerprint];
    return listing;
  }

  /** To be called when nobody else builds in the folder, before a hook runs: takes in what happened since. */
  async begin(made: ReadonlySet<string>): Promise<string> {
    await this.fingerprint();
    await this.#advance(await settledListing(this.#list), made);
    return this.fingerprint();
  }

  /**
   * To be called after a hook that was begun.
   * @returns for which states the hook's result is right; undefined where something else changed meanwhile, so that it is for none.
   */
  async end(made: ReadonlySet<string>): Promise<BuiltState | undefined> {
    const listing = await this.#list();
    const isOwn = await this.#advance(listing, made);
    if (!isOwn) return undefined;
    const written = [...this.watch.written].filter(([path, state]) => state === "new" || made.has(path));
    return {
      fingerprints: [...this.#states],
      outside: [...this.watch.outside].filter(([path]) => !this.#isListed(path, listing)),
      made: [...new Set([...made, ...written.map(([path]) => path)])],
    };
  }

  #isListed(path: string, { facts }: SourceListing): boolean {
    const inside = `${this.real}${sep}`;
    return path.startsWith(inside) && facts.has(path.slice(inside.length).replaceAll(sep, "/"));
  }

  /** @returns whether everything that changed since is a build's own doing. */
  async #advance(now: SourceListing, made: ReadonlySet<string>): Promise<boolean> {
    const before = await (this.#listing ?? now);
    this.#listing = Promise.resolve(now);
    const changes = changesBetween(before, now);
    if (changes.length === 0) return true;
    const isOwn = (change: SourceChange) => this.#isOwn(change, now, made);
    const own = changes.filter((change) => isOwn(change));
    const holdsOwn = ({ path, isFolder }: SourceChange) =>
      isFolder && own.some((one) => one.path.startsWith(`${path}/`));
    const isAllOwn = changes.every((change) => own.includes(change) || holdsOwn(change));
    this.#states = [...(isAllOwn ? this.#states : []), now.fingerprint];
    return isAllOwn;
  }

  /**
   * In a place where builds leave things; or made by the backend's own process: newly, with the bytes that were there, or again.
   * A file that was there before and has other bytes is a change, whoever wrote it.
   */
  #isOwn({ path, wasThere }: SourceChange, { facts }: SourceListing, made: ReadonlySet<string>): boolean {
    if (byProducts.test(path)) return true;
    const project = outputs.exec(path)?.[1];
    if (project !== undefined && projectFiles.some((name) => facts.has(`${project}${name}`))) return true;
    if (!path.startsWith(this.#subdirectory)) return false;
    const inTree = path.slice(this.#subdirectory.length);
    const state = this.watch.written.get(inTree);
    if (state === undefined) return false;
    return state === "same" || (state === "new" && !wasThere) || made.has(inTree);
  }

  /** The folder itself where it can be written to, as builds do; else a copy, which nothing could be imported from afterwards. */
  async treeFor(destination: string): Promise<{ readonly tree: string; readonly isInPlace: boolean }> {
    if (this.#options.isEditable || isWritable(join(this.path, this.#subdirectory)))
      return { tree: this.path, isInPlace: true };
    const { signal } = this.#options;
    await copySource(this.path, destination, await (this.#listing ??= this.#look()), signal);
    return { tree: destination, isInPlace: false };
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch (error) {
    // What is not there at all is said by whoever reads it.
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}
