import { folderMode, withParent } from "../documents/documents.ts";
import { nothing, removeTree } from "../reclaim/trash.ts";
import { errorCode, namesIn, readSmallText } from "@murre/files";
import { lstatSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { judge, makeFolders, type Lease } from "@murre/locking";
import { CacheWriteFailed } from "../errors.ts";
import { isNothingAt, isMissing } from "../folder/fs-errors.ts";
import { hashedName, leaseOfPartial, type CacheLayout } from "../folder/layout.ts";
import { isOfThisUser } from "../folder/trust.ts";

/**
 * A download in progress: `tmp/<lease>-<n>`, and when it is known to be large `partial/<url key>.<lease>/`, with what was received and, beside it,
 * of which state of the URL.
 */
export interface PartialDownload<Validators> {
  /** The file to write, another one after {@link note}: there after {@link make}, and where there is something to resume. */
  readonly path: string;
  /** Makes the file where it is not there yet. */
  make(): void;
  /**
   * What an earlier download left, and for which state of the URL; undefined when there is nothing to continue. Then who has it is
   * the only one that writes to it, as long as it lies at this path.
   */
  readonly resumeFrom: { readonly bytes: number; readonly validators: Validators } | undefined;
  /** To be called as soon as the server names them: without them nobody can continue. `totalBytes` where the server says so. */
  note(validators: Validators, totalBytes?: number): void;
  /** Whether it is there: somebody may have removed the whole cache. */
  exists(): boolean;
  /** Removes it all: the download is unpacked, or no use. */
  remove(): void;
  /** Leaves it for the next one, when there is anything worth it. */
  leave(): void;
}

export interface PartialRequest<Validators> {
  readonly url: string;
  /** Where it is known. */
  readonly sizeBytes?: number | undefined;
  readonly readValidators: ReadValidators<Validators>;
}

/** What is smaller is fetched again sooner than it is gone on with. */
const worthContinuingBytes = 1 << 13;

/**
 * Begins a download, or takes over what a dead or finished operation left of the same URL: by one rename, under the hint of that
 * URL, so that no two continue it. Should its owner live after all (a wrong verdict), both write the same bytes to the same places, and
 * the hash decides.
 */
export async function beginPartial<Validators>(
  layout: CacheLayout,
  lease: Lease,
  request: PartialRequest<Validators>,
): Promise<PartialDownload<Validators>> {
  const key = hashedName(request.url).slice(0, 32);
  const folder = `${layout.partial}/${key}.${lease.name}`;
  try {
    if (isWorthContinuing(request.sizeBytes) && (await takeOver(layout, key, folder)))
      return new Download(folder, request);
    return new Download(folder, request, `${layout.temporary}/${lease.name}-${lease.nextId()}`);
  } catch (error) {
    throw new CacheWriteFailed(folder, errorCode(error) ?? String(error), { cause: error });
  }
}

const isWorthContinuing = (sizeBytes: number | undefined): boolean =>
  sizeBytes === undefined || sizeBytes >= worthContinuingBytes;

class Download<Validators> implements PartialDownload<Validators> {
  path: string;
  readonly resumeFrom: PartialDownload<Validators>["resumeFrom"];
  /** Where it can be gone on with. */
  readonly #folder: string;
  readonly #request: PartialRequest<Validators>;
  #isMade: boolean;

  /** @param path the file that is made for it, until it is worth a folder; else what lies in the folder is gone on with */
  constructor(folder: string, request: PartialRequest<Validators>, path?: string) {
    this.#folder = folder;
    this.#request = request;
    this.path = path ?? this.#data;
    this.#isMade = path === undefined;
    if (path !== undefined) return;
    this.resumeFrom = this.#resumption();
    // Its former owner may live, and have it open.
    if (this.resumeFrom === undefined) rmSync(this.path, { force: true });
  }

  get #data(): string {
    return `${this.#folder}/data`;
  }

  get #validators(): string {
    return `${this.#folder}/validators`;
  }

  make(): void {
    if (!this.#isMade) withParent(this.path, () => writeFileSync(this.path, "", { flag: "wx" }));
    this.#isMade = true;
  }

  note(validators: Validators, totalBytes?: number): void {
    try {
      if (this.path !== this.#data) {
        if (!isWorthContinuing(totalBytes ?? this.#request.sizeBytes)) return;
        makeFolders(this.#folder, folderMode);
        renameSync(this.path, this.#data);
        this.path = this.#data;
      }
      // A new file, whatever lay there: what others put in its place is not written to.
      rmSync(this.#validators, { force: true });
      writeFileSync(this.#validators, JSON.stringify(validators), { flag: "wx" });
    } catch {
      // Nobody will continue this one.
    }
  }

  exists(): boolean {
    // What nobody has made cannot have been taken away.
    return !this.#isMade || !isNothingAt(this.path === this.#data ? this.#folder : this.path);
  }

  remove(): void {
    if (!this.#isMade) return;
    if (this.path === this.#data) removeTree(this.#folder, nothing());
    else rmSync(this.path, { force: true });
  }

  leave(): void {
    if (this.path !== this.#data || this.#resumption() === undefined) return this.remove();
    try {
      // Its owner may go on for a while with other work: under this name it has none.
      renameSync(this.#folder, `${this.#folder}x`);
    } catch {
      // Then it is free when this operation ends.
    }
  }

  /** A torn or missing validators file leaves nothing to continue. */
  #resumption(): PartialDownload<Validators>["resumeFrom"] {
    try {
      const validators = this.#request.readValidators(
        JSON.parse(readSmallText(this.#validators, { followsLinks: false })),
      );
      const bytes = statSync(this.#data).size;
      return bytes > 0 && validators !== undefined ? { bytes, validators } : undefined;
    } catch {
      return undefined;
    }
  }
}

async function takeOver(layout: CacheLayout, key: string, folder: string): Promise<boolean> {
  for (const name of namesIn(layout.partial)) {
    if (!name.startsWith(`${key}.`)) continue;
    const owner = leaseOfPartial(name);
    const isLeft =
      isNothingAt(`${layout.leases}/${owner}`) || (await judge(layout.root, owner, { stake: "flight" })) === "dead";
    if (!isLeft) continue;
    try {
      renameSync(`${layout.partial}/${name}`, folder);
      if (isOwnLeft(folder)) return true;
      removeTree(folder, nothing());
    } catch (error) {
      if (!isMissing(error)) throw error; // else swept meanwhile
    }
  }
  return false;
}

/**
 * Whether what was taken over is a download of this user's: a folder with files of one name each. Others who share the cache could have made
 * links there, and what is received would be written to where these lead.
 */
function isOwnLeft(folder: string): boolean {
  try {
    const stats = lstatSync(folder);
    if (!stats.isDirectory() || !isOfThisUser(stats)) return false;
    const files = readdirSync(folder).map((name) => lstatSync(`${folder}/${name}`));
    return files.every((file) => file.isFile() && file.nlink === 1 && isOfThisUser(file));
  } catch {
    return false;
  }
}

/** Reads what {@link PartialDownload.note} has kept; undefined for what it cannot have been. */
export type ReadValidators<Validators> = (kept: unknown) => Validators | undefined;
