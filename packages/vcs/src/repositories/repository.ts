import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRealFolder, namesIn } from "@murre/files";
import { RevisionNotFound } from "../errors.ts";
import { failureOf } from "../git/failures.ts";
import { git, tryGit, type GitEnd, type GitRun } from "../git/run-git.ts";
import { isCommitId, localRun, remote, tryRemote, type ObjectFormat } from "../git/runs.ts";
import type { RepositoryServices } from "../git/services.ts";
import { parseAdvertised, type Advertised } from "./references.ts";
import type { VcsUrl } from "../url/vcs-url.ts";

/** Which copy of a repository: single commits with all their files, or all commits without the files of most. */
export type CopyKind = "snapshots" | "history";

/**
 * A bare copy of a repository in a temporary folder of this operation: nobody else has it while this one works with it. Its configuration is
 * written anew each time, and nothing but objects and references is believed of what lies there.
 */
export class Repository {
  readonly path: string;
  readonly url: VcsUrl;
  readonly #services: RepositoryServices;
  readonly #kind: CopyKind;
  #format: ObjectFormat = "sha1";

  constructor(path: string, url: VcsUrl, kind: CopyKind, services: RepositoryServices) {
    this.path = path;
    this.url = url;
    this.#kind = kind;
    this.#services = services;
  }

  /** Makes it, or makes what an earlier operation left fit for use. */
  async open(format: ObjectFormat): Promise<void> {
    if (!isRealFolder(join(this.path, "objects"))) {
      rmSync(this.path, { recursive: true, force: true });
      mkdirSync(this.path, { recursive: true, mode: 0o775 });
      await this.#local(["init", "--quiet", "--bare", "--template=", `--object-format=${format}`], "making a copy");
    }
    const kept = new Set(["HEAD", "objects", "packed-refs", "refs", "shallow"]);
    for (const entry of readdirSync(this.path, { withFileTypes: true }))
      if (!kept.has(entry.name) || entry.isSymbolicLink())
        rmSync(join(this.path, entry.name), { recursive: true, force: true });
    rmSync(join(this.path, "objects/info"), { recursive: true, force: true });
    for (const name of namesIn(join(this.path, "objects/pack")))
      if (/^tmp_|\.lock$/.test(name)) rmSync(join(this.path, "objects/pack", name), { force: true });
    this.#format = format;
    this.#configure(this.#kind);
  }

  #configure(kind: CopyKind): void {
    writeFileSync(join(this.path, "config"), configuration(this.#format, kind));
  }

  /** It is damaged: the next one begins anew. */
  remove(): void {
    rmSync(join(this.path, "objects"), { recursive: true, force: true });
  }

  async has(commit: string): Promise<boolean> {
    const end = await this.#tryLocal(["cat-file", "-e", `${commit}^{commit}`], "looking for a commit");
    return end.status === 0;
  }

  /** Fetches one commit with its files, and nothing before it where the server allows. @throws {RevisionNotFound} */
  async fetchCommit(commit: string): Promise<void> {
    const refspec = `+${commit}:refs/murre/${commit}`;
    const end = await this.#fetch(["--depth=1", "--no-tags"], [refspec], commit);
    if (end.status === 0 && (await this.has(commit))) return;
    if (end.status !== 0 && !isRefusal(end)) throw this.#failure(end, commit);
    // Dumb servers, and those that give what they advertise alone.
    const deepen = existsSync(join(this.path, "shallow")) ? ["--unshallow"] : [];
    const all = await this.#fetch([...deepen, "--no-tags"], branchesAndTags, commit);
    if (all.status !== 0) throw this.#failure(all, commit);
    if (!(await this.has(commit)))
      throw new RevisionNotFound(this.url.shown, commit, `has no commit ${commit}, on no branch and under no tag`);
  }

  /** Fetches all branches and tags, and a commit that may be on none of them; of files what the server insists on. */
  async fetchHistory(commit: string | undefined): Promise<void> {
    const options = ["--no-tags", "--prune"];
    const partial = ["--filter=blob:none", allDepth, ...options];
    if (commit !== undefined) {
      const end = await this.#fetch(partial, [...branchesAndTags, `+${commit}:refs/murre/${commit}`], "the history");
      if (end.status === 0) return;
      if (!isRefusal(end)) throw this.#failure(end, commit);
    }
    const end = await this.#fetch(partial, branchesAndTags, "the history");
    if (end.status === 0) return;
    if (!isRefusal(end)) throw this.#failure(end, "the history");
    // As a copy of all that there is.
    this.#configure("snapshots");
    const all = await this.#fetch(options, branchesAndTags, "the history");
    if (all.status !== 0) throw this.#failure(all, "the history");
  }

  /** The commit that a beginning of its name names. @throws {RevisionNotFound} */
  async commitNamed(beginning: string): Promise<string> {
    const end = await this.#tryLocal(
      ["rev-parse", "--verify", "--quiet", "--end-of-options", `${beginning}^{commit}`],
      "looking for a commit",
    );
    const commit = end.stdout.toString("latin1").trim();
    if (end.status === 0 && isCommitId(commit)) return commit;
    throw new RevisionNotFound(
      this.url.shown,
      beginning,
      `has no branch and no tag ${beginning}, and no commit, or several, whose name begins so`,
    );
  }

