import type { Checkout } from "@murre/build";
import { hashedName } from "@murre/cache";
import { readSmallText } from "@murre/files";
import { normalizeName, redactUrl } from "@murre/pep508";
import { readDirectUrl, readInstalled, type DirectUrl, type InstalledDistribution } from "@murre/python";
import { openRepositories, parseVcsUrl, type Repositories } from "@murre/vcs";
import { parseMetadata } from "@murre/wheel";
import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { UpgradedProjects } from "../operation/decisions.ts";
import { isTorn } from "../environment/incomplete.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { BuildDecision } from "../operation/decisions.ts";
import type { SourceRequest } from "../resolve/source-reader.ts";
import { openLocalProject, type LocalProject } from "../projects/local-project.ts";
import { isFromUrl } from "../wanted/direct-url-info.ts";
import { subdirectoryOf, withoutFragment } from "../wanted/source-url.ts";

/** What a URL of a repository means in this operation. */
interface Pinned {
  readonly commit: string;
  /** What is installed from there, and stays at its commit. */
  readonly installed?: InstalledDistribution;
}

/** The note of a project that says nothing of sources. */
const plain = "plain";

/**
 * The repositories of one operation. What is installed from a URL with the same revision stays at its commit, and its repository is not even asked, until
 * somebody refreshes, upgrades or reinstalls it (uv); everything else is what the revision names now.
 */
export class RepositorySources {
  readonly #operation: ChangeOperation;
  readonly #repositories: Repositories;
  readonly #upgrade: UpgradedProjects | undefined;
  readonly #largeFiles: boolean;
  readonly #pinned = new Map<string, Promise<Pinned>>();
  readonly #files = new Map<string, Promise<string>>();
  readonly #folders: string[] = [];
  readonly #told = new Set<string>();
  #installed: readonly (readonly [InstalledDistribution, DirectUrl])[] | undefined;

