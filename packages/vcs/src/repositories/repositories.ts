import { mkdirSync, rmSync } from "node:fs";
import { hashedName } from "@murre/cache";
import { hasCode } from "@murre/files";
import { isLocalUrl } from "@murre/pep508";
import { RepositoryOffline, RevisionNotFound, UnsafeRepository, type VcsErrorCode } from "../errors.ts";
import { failureOf } from "../git/failures.ts";
import { formatOf, isCommitId, remote, tryRemote, type ObjectFormat } from "../git/runs.ts";
import type { GitEnd } from "../git/run-git.ts";
import type { RepositoryServices } from "../git/services.ts";
import { submoduleUrl } from "../url/submodule-url.ts";
import type { VcsUrl } from "../url/vcs-url.ts";
import { chooseReference, parseAdvertised, type Advertised } from "./references.ts";
import { Repository, type CopyKind } from "./repository.ts";
import { WorkingClone } from "./working-clone.ts";
import { Tree, type Submodule } from "./tree.ts";

/** The files of one commit. */
export interface CheckoutRequest {
  readonly url: VcsUrl;
  /** Its whole name. */
  readonly commit: string;
  /** A path at which nothing is yet, in a folder that nobody else writes to. */
  readonly destination: string;
}

/**
 * Repositories for one operation. Of all processes that share a cache one fetches from a repository at a time, and the others find what it
 * fetched; what an operation was given is its own, whoever cleans the cache meanwhile.
 */
export interface Repositories {
  /**
   * The commit that a URL's revision names now; a whole name asks nobody. Asked once in an operation.
   * @throws {RevisionNotFound} {RepositoryNotFound} {RepositoryUnreachable} {GitAuthenticationFailed} {GitNotFound} {GitFailed} {RepositoryOffline}
   */
  resolve(url: VcsUrl): Promise<string>;
  /** Writes the files of a commit and of its submodules, each with a `.git` of its own. @throws as resolve(), and {UnsafeRepository} */
  checkOut(request: CheckoutRequest): Promise<void>;
  /** Adds what comes before the commit, and the tags, to what was checked out: versions are made of it. @throws as resolve() */
  addHistory(request: CheckoutRequest): Promise<void>;
  /**
   * Makes a clone for people to work in, or brings the one that is there to what its URL's revision names now; one process at a time does.
   * @returns the commit
   * @throws {CloneInTheWay} {CloneChanged}; and as checkOut()
   */
  clone(url: VcsUrl, folder: string): Promise<string>;
}

/** Nothing is asked before one of its functions is called. They wait for other processes: call them holding neither a lock nor a flight. */
export function openRepositories(services: RepositoryServices): Repositories {
  return new CachedRepositories(services);
}

/** Nobody needs more; a hostile repository could have each submodule have several. */
const mostSubmodules = 1000;
const deepestSubmodule = 20;

class CachedRepositories implements Repositories {
  readonly #services: RepositoryServices;
  readonly #began = Date.now();
  readonly #resolved = new Map<string, Promise<string>>();

  constructor(services: RepositoryServices) {
    this.#services = services;
  }

  resolve(url: VcsUrl): Promise<string> {
    const { revision = "HEAD" } = url;
    if (isCommitId(revision.toLowerCase())) return Promise.resolve(revision.toLowerCase());
    const key = JSON.stringify([url.repository, url.credentials, revision]);
    const known = this.#resolved.get(key) ?? this.#resolve(url, revision);
    this.#resolved.set(key, known);
    return known;
  }

  async #resolve(url: VcsUrl, revision: string): Promise<string> {
    const { cache, offline = false, signal } = this.#services;
    const name = ["git", hashedName(url.key), hashedName(revision)] as const;
    const noted = (since: number) => readNote(cache.documents.read(...name), since);
    if (offline && !isLocalUrl(url.repository)) {
      const commit = noted(0)?.commit;
      if (commit === undefined) throw new RepositoryOffline(url.shown, `what ${revision} is`);
      return commit;
    }
    const { commit } = await cache.documentOnce({
      key: `${revision} of ${url.shown}`,
      signal,
      // What another process was told since this operation began is as good.
      lookup: () => noted(this.#began),
      make: async () => {
        const commit = await this.#ask(url, revision);
        cache.documents.write(name, JSON.stringify({ commit, at: Date.now() } satisfies Note));
        return { commit };
      },
    });
    return commit;
  }

