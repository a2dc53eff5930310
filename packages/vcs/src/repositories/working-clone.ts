import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { hasCode, isRealFolder, namesIn } from "@murre/files";
import { CloneChanged, CloneInTheWay, type VcsErrorCode } from "../errors.ts";
import { git, tryGit } from "../git/run-git.ts";
import { isCommitId, localRun } from "../git/runs.ts";
import type { RepositoryServices } from "../git/services.ts";
import { submoduleUrl } from "../url/submodule-url.ts";
import { parseVcsUrl, type VcsUrl } from "../url/vcs-url.ts";
import { parseAdvertised, type Advertised } from "./references.ts";
import { linkTree, Tree } from "./tree.ts";

/** What a clone takes of the repositories of an operation. */
export interface CloneSources {
  readonly services: RepositoryServices;
  /** Writes a commit's files and those of its submodules, with what comes before it and the branches that lead there. */
  checkOutAll(request: CloneRequest): Promise<readonly Advertised[]>;
  /** The branch that is the repository's HEAD; undefined where nobody can tell. */
  headBranch(url: VcsUrl): Promise<string | undefined>;
}

interface CloneRequest {
  readonly url: VcsUrl;
  readonly commit: string;
  readonly destination: string;
}

/** In a clone's `.git`: that murre made or moved it, to which commit, and to which one it is on its way. */
const markName = "murre-clone";

interface Mark {
  readonly at?: string;
  readonly moving?: string;
}

/**
 * A clone that people work in (pip's `src/NAME`). It appears whole, under another name beside first; and it is moved to another commit only where nothing
 * of its user's own would be lost. A move that was killed is completed by the next one.
 */
export class WorkingClone {
  readonly #folder: string;
  readonly #url: VcsUrl;
  readonly #from: CloneSources;

  constructor(folder: string, url: VcsUrl, from: CloneSources) {
    this.#folder = folder;
    this.#url = url;
    this.#from = from;
  }