  /** Branches and tags. */
  async references(): Promise<readonly Advertised[]> {
    const words = ["for-each-ref", "--format=%(objectname)%09%(refname)", "refs/heads/", "refs/tags/"];
    return parseAdvertised((await this.#local(words, "listing branches")).toString("utf8"));
  }

  /** Tags, as `packed-refs` has them. */
  async packedTags(): Promise<string> {
    const listed = await this.#local(
      ["for-each-ref", "--format=%(objectname) %(refname)", "refs/tags/"],
      "listing tags",
    );
    return listed.toString("utf8");
  }

  async #fetch(options: readonly string[], refspecs: readonly string[], what: string): Promise<GitEnd> {
    const { onEvent } = this.#services;
    onEvent?.({ type: "fetching", repository: this.url.shown, revision: what });
    const args = ["fetch", "--progress", "--force", "--no-write-fetch-head", "--no-auto-maintenance", ...options];
    return tryRemote(this.#services, this.url, {
      cwd: this.path,
      args: ["--git-dir=.", ...args, "--end-of-options", remote, ...refspecs],
      task: `fetching ${what}`,
    });
  }

  #failure(end: GitEnd, what: string): Error {
    const { shown } = this.url;
    if (/not our ref/.test(end.stderr)) return new RevisionNotFound(shown, what, `has no commit ${what}`);
    return failureOf({ repository: shown, task: `fetching ${what}` }, end);
  }

  #local(args: readonly string[], task: string): Promise<Buffer> {
    return git(this.#run(args, task));
  }

  #tryLocal(args: readonly string[], task: string): Promise<GitEnd> {
    return tryGit(this.#run(args, task));
  }

  #run(args: readonly string[], task: string): GitRun {
    return localRun(this.#services, this.url, this.path, ["--git-dir=.", ...args], task);
  }
}

/**
 * As git says "all". Of a repository that is shallow itself this fetches what there is; and who cannot tell about depths refuses it. Without it git
 * would look for what is missing by fetching, which looks for what is missing (a new process each time, without end).
 */
const allDepth = "--depth=2147483647";

const branchesAndTags = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];

/** Whether a server, or the way to it, gives single commits not at all: all that it advertises may have it. */
function isRefusal({ stderr }: GitEnd): boolean {
  return /unadvertised object|dumb http transport|does not support (?:shallow|--depth|filter)|couldn't find remote ref/i.test(
    stderr,
  );
}

function configuration(format: ObjectFormat, kind: CopyKind): string {
  const extensions = [
    ...(format === "sha256" ? ["objectFormat = sha256"] : []),
    ...(kind === "history" ? [`partialClone = ${remote}`] : []),
  ];
  const lines = [`[core]`, `repositoryformatversion = ${extensions.length === 0 ? 0 : 1}`, "bare = true"];
  if (extensions.length > 0) lines.push("[extensions]", ...extensions);
  if (kind === "history") lines.push(`[remote "${remote}"]`, "promisor = true", "partialclonefilter = blob:none");
  return `${lines.join("\n")}\n`;
}