  constructor(operation: ChangeOperation, build: BuildDecision, upgrade: UpgradedProjects | undefined) {
    const { cache, settings, decisions, signal, onEvent } = operation;
    const { offline, network } = decisions.network;
    this.#operation = operation;
    this.#upgrade = upgrade;
    this.#largeFiles = build.fetchesLargeFiles;
    this.#repositories = openRepositories({
      cache,
      env: settings.env,
      platform: settings.platform,
      offline,
      lfs: build.fetchesLargeFiles,
      silenceMs: network?.silenceTimeoutMs,
      signal,
      onEvent: (event) => {
        if (event.type === "fetching")
          return onEvent({ type: "repository", repository: event.repository, revision: event.revision });
        const message = `${event.repository}: ${event.message}`;
        // The files of one commit may be written twice, to be read and to be built.
        if (this.#told.has(message)) return;
        this.#told.add(message);
        onEvent({ type: "warning", code: "MURRE_WARNING_LEFT_OUT", message });
      },
    });
  }

  async commitOf(url: string): Promise<string> {
    return (await this.#pin(url)).commit;
  }

  /** The metadata of what is installed from there and stays, where it is of the project that is meant. */
  async heldMetadata({ source, name }: SourceRequest): Promise<string | undefined> {
    const { installed } = await this.#pin(source.url);
    if (installed === undefined || (name !== undefined && installed.normalizedName !== name)) return undefined;
    try {
      const text = readSmallText(join(installed.path, "METADATA"));
      return normalizeName(parseMetadata(text).name) === installed.normalizedName ? text : undefined;
    } catch {
      return undefined; // the repository tells
    }
  }

  /**
   * The project in a repository, where its pyproject.toml, or one above it, can say anything of sources. Which ones do not is remembered by the commit;
   * the files of the others are written for this operation, each time.
   */
  async project(url: string): Promise<LocalProject | undefined> {
    const commit = await this.commitOf(url);
    const note = this.#noteOf(url, commit);
    if (this.#operation.cache.documents.read(...note)?.toString() === plain) return undefined;
    const root = await this.#filesOf(url, commit);
    if (!this.#noteProject(url, commit, root)) return undefined;
    const place = withoutFragment(url);
    return openLocalProject(join(root, subdirectoryOf(url) ?? ""), {
      root,
      shown: redactUrl(place),
      urlOf: (inner) => this.#at(commit, inner === "" ? place : `${place}#subdirectory=${fragmentText(inner)}`),
    });
  }

  /** Removes everything temporary. */
  close(): void {
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true });
  }

  /** Makes a clone to work in, or brings it to what the URL names now. */
  async clone(url: string, folder: string): Promise<void> {
    await this.#repositories.clone(parseVcsUrl(url), folder);
  }

  /** The files of that commit, for a build. */
  checkout(written: string, commit: string): Checkout {
    const url = parseVcsUrl(written);
    const repositories = this.#repositories;
    return {
      identity: `git ${commit} of ${url.key}${this.#largeFiles ? " with large files" : ""}`,
      write: async (destination) => {
        await repositories.checkOut({ url, commit, destination });
        this.#noteProject(written, commit, destination);
      },
      addHistory: (destination) => repositories.addHistory({ url, commit, destination }),
    };
  }

  /** The files of a commit, to be read. */
  #filesOf(written: string, commit: string): Promise<string> {
    const url = parseVcsUrl(written);
    const key = `${commit} ${url.key}`;
    const write = async () => {
      const folder = this.#operation.cache.temporaryPath();
      this.#folders.push(folder);
      mkdirSync(folder, { recursive: true });
      const destination = join(realpathSync.native(folder), "source");
      await this.#repositories.checkOut({ url, commit, destination });
      return destination;
    };
    const known = this.#files.get(key) ?? write();
    this.#files.set(key, known);
    return known;
  }

  #noteOf(written: string, commit: string): readonly [string, string, string] {
    const project = `sources of ${subdirectoryOf(written) ?? ""} at ${commit}`;
    return ["git", hashedName(parseVcsUrl(written).key), hashedName(project)];
  }

  /** @returns whether it says anything of sources */
  #noteProject(written: string, commit: string, root: string): boolean {
    const folder = join(root, subdirectoryOf(written) ?? "");
    const has = mentionsSources(root, folder);
    if (!has) this.#operation.cache.documents.write(this.#noteOf(written, commit), plain);
    return has;
  }

  /** What lies beside a project in its repository is meant at the same commit, whatever its branch names by now. */
  #at(commit: string, url: string): string {
    if (this.#pinned.has(url)) return url;
    const installed = this.#installedFrom(url).find(
      ([one, direct]) => direct.vcs_info?.commit_id === commit && this.#isHeld(one),
    )?.[0];
    this.#pinned.set(url, Promise.resolve({ commit, ...(installed === undefined ? {} : { installed }) }));
    this.#operation.commits.set(url, commit);
    return url;
  }

  #pin(url: string): Promise<Pinned> {
    const known = this.#pinned.get(url) ?? this.#find(url);
    this.#pinned.set(url, known);
    return known;
  }

  async #find(url: string): Promise<Pinned> {
    const held = this.#heldBy(url);
    const pinned = held ?? { commit: await this.#repositories.resolve(parseVcsUrl(url)) };
    this.#operation.commits.set(url, pinned.commit);
    return pinned;
  }

  #heldBy(url: string): Pinned | undefined {
    for (const [installed, { vcs_info: vcs }] of this.#installedFrom(url))
      if (vcs !== undefined && this.#isHeld(installed)) return { commit: vcs.commit_id, installed };
    return undefined;
  }

  #installedFrom(url: string): readonly (readonly [InstalledDistribution, DirectUrl])[] {
    const { revision } = parseVcsUrl(url);
    return this.#installedFromRepositories().filter(
      ([, direct]) => direct.vcs_info?.requested_revision === revision && isFromUrl(direct, url),
    );
  }

  #isHeld(installed: InstalledDistribution): boolean {
    const { change, network } = this.#operation.decisions;
    const { normalizedName: name } = installed;
    const upgrade = this.#upgrade;
    if (upgrade === undefined || upgrade === "all" || upgrade.some((one) => normalizeName(one) === name)) return false;
    const { refresh } = network;
    return !(
      change.reinstalls === "all" ||
      change.reinstalls.has(name) ||
      refresh === "all" ||
      (refresh instanceof Set && refresh.has(name)) ||
      isTorn(installed)
    );
  }

  #installedFromRepositories(): readonly (readonly [InstalledDistribution, DirectUrl])[] {
    if (this.#upgrade === undefined) return [];
    return (this.#installed ??= readInstalled(this.#operation.target.visible).flatMap((installed) => {
      try {
        const direct = readDirectUrl(installed);
        return direct?.vcs_info?.vcs === "git" ? [[installed, direct] as const] : [];
      } catch {
        return []; // nobody can tell what it is
      }
    }));
  }
}

/** Whether a pyproject.toml from this folder up to the root may say where requirements come from; one that does not is read by nobody. */
function mentionsSources(root: string, start: string): boolean {
  const levels = relative(root, start).split(sep);
  if (levels[0] === "..") return false;
  return [...levels.keys(), levels.length].some((count) => {
    const text = readTextIfThere(join(root, ...levels.slice(0, count), "pyproject.toml"));
    return text !== undefined && /\buv\b/.test(text) && /\b(?:sources|workspace)\b/.test(text);
  });
}

function readTextIfThere(path: string): string | undefined {
  try {
    return readSmallText(path);
  } catch {
    return undefined; // whoever builds it says what is wrong
  }
}

/** For the value of `subdirectory=`. */
function fragmentText(path: string): string {
  return encodeURI(path).replaceAll(/[#&]/g, encodeURIComponent);
}
