import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { judge, makeFolders, type Lease } from "@murre/locking";
import { CacheWriteFailed } from "./errors.ts";
import { errorCode, isMissing } from "./fs-errors.ts";
import { hashedName, leaseOfPartial, type CacheLayout } from "./layout.ts";
import { namesIn } from "./orphan.ts";

/** A download in progress: `partial/<url key>.<lease>/`, with what was received and, beside it, of which state of the URL. */
export interface PartialDownload<Validators> {
  /** The file to write. Its first {@link bytes} are there already. */
  readonly path: string;
  /** What an earlier download left, and for which state of the URL; undefined when there is nothing to continue. */
  readonly resumeFrom: { readonly bytes: number; readonly validators: Validators } | undefined;
  /** To be called as soon as the server names them: without them nobody can continue. */
  note(validators: Validators): void;
  /** Whether its folder is there: somebody may have removed the whole cache. */
  exists(): boolean;
  /** Removes it all: the download is unpacked, or no use. */
  remove(): void;
  /** Leaves it for the next one, when there is anything worth it. */
  leave(): void;
}

/**
 * Begins a download, or takes over what a dead or finished operation left of the same URL: by one rename, under the flight of that
 * URL, so that no two continue it. Should its owner live after all (a wrong verdict), both write the same bytes to the same places, and
 * the hash decides.
 */
export async function beginPartial<Validators>(
  layout: CacheLayout,
  lease: Lease,
  url: string,
): Promise<PartialDownload<Validators>> {
  const key = hashedName(url).slice(0, 32);
  const folder = `${layout.partial}/${key}.${lease.name}`;
  try {
    if (!(await takeOver(layout, key, folder))) makeFolders(folder);
  } catch (error) {
    throw new CacheWriteFailed(folder, errorCode(error) ?? String(error), { cause: error });
  }
  const path = `${folder}/data`;
  const validatorsFile = `${folder}/validators`;
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return {
    path,
    resumeFrom: resumption<Validators>(path, validatorsFile),
    note: (validators) => {
      try {
        writeFileSync(validatorsFile, JSON.stringify(validators));
      } catch {
        // Nobody will continue this one.
      }
    },
    exists: () => exists(folder),
    remove,
    leave: () => {
      if (resumption(path, validatorsFile) === undefined) remove();
    },
  };
}

async function takeOver(layout: CacheLayout, key: string, folder: string): Promise<boolean> {
  for (const name of namesIn(layout.partial)) {
    if (!name.startsWith(`${key}.`)) continue;
    const owner = leaseOfPartial(name);
    const isLeft =
      !exists(`${layout.leases}/${owner}`) || (await judge(layout.root, owner, { stake: "flight" })) === "dead";
    if (!isLeft) continue;
    try {
      renameSync(`${layout.partial}/${name}`, folder);
      return true;
    } catch (error) {
      if (!isMissing(error)) throw error; // else swept meanwhile
    }
  }
  return false;
}

function exists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return !isMissing(error);
  }
}

/** A torn or missing validators file leaves nothing to continue. */
function resumption<Validators>(path: string, validatorsFile: string): PartialDownload<Validators>["resumeFrom"] {
  try {
    const validators = JSON.parse(readFileSync(validatorsFile, "utf8")) as Validators;
    const bytes = statSync(path).size;
    return bytes > 0 ? { bytes, validators } : undefined;
  } catch {
    return undefined;
  }
}
