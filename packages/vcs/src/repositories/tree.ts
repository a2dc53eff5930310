import { link, copyFile, mkdir, readdir } from "node:fs/promises";
import { lstatSync, mkdirSync, readlinkSync, realpathSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { isRealFolder } from "@murre/files";
import { UnsafeRepository } from "../errors.ts";
import { git, tryGit } from "../git/run-git.ts";
import { formatOf, localRun, remote, tryRemote } from "../git/runs.ts";
import { failureOf } from "../git/failures.ts";
import type { RepositoryServices } from "../git/services.ts";
import type { VcsUrl } from "../url/vcs-url.ts";
import type { Repository } from "./repository.ts";

/** One entry of a commit's tree that is no plain file. */
interface SpecialEntry {
  readonly kind: "link" | "commit";
  /** As git has it: bytes. */
  readonly path: Buffer;
  readonly object: string;
}

/** A submodule, as `.gitmodules` names it. */
export interface Submodule {
  readonly path: string;
  readonly url: string;
  readonly commit: string;
}

/**
 * The files of one commit in a folder of this operation, with a repository of its own beside them (`.git`), so that backends can ask it, and nothing
 * that they do to it reaches the cache.
 */
export class Tree {
  readonly path: string;
  readonly #url: VcsUrl;
  readonly #commit: string;
  readonly #services: RepositoryServices;

  constructor(path: string, url: VcsUrl, commit: string, services: RepositoryServices) {
    this.path = path;
    this.#url = url;
    this.#commit = commit;
    this.#services = services;
  }

  /** Takes objects of a copy over, while nobody else has that. */
  async takeObjects(copy: Repository): Promise<void> {
    if (!isRealFolder(join(this.path, ".git"))) {
      mkdirSync(this.path, { recursive: true });
      await this.#local(
        ["init", "--quiet", "--template=", `--object-format=${formatOf(this.#commit)}`, "."],
        "making a folder",
      );
      await this.#local(["config", "remote.origin.url", this.#url.repository], "making a folder");
    }
    await linkTree(join(copy.path, "objects"), join(this.path, ".git/objects"));
    const shallow = join(copy.path, "shallow");
    if (lstatSync(shallow, { throwIfNoEntry: false })?.isFile() === true)
      await linkFile(shallow, join(this.path, ".git/shallow"));
  }

  /** What comes before the commit is there as well, as far as the repository has it. */
  async takeHistory(copy: Repository): Promise<void> {
    rmSync(join(this.path, ".git/shallow"), { force: true });
    await this.takeObjects(copy);
    writeFileSync(join(this.path, ".git/packed-refs"), await copy.packedTags());
  }

  /** Writes the files. @param how whether they go over what is there. @returns the submodules. @throws {UnsafeRepository} */
  async write(how: "force" | "keep" = "force"): Promise<readonly Submodule[]> {
    const force = how === "force" ? ["--force"] : [];
    await this.#local(["checkout", "--quiet", ...force, "--detach", this.#commit, "--"], "writing its files");
    const special = specialEntries(
      await this.#local(["ls-tree", "-r", "-z", "--full-tree", this.#commit], "listing its files"),
    );
    await this.#leaveOut(
      special.filter(({ kind, path }) => kind === "link" && this.#leadsOut(path)).map(({ path }) => path),
    );
    return this.#submodules(special.filter(({ kind }) => kind === "commit"));
  }

  /** Replaces what stands for large files by these. */
  async fetchLargeFiles(): Promise<void> {
    const task = "fetching large files (git-lfs)";
    const end = await tryRemote(this.#services, this.#url, { cwd: this.path, args: ["lfs", "pull", remote], task });
    if (end.status !== 0) throw failureOf({ repository: this.#url.shown, task }, end);
  }

  /** Where a submodule goes: the folder that git has made for it, and no link on the way. @throws {UnsafeRepository} */
  folderFor({ path }: Submodule): string {
    let folder = this.path;
    for (const part of path.split("/")) {
      folder = join(folder, part);
      if (part === "" || /^\.{1,2}$|^\.git$/i.test(part) || !isRealFolder(folder))
        throw new UnsafeRepository(this.#url.shown, `its submodule ${JSON.stringify(path)} has no folder of its own`);
    }
    return folder;
  }

  /** A link out of the tree is no part of it: what it leads to is this machine's. git is told that it is not missing. */
  async #leaveOut(paths: readonly Buffer[]): Promise<void> {
    if (paths.length === 0) return;
    for (const path of paths) unlinkSync(this.#at(path));
    const input = Buffer.concat(paths.flatMap((path) => [path, Buffer.from("\0")]));
    await git({
      ...localRun(
        this.#services,
        this.#url,
        this.path,
        ["update-index", "--skip-worktree", "-z", "--stdin"],
        "leaving out links",
      ),
      input,
    });
    const names = paths.map((path) => JSON.stringify(path.toString("utf8")));
    const message = `links that lead out of the repository are left out: ${names.slice(0, 5).join(", ")}${names.length > 5 ? " and others" : ""}`;
    this.#services.onEvent?.({ type: "left-out", repository: this.#url.shown, message });
  }

  #at(path: Buffer): Buffer {
    return Buffer.concat([Buffer.from(`${this.path}/`), path]);
  }

  /** By its own text, and by where it really leads: on the way there may be other links. */
  #leadsOut(path: Buffer): boolean {
    const place = this.#at(path);
    if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return false;
    const target = readlinkSync(place, "latin1");
    const led = posix.join(posix.dirname(path.toString("latin1")), target.replaceAll("\\", "/"));
    if (
      posix.isAbsolute(target) ||
      /^[a-z]:/i.test(target) ||
      led === ".." ||
      led.startsWith("../") ||
      /^\.git(?:\/|$)/i.test(led)
    )
      return true;
    try {
      const real = relative(realpathSync.native(this.path), realpathSync.native(place).toString());
      return real === ".." || real.startsWith(`..${sep}`);
    } catch {
      return false; // it leads to nothing
    }
  }

  async #submodules(commits: readonly SpecialEntry[]): Promise<readonly Submodule[]> {
    if (commits.length === 0) return [];
    const read = [
      "config",
      "-z",
      "--blob",
      `${this.#commit}:.gitmodules`,
      "--get-regexp",
      String.raw`^submodule\..*\.(path|url|update)$`,
    ];
    const end = await tryGit(localRun(this.#services, this.#url, this.path, read, "reading .gitmodules"));
    // Without the file git knows of no submodules: what is listed is an empty folder. A file that names none is another thing (1).
    if (end.status !== 0 && end.status !== 1) return [];
    const named = new Map<string, Record<string, string>>();
    for (const entry of end.stdout.toString("utf8").split("\0")) {
      const [, name = "", key = "", value = ""] = /^submodule\.([^\n]*)\.(path|url|update)\n(.*)$/s.exec(entry) ?? [];
      named.set(name, { ...named.get(name), [key]: value });
    }
    const modules = [...named.values()];
    return commits.flatMap(({ path, object }) => {
      const text = path.toString("utf8");
      const found = modules.findLast((module) => module["path"] === text);
      if (found?.["url"] === undefined)
        throw new UnsafeRepository(
          this.#url.shown,
          `its .gitmodules has no URL for the submodule ${JSON.stringify(text)}`,
        );
      return found["update"] === "none" ? [] : [{ path: text, url: found["url"], commit: object }];
    });
  }

  #local(args: readonly string[], task: string): Promise<Buffer> {
    return git(localRun(this.#services, this.#url, this.path, args, task));
  }
}

/** `<mode> <type> <object>\t<path>\0` */
function specialEntries(listing: Buffer): SpecialEntry[] {
  const found: SpecialEntry[] = [];
  for (let start = 0; start < listing.length;) {
    const nul = listing.indexOf(0, start);
    const end = nul < 0 ? listing.length : nul;
    const mode = listing.toString("latin1", start, start + 6);
    if (mode === "120000" || mode === "160000") {
      const tab = listing.indexOf(9, start);
      const object = listing.toString("latin1", start, tab).split(" ")[2] ?? "";
      found.push({ kind: mode === "120000" ? "link" : "commit", path: listing.subarray(tab + 1, end), object });
    }
    start = end + 1;
  }
  return found;
}

/** Objects never change, so that two repositories can have the same file. */
export async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    if (entry.isDirectory()) await linkTree(join(from, entry.name), join(to, entry.name));
    else if (entry.isFile()) await linkFile(join(from, entry.name), join(to, entry.name));
  }
}

async function linkFile(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  rmSync(to, { force: true });
  try {
    await link(from, to);
  } catch {
    await copyFile(from, to);
  }
}