  /** Makes it, or brings it to this commit. @throws {CloneInTheWay} {CloneChanged} */
  async bringTo(commit: string): Promise<void> {
    if (this.#exists() && (await this.#isAt(commit))) return;
    const { cache, signal } = this.#from.services;
    // Repositories are waited for before the clone is: nobody waits for one while they hold the other.
    const made = join(cache.temporaryPath(), "clone");
    try {
      await this.#make(made, commit);
      const turn = { name: `clone ${this.#folder}`, subject: `the clone ${this.#folder}`, signal };
      await cache.inTurn(turn, async () => {
        if (!this.#exists() && (await this.#place(made))) return;
        if (!(await this.#isAt(commit))) await this.#bring(made, commit);
      });
    } finally {
      rmSync(made, { recursive: true, force: true });
    }
  }

  #exists(): boolean {
    return lstatSync(this.#folder, { throwIfNoEntry: false }) !== undefined;
  }

  async #isAt(commit: string): Promise<boolean> {
    await this.#refuseOthers();
    return (await this.#head()) === commit && this.#readMark().moving === undefined;
  }

  async #make(path: string, commit: string): Promise<void> {
    const references = await this.#from.checkOutAll({ url: this.#url, commit, destination: path });
    await this.#configure(path);
    await this.#git(path, ["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"], "making a clone");
    await this.#takeReferences(path, references);
    await this.#settle(path, commit, await this.#branch(path));
  }

  /** Only one process at a time does this. @returns false where somebody of another cache made it meanwhile */
  async #place(made: string): Promise<boolean> {
    const parent = dirname(this.#folder);
    const prefix = `.${basename(this.#folder)}.murre-`;
    mkdirSync(parent, { recursive: true });
    // What killed processes left.
    for (const name of namesIn(parent))
      if (name.startsWith(prefix)) rmSync(join(parent, name), { recursive: true, force: true });
    if (this.#tryRename(made)) return this.#exists();
    const beside = join(parent, `${prefix}${randomUUID()}`);
    try {
      await cp(made, beside, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
      return this.#tryRename(beside);
    } finally {
      rmSync(beside, { recursive: true, force: true });
    }
  }

  /** @returns false where that is another file system, or something is there. */
  #tryRename(path: string): boolean {
    try {
      renameSync(path, this.#folder);
      return true;
    } catch (error) {
      if (hasCode<string>(error, "EXDEV", "EEXIST", "ENOTEMPTY", "ENOTDIR", "EPERM")) return false;
      throw error;
    }
  }

  /** What a killed process was about to do is done over whatever is there: before it began, nothing of the user's own was. */
  async #bring(made: string, commit: string): Promise<void> {
    const head = await this.#head();
    const { at, moving } = this.#readMark();
    const isTorn = moving !== undefined;
    await this.#configure(this.#folder);
    await linkTree(join(made, ".git/objects"), join(this.#folder, ".git/objects"));
    await this.#takeReferences(this.#folder, await this.#referencesOf(made));
    const branch = await this.#tryGit(made, ["symbolic-ref", "--quiet", "--short", "HEAD"]);
    if (!isTorn) {
      await this.#refuseChanged(head, at);
      if (branch !== undefined) await this.#refuseUnpushed(branch, at);
    }
    this.#mark(this.#folder, { at: head, moving: commit });
    if (isTorn) for (const lock of ["index", "HEAD"]) rmSync(join(this.#folder, `.git/${lock}.lock`), { force: true });
    await this.#move(this.#folder, made, this.#url, commit, isTorn ? "force" : "keep");
    await this.#settle(this.#folder, commit, branch);
  }

  /** As `git clone --filter=blob:none` does (pip): files of other commits come when somebody asks for them. */
  async #configure(path: string): Promise<void> {
    for (const [key, value] of [
      ["core.repositoryformatversion", "1"],
      ["extensions.partialClone", "origin"],
      ["remote.origin.promisor", "true"],
      ["remote.origin.partialclonefilter", "blob:none"],
    ] as const)
      await this.#git(path, ["config", key, value], "making a clone");
  }

  async #referencesOf(made: string): Promise<readonly Advertised[]> {
    const words = ["for-each-ref", "--format=%(objectname)%09%(refname)", "refs/remotes/origin/", "refs/tags/"];
    return parseAdvertised(await this.#git(made, words, "listing branches"));
  }

  /** The repository's branches as `origin/…`, and those of its tags that the clone has not. */
  async #takeReferences(path: string, references: readonly Advertised[]): Promise<void> {
    const known = await this.#git(path, ["for-each-ref", "--format=%(refname)", "refs/tags"], "listing tags");
    const tags = new Set(known.split("\n"));
    const updates = references.flatMap(({ object, name }) => {
      if (name.startsWith("refs/tags/")) return tags.has(name) ? [] : [`create ${name} ${object}\n`];
      const branch = name.replace(/^refs\/(?:heads|remotes\/origin)\//, "");
      return branch === "HEAD" ? [] : [`update refs/remotes/origin/${branch} ${object}\n`];
    });
    await git({
      ...localRun(this.#from.services, this.#url, path, ["update-ref", "--stdin"], "taking its branches over"),
      input: updates.join(""),
    });
  }

  /** The branch to be on: the one that the URL names, or the repository's own. Undefined: a tag or a commit is on none. */
  async #branch(path: string): Promise<string | undefined> {
    const { revision } = this.#url;
    const own = async () => {
      const known = await this.#tryGit(path, ["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"]);
      return known?.replace(/^origin\//, "") ?? (await this.#from.headBranch(this.#url));
    };
    const name = revision === undefined ? await own() : revision.replace(/^refs\/heads\//, "");
    if (name === undefined) return undefined;
    const isBranch = await this.#tryGit(path, ["rev-parse", "--verify", "--quiet", `refs/remotes/origin/${name}`]);
    return isBranch === undefined ? undefined : name;
  }

  async #settle(path: string, commit: string, branch: string | undefined): Promise<void> {
    if (branch !== undefined) {
      const task = "choosing its branch";
      for (const words of [
        ["update-ref", `refs/remotes/origin/${branch}`, commit],
        ["update-ref", `refs/heads/${branch}`, commit],
        ["symbolic-ref", "HEAD", `refs/heads/${branch}`],
        ["config", `branch.${branch}.remote`, "origin"],
        ["config", `branch.${branch}.merge`, `refs/heads/${branch}`],
      ])
        await this.#git(path, words, task);
      if (this.#url.revision === undefined)
        await this.#git(path, ["symbolic-ref", "refs/remotes/origin/HEAD", `refs/remotes/origin/${branch}`], task);
    }
    this.#mark(path, { at: commit });
  }

  /** @throws {CloneInTheWay} where it is no clone of the repository */
  async #refuseOthers(): Promise<void> {
    const refuse = (problem: string) => new CloneInTheWay(this.#folder, this.#url.shown, problem);
    if (!isRealFolder(this.#folder) || !isRealFolder(join(this.#folder, ".git"))) throw refuse("is no clone of git");
    const origin = await this.#tryGit(this.#folder, ["config", "--get", "remote.origin.url"]);
    if (origin === undefined) throw refuse("is a repository of its own");
    if (keyOf(origin) !== this.#url.key) throw refuse("is a clone of another repository");
    if ((await this.#tryGit(this.#folder, ["rev-parse", "--verify", "--quiet", "HEAD"])) === undefined)
      throw refuse("has no commit");
  }

  /** @throws {CloneChanged} where changes or commits of its user's own would be lost */
  async #refuseChanged(head: string, at: string | undefined): Promise<void> {
    const words = ["status", "--porcelain", "--untracked-files=no"];
    const changed = (await this.#git(this.#folder, words, "looking for changes")).split("\n").filter(Boolean);
    if (changed.length > 0) {
      const names = changed.map((line) => line.replace(/^\S+\s+/, "").trim());
      const shown = `${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}`;
      throw new CloneChanged(this.#folder, `has changes that are not committed (${shown})`);
    }
    if (head !== at && !(await this.#isPushed(head)))
      throw new CloneChanged(this.#folder, `has commits that ${this.#url.shown} does not have`);
  }

  async #refuseUnpushed(branch: string, at: string | undefined): Promise<void> {
    const own = await this.#tryGit(this.#folder, ["rev-parse", "--verify", "--quiet", `refs/heads/${branch}`]);
    if (own !== undefined && own !== at && !(await this.#isPushed(own)))
      throw new CloneChanged(this.#folder, `has commits on ${branch} that ${this.#url.shown} does not have`);
  }

  async #isPushed(commit: string): Promise<boolean> {
    const words = ["for-each-ref", "--count=1", `--contains=${commit}`, "refs/remotes", "refs/tags"];
    return (await this.#git(this.#folder, words, "looking for commits")) !== "";
  }

  /** The files of another commit, and those of its submodules. What is in no commit stays, or is in the way. @throws {CloneChanged} */
  async #move(path: string, made: string, url: VcsUrl, commit: string, how: "force" | "keep"): Promise<void> {
    const tree = new Tree(path, url, commit, this.#from.services);
    let submodules;
    try {
      submodules = await tree.write(how);
    } catch (error) {
      if (how === "force" || !hasCode<VcsErrorCode>(error, "MURRE_GIT_FAILED")) throw error;
      this.#mark(this.#folder, { at: await this.#head() });
      throw new CloneChanged(this.#folder, "has files in the way of those of the other commit", { cause: error });
    }
    for (const submodule of submodules) {
      const folder = tree.folderFor(submodule);
      const from = join(made, submodule.path);
      if (isRealFolder(join(folder, ".git"))) {
        await linkTree(join(from, ".git/objects"), join(folder, ".git/objects"));
        const inner = submoduleUrl(submodule.url, url, submodule.path);
        await this.#move(folder, from, inner, submodule.commit, how);
      } else await cp(from, folder, { recursive: true, verbatimSymlinks: true, force: true });
    }
  }

  async #head(): Promise<string> {
    return this.#git(this.#folder, ["rev-parse", "--verify", "HEAD"], "reading its commit");
  }

  #mark(path: string, mark: Mark): void {
    writeFileSync(join(path, ".git", markName), JSON.stringify(mark));
  }

  /** A torn one was about to be written before anything began. */
  #readMark(): Mark {
    try {
      const read = JSON.parse(readFileSync(join(this.#folder, ".git", markName), "utf8")) as Record<string, unknown>;
      const commit = (key: keyof Mark) => {
        const text = read[key];
        return typeof text === "string" && isCommitId(text) ? { [key]: text } : {};
      };
      return { ...commit("at"), ...commit("moving") };
    } catch {
      return {};
    }
  }

  async #git(path: string, words: readonly string[], task: string): Promise<string> {
    return (await git(localRun(this.#from.services, this.#url, path, words, task))).toString("utf8").trim();
  }

  async #tryGit(path: string, words: readonly string[]): Promise<string | undefined> {
    const { status, stdout } = await tryGit(localRun(this.#from.services, this.#url, path, words, "reading a clone"));
    const text = stdout.toString("utf8").trim();
    return status === 0 && text !== "" ? text : undefined;
  }
}

/** Undefined for what is no URL of a repository that can be named. */
function keyOf(origin: string): string | undefined {
  try {
    return parseVcsUrl(pipUrl(origin)).key;
  } catch {
    return undefined;
  }
}

/** A remote as a `git+` URL: git knows `git@host:path` and plain paths as well. */
function pipUrl(origin: string): string {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(origin)) return `git+${origin}`;
  const scp = /^([^/@:]+@)?([^/:]+):(?!\/\/)(.*)$/.exec(origin);
  if (scp !== null && !/^[a-z]$/i.test(scp[2] ?? ""))
    return `git+ssh://${scp[1] ?? ""}${scp[2] ?? ""}/${(scp[3] ?? "").replace(/^\//, "")}`;
  return `git+file://${origin.startsWith("/") ? "" : "/"}${origin.replaceAll("\\", "/")}`;
}

/** The clone in which a folder lies. */
export interface FoundClone {
  readonly folder: string;
  /** murre made it, or moved it. */
  readonly isMarked: boolean;
}

/** Looks for `.git` in a folder and above it. */
export function findClone(folder: string): FoundClone | undefined {
  for (let path = folder; ; path = dirname(path)) {
    if (isRealFolder(join(path, ".git")))
      return {
        folder: path,
        isMarked: lstatSync(join(path, ".git", markName), { throwIfNoEntry: false }) !== undefined,
      };
    if (dirname(path) === path) return undefined;
  }
}

/** From where a clone is, and where it is: `git+URL@COMMIT`, without credentials. Undefined where it has no such repository, or git is not there. */
export async function describeClone(
  folder: string,
  { env, platform, signal }: Pick<RepositoryServices, "env" | "platform" | "signal">,
): Promise<string | undefined> {
  try {
    const ask = async (...args: string[]) => {
      const run = localRun(
        { env, platform, signal } as RepositoryServices,
        { shown: folder } as VcsUrl,
        folder,
        args,
        "reading a clone",
      );
      return (await git(run)).toString("utf8").trim();
    };
    const origin = pipUrl(await ask("config", "--get", "remote.origin.url"));
    const commit = await ask("rev-parse", "--verify", "HEAD");
    return isCommitId(commit) ? `git+${parseVcsUrl(`${origin}@${commit}`).recorded}@${commit}` : undefined;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