  async #ask(url: VcsUrl, revision: string): Promise<string> {
    const task = `looking for ${revision}`;
    const end = await this.#listRemote(url, ["--end-of-options", remote], task);
    const { shown } = url;
    if (end.status !== 0) throw failureOf({ repository: shown, task }, end);
    const advertised = parseAdvertised(end.stdout.toString("utf8"));
    const commit = chooseReference(advertised, revision);
    if (commit !== undefined) return commit;
    if (/^[0-9a-f]{4,63}$/i.test(revision))
      return this.#commitNamed(url, revision.toLowerCase(), formatOf(advertised[0]?.object ?? ""));
    const isEmpty = advertised.length === 0;
    throw new RevisionNotFound(
      shown,
      revision,
      isEmpty ? "is empty: it has no commits" : `has no branch and no tag ${revision}`,
    );
  }

  #commitNamed(url: VcsUrl, beginning: string, format: ObjectFormat): Promise<string> {
    return this.#taking(url, "history", format, async (copy) => {
      await copy.fetchHistory(undefined);
      return copy.commitNamed(beginning);
    });
  }

  async checkOut(request: CheckoutRequest): Promise<void> {
    const budget = { left: mostSubmodules };
    await this.#checkOut(request, 0, budget);
  }

  async #checkOut(
    { url, commit, destination }: CheckoutRequest,
    depth: number,
    budget: { left: number },
    isSecond = false,
  ): Promise<void> {
    if (depth > deepestSubmodule || budget.left < 0)
      throw new UnsafeRepository(url.shown, "has more submodules than anybody needs");
    const tree = new Tree(destination, url, commit, this.#services);
    await this.#taking(url, "snapshots", formatOf(commit), async (copy) => {
      if (!(await copy.has(commit))) await copy.fetchCommit(commit);
      await tree.takeObjects(copy);
    });
    let submodules: readonly Submodule[];
    try {
      submodules = await tree.write();
    } catch (error) {
      if (!hasCode<VcsErrorCode>(error, "MURRE_GIT_FAILED") || isSecond) throw error;
      await this.#taking(url, "snapshots", formatOf(commit), async (copy) => copy.remove());
      rmSync(destination, { recursive: true, force: true });
      return this.#checkOut({ url, commit, destination }, depth, budget, true);
    }
    if (this.#services.lfs === true) await tree.fetchLargeFiles();
    for (const submodule of submodules) {
      budget.left -= 1;
      const { path, url: written, commit } = submodule;
      await this.#checkOut(
        { url: submoduleUrl(written, url, path), commit, destination: tree.folderFor(submodule) },
        depth + 1,
        budget,
      );
    }
  }

  async addHistory(request: CheckoutRequest): Promise<void> {
    await this.#addHistory(request);
  }

  /** @returns the branches and tags that lead there */
  #addHistory({ url, commit, destination }: CheckoutRequest): Promise<readonly Advertised[]> {
    const tree = new Tree(destination, url, commit, this.#services);
    return this.#taking(url, "history", formatOf(commit), async (copy) => {
      if (!(await copy.has(commit))) await copy.fetchHistory(commit);
      await tree.takeHistory(copy);
      return copy.references();
    });
  }

  async clone(url: VcsUrl, folder: string): Promise<string> {
    const commit = await this.resolve(url);
    const clone = new WorkingClone(folder, url, {
      services: this.#services,
      headBranch: (of) => this.#headBranch(of),
      checkOutAll: async (request) => {
        await this.checkOut(request);
        return this.#addHistory(request);
      },
    });
    await clone.bringTo(commit);
    return commit;
  }

  async #headBranch(url: VcsUrl): Promise<string | undefined> {
    const { offline = false } = this.#services;
    if (offline && !isLocalUrl(url.repository)) return undefined;
    const words = ["--symref", "--end-of-options", remote, "HEAD"];
    const end = await this.#listRemote(url, words, "looking for its branch");
    return /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(end.stdout.toString("utf8"))?.[1];
  }

  /** What a repository says of itself: asked from an empty folder, where no configuration of another one counts. */
  async #listRemote(url: VcsUrl, words: readonly string[], task: string): Promise<GitEnd> {
    const cwd = this.#services.cache.temporaryPath();
    mkdirSync(cwd, { recursive: true });
    try {
      return await tryRemote(this.#services, url, { cwd, args: ["ls-remote", "--quiet", ...words], task });
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  }

  /** Works with a copy that nobody else has meanwhile, and gives it back for the next one. What a killed process had taken is swept with its lease. */
  #taking<T>(url: VcsUrl, kind: CopyKind, format: ObjectFormat, work: (copy: Repository) => Promise<T>): Promise<T> {
    const { cache, signal } = this.#services;
    const name = hashedName(JSON.stringify([url.key, kind, format]));
    const turn = { name: `git ${name}`, subject: `the repository ${url.shown}`, signal };
    return cache.inTurn(turn, async () => {
      const path = cache.takeFolder(name);
      const copy = new Repository(path, url, kind, this.#services);
      try {
        await copy.open(format);
        const result = await work(copy);
        cache.keepFolder(path, name);
        return result;
      } catch (error) {
        // What the server or the network was the reason of leaves a copy as it was; any other one may be damaged, and can be fetched again.
        if (hasCode<VcsErrorCode>(error, ...harmless)) cache.keepFolder(path, name);
        else rmSync(path, { recursive: true, force: true });
        throw error;
      }
    });
  }
}

/** Failures after which a copy is what it was. */
const harmless: readonly VcsErrorCode[] = [
  "MURRE_GIT_AUTHENTICATION",
  "MURRE_REPOSITORY_NOT_FOUND",
  "MURRE_REPOSITORY_OFFLINE",
  "MURRE_REPOSITORY_UNREACHABLE",
  "MURRE_REVISION_NOT_FOUND",
];

interface Note {
  readonly commit: string;
  readonly at: number;
}

/** Undefined for what is missing, torn, foreign, or older than that. */
function readNote(bytes: Buffer | undefined, since: number): Note | undefined {
  if (bytes === undefined) return undefined;
  try {
    const note = JSON.parse(bytes.toString("utf8")) as Partial<Note> | null;
    const { commit, at } = note ?? {};
    return typeof commit === "string" &&
      isCommitId(commit) &&
      typeof at === "number" &&
      at >= since &&
      at <= Date.now() + 1000
      ? { commit, at }
      : undefined;
  } catch {
    return undefined;
  }
}
