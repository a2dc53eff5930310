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
 * A download in progress: `partial/<url key>.<lease>/`, with what was received and, beside it, of which state of the URL; one that is small is
 * `tmp/<lease>-<n>`.
 */
export interface PartialDownload<Validators> {
  /** The file to write. Its first {@link bytes} are there already. */
  readonly path: string;
  /**
   * What an earlier download left, and for which state of the URL; undefined when there is nothing to continue. Then there is no file yet: who
   * makes it is the only one that writes to it, as long as it lies at this path.
   */
  readonly resumeFrom: { readonly bytes: number; readonly validators: Validators } | undefined;
  /** To be called as soon as the server names them: without them nobody can continue. */
  note(validators: Validators): void;
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
const worthContinuingBytes = 1 << 20;

/** A file of its own, of which nothing is left. */
function beginSmall<Validators>(layout: CacheLayout, lease: Lease): PartialDownload<Validators> {
  const path = `${layout.temporary}/${lease.name}-${lease.nextId()}`;
  try {
    withParent(path, () => writeFileSync(path, "", { flag: "wx" }));
  } catch (error) {
    throw new CacheWriteFailed(path, errorCode(error) ?? String(error), { cause: error });
  }
  const remove = (): void => rmSync(path, { force: true });
  return {
    path,
    resumeFrom: undefined,
    note: () => {},
    exists: () => !isNothingAt(path),
    remove,
    leave: remove,
  };
}

/**
 * Begins a download, or takes over what a dead or finished operation left of the same URL: by one rename, under the hint of that
 * URL, so that no two continue it. Should its owner live after all (a wrong verdict), both write the same bytes to the same places, and
 * the hash decides.
 */
export async function beginPartial<Validators>(
  layout: CacheLayout,
  lease: Lease,
  { url, sizeBytes, readValidators }: PartialRequest<Validators>,
): Promise<PartialDownload<Validators>> {
  if (sizeBytes !== undefined && sizeBytes < worthContinuingBytes) return beginSmall(layout, lease);
  const key = hashedName(url).slice(0, 32);
  const folder = `${layout.partial}/${key}.${lease.name}`;
  try {
    if (!(await takeOver(layout, key, folder))) makeFolders(folder, folderMode);
  } catch (error) {
    throw new CacheWriteFailed(folder, errorCode(error) ?? String(error), { cause: error });
  }
  const path = `${folder}/data`;
  const validatorsFile = `${folder}/validators`;
  const remove = (): void => removeTree(folder, nothing());
  const resumeFrom = resumption(path, validatorsFile, readValidators);
  // Its former owner may live, and have it open.
  if (resumeFrom === undefined) rmSync(path, { force: true });
  return {
    path,
    resumeFrom,
    note: (validators) => {
      try {
        // A new file, whatever lay there: what others put in its place is not written to.
        rmSync(validatorsFile, { force: true });
        writeFileSync(validatorsFile, JSON.stringify(validators), { flag: "wx" });
      } catch {
        // Nobody will continue this one.
      }
    },
    exists: () => !isNothingAt(folder),
    remove,
    leave: () => {
      if (resumption(path, validatorsFile, readValidators) === undefined) return remove();
      try {
        // Its owner may go on for a while with other work: under this name it has none.
        renameSync(folder, `${folder}x`);
      } catch {
        // Then it is free when this operation ends.
      }
    },
  };
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

/** A torn or missing validators file leaves nothing to continue. */
function resumption<Validators>(
  path: string,
  validatorsFile: string,
  readValidators: ReadValidators<Validators>,
): PartialDownload<Validators>["resumeFrom"] {
  try {
    const validators = readValidators(JSON.parse(readSmallText(validatorsFile, { followsLinks: false })));
    const bytes = statSync(path).size;
    return bytes > 0 && validators !== undefined ? { bytes, validators } : undefined;
  } catch {
    return undefined;
  }
}
