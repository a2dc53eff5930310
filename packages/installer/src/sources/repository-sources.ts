import type { Checkout } from "@murre/build";
import { readSmallText } from "@murre/files";
import { normalizeName } from "@murre/pep508";
import { readDirectUrl, readInstalled, type DirectUrl, type InstalledDistribution } from "@murre/python";
import { openRepositories, parseVcsUrl, type Repositories } from "@murre/vcs";
import { parseMetadata } from "@murre/wheel";
import { join } from "node:path";
import type { UpgradedProjects } from "../operation/decisions.ts";
import { isTorn } from "../environment/incomplete.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { BuildDecision } from "../operation/decisions.ts";
import type { SourceRequest } from "../resolve/source-reader.ts";
import { isFromUrl } from "../wanted/direct-url-info.ts";

/** What a URL of a repository means in this operation. */
interface Pinned {
  readonly commit: string;
  /** What is installed from there, and stays at its commit. */
  readonly installed?: InstalledDistribution;
}

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
      onEvent: (event) =>
        onEvent(
          event.type === "fetching"
            ? { type: "repository", repository: event.repository, revision: event.revision }
            : { type: "warning", code: "MURRE_WARNING_LEFT_OUT", message: `${event.repository}: ${event.message}` },
        ),
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
      write: (destination) => repositories.checkOut({ url, commit, destination }),
      addHistory: (destination) => repositories.addHistory({ url, commit, destination }),
    };
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
    const { revision } = parseVcsUrl(url);
    for (const [installed, direct] of this.#installedFromRepositories()) {
      const { vcs_info: vcs } = direct;
      if (vcs === undefined || vcs.requested_revision !== revision || !isFromUrl(direct, url)) continue;
      if (this.#isHeld(installed)) return { commit: vcs.commit_id, installed };
    }
    return undefined;
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
