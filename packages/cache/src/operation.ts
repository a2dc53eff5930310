import { randomUUID } from "node:crypto";
import {
  accessSync,
  appendFileSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { takeLease, type Lease } from "@murre/locking";
import type { UnpackedWheel } from "@murre/wheel";
import { openDocuments, withParent, type Documents } from "./documents.ts";
import { CacheUnusable, CacheWriteFailed } from "./errors.ts";
import { cacheLayout, entryId, type CacheLayout } from "./layout.ts";
import { decodeManifest, encodeManifest, type Manifest } from "./manifest.ts";

/** One unpacked archive in the store. It stays intact for as long as the operation that looked it up has not ended. */
export interface StoreEntry {
  readonly id: string;
  /** Of the archive, hexadecimal. */
  readonly sha256: string;
  /** The folder that holds the archive's files, absolute. */
  readonly filesFolder: string;
  readonly manifest: Manifest;
}

/** Fills an existing, empty folder with the archive's files and says what they are. */
export type FillEntry = (filesFolder: string) => Promise<UnpackedWheel>;

/**
 * One operation's view of the cache. It takes a lease of its own before its first read (protocol R1) and gives it back at
 * its end (R4): whatever it looked up stays until then, whoever cleans. Never share one between overlapping operations.
 */
export interface CacheOperation {
  readonly layout: CacheLayout;
  readonly documents: Documents;
  /** Entries that this operation added, and those that it found. */
  readonly counts: { added: number; found: number };
  /** The entry of an archive, or undefined: a miss is never an error. */
  lookup(project: string, sha256: string): StoreEntry | undefined;
  /**
   * Adds an archive: `fill` unpacks it, one rename makes it an entry, one link publishes it. Where another process was
   * quicker, its entry is returned and this one dropped.
   * @throws {CacheWriteFailed} when the disk is full or refuses; whatever `fill` throws passes through. Nothing is published then.
   */
  add(project: string, fill: FillEntry): Promise<StoreEntry>;
  /** An exclusive temporary path below `tmp/`, swept with this operation's lease. Nothing is created. */
  temporaryPath(): string;
  end(): void;
}

/** @throws {CacheUnusable} when the folder can be neither used nor made. */
export function beginCacheOperation(cacheFolder: string): CacheOperation {
  const layout = cacheLayout(cacheFolder);
  try {
    mkdirSync(layout.root, { recursive: true });
    accessSync(layout.root, constants.R_OK);
  } catch (error) {
    throw new CacheUnusable(cacheFolder, (error as NodeJS.ErrnoException).code ?? String(error), { cause: error });
  }
  return new LeasedOperation(layout);
}

/** Somebody judged this operation dead and removed what it was filling; it goes on under a new lease. */
class Fenced extends Error {}

class LeasedOperation implements CacheOperation {
  readonly layout: CacheLayout;
  readonly documents: Documents;
  readonly counts = { added: 0, found: 0 };
  #lease: Lease;

  constructor(layout: CacheLayout) {
    this.layout = layout;
    this.#lease = takeLease(layout.root);
    this.documents = openDocuments(layout, () => this.#lease);
  }

  lookup(project: string, sha256: string): StoreEntry | undefined {
    const id = readPointer(this.layout.pointer(project, sha256));
    if (id === undefined) return undefined;
    const entry = this.#open(id, sha256);
    if (entry === undefined) this.#condemn(project, sha256);
    else this.counts.found += 1;
    return entry;
  }

  async add(project: string, fill: FillEntry): Promise<StoreEntry> {
    for (let attempt = 0; ; attempt++)
      try {
        return await this.#fillAndPublish(project, fill);
      } catch (error) {
        // Two wrong verdicts in one operation mean that leases do not last here: going round again would not end.
        if (!(error instanceof Fenced) || attempt === 2) throw error;
        this.#lease.release();
        this.#lease = takeLease(this.layout.root);
      }
  }

  temporaryPath(): string {
    return `${this.layout.temporary}/${this.#lease.name}-${this.#lease.nextId()}`;
  }

  end(): void {
    this.#lease.release();
  }

  async #fillAndPublish(project: string, fill: FillEntry): Promise<StoreEntry> {
    const n = this.#lease.nextId();
    const folder = `${this.layout.temporary}/${this.#lease.name}-${n}`;
    this.#prepare(folder);
    let unpacked: UnpackedWheel;
    try {
      unpacked = await fill(`${folder}/pkg`);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw this.#lostFolder(error, folder);
    }
    const sha256 = unpacked.archiveSha256;
    const id = entryId(sha256, this.#lease.name, n);
    this.#complete(folder, id, `${project}/${sha256}`, encodeManifest(unpacked));
    const published = this.#publish(id, project, sha256);
    this.counts.added += 1;
    return published;
  }

  /** P0, first half: `mkdir` without parents, so that a folder which a sweeper took away is never made again half full. */
  #prepare(folder: string): void {
    try {
      withParent(folder, () => mkdirSync(folder));
      writeFileSync(`${folder}/begin`, "", { flag: "wx" });
      mkdirSync(`${folder}/pkg`);
    } catch (error) {
      throw writeFailed(folder, error);
    }
  }

  /** P0, second half, and P1. `begin` renamed to `done` fails where the folder was swept and made anew. */
  #complete(folder: string, id: string, key: string, manifest: Buffer): void {
    try {
      writeFileSync(`${folder}/manifest`, manifest, { flag: "wx" });
      writeFileSync(`${folder}/key`, `${key}\n`, { flag: "wx" });
      writeFileSync(`${folder}/ptr`, `${id}\n`, { flag: "wx" });
      renameSync(`${folder}/begin`, `${folder}/done`);
      renameMakingParent(folder, this.layout.entry(id));
    } catch (error) {
      if (isMissing(error)) throw new Fenced();
      rmSync(folder, { recursive: true, force: true });
      throw writeFailed(folder, error);
    }
  }

  /** P2: the pointer can be linked only from a token that nobody revoked, so it always names a complete entry. */
  #publish(id: string, project: string, sha256: string): StoreEntry {
    const token = `${this.layout.entry(id)}/ptr`;
    const pointer = this.layout.pointer(project, sha256);
    for (;;)
      try {
        withParent(pointer, () => linkSync(token, pointer));
        return this.#openOwn(id, sha256);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === "ENOENT") throw new Fenced();
        if (code !== "EEXIST") throw writeFailed(pointer, error);
        const winner = readPointer(pointer);
        if (winner === id) return this.#openOwn(id, sha256); // a retransmitted LINK (NFS)
        const entry = winner === undefined ? undefined : this.#open(winner, sha256);
        if (entry !== undefined) {
          this.#dropOwn(id);
          return entry;
        }
        this.#condemn(project, sha256); // it named nothing whole: take it away and publish the own entry
      }
  }

  /**
   * O2, O4 and O5 by the entry's creator, whose link did not succeed: the token is revoked first, then the bytes go.
   * A retransmitted link (NFS) may have published the entry after all, and a cleaner have condemned it since: a record
   * that names it then protects its readers, and whoever sweeps that record takes the bytes.
   */
  #dropOwn(id: string): void {
    unlinkSync(`${this.layout.entry(id)}/ptr`);
    if (isCondemned(this.layout, id)) return;
    const trash = `${this.layout.trash}/${randomUUID()}`;
    withParent(trash, () => renameSync(this.layout.entry(id), trash));
    rmSync(trash, { recursive: true, force: true });
  }

  #openOwn(id: string, sha256: string): StoreEntry {
    const entry = this.#open(id, sha256);
    if (entry === undefined) throw new Fenced();
    return entry;
  }

  #open(id: string, sha256: string): StoreEntry | undefined {
    const folder = this.layout.entry(id);
    try {
      return { id, sha256, filesFolder: `${folder}/pkg`, manifest: decodeManifest(readFileSync(`${folder}/manifest`)) };
    } catch {
      return undefined;
    }
  }

  /**
   * C1 and C1b: one rename takes the pointer away, and a mark on its inode tells readers that still resolve the old name
   * (a stale directory entry on NFS). What it named is reclaimed later, under the leases of that moment.
   */
  #condemn(project: string, sha256: string): void {
    const record = `${this.layout.root}/condemned/${randomUUID()}`;
    try {
      renameMakingParent(this.layout.pointer(project, sha256), record);
      appendFileSync(record, "x");
    } catch {
      // Gone already, or a read-only cache: a plain miss either way.
    }
  }

  /** A `fill` that failed because its folder vanished was fenced; any other failure is its own. */
  #lostFolder(error: unknown, folder: string): unknown {
    return isMissing(error) && !exists(this.#lease, this.layout, folder) ? new Fenced() : error;
  }
}

function exists(lease: Lease, layout: CacheLayout, folder: string): boolean {
  try {
    statSync(`${layout.root}/leases/${lease.name}`);
    lstatSync(folder);
    return true;
  } catch {
    return false;
  }
}

/** `rename(from, to)`, making the parent of `to` when it is missing; ENOENT when `from` is. */
function renameMakingParent(from: string, to: string): void {
  withParent(to, () => renameSync(from, to));
}

/** A pointer's content is "<id>\n"; anything else (a condemned mark, a torn file) is no pointer. */
function readPointer(path: string): string | undefined {
  try {
    return /^([0-9A-Za-z._-]+)\n$/.exec(readFileSync(path, "latin1"))?.[1];
  } catch {
    return undefined;
  }
}

function isCondemned(layout: CacheLayout, id: string): boolean {
  let records: string[];
  try {
    records = readdirSync(`${layout.root}/condemned`);
  } catch {
    return false;
  }
  return records.some((record) => {
    try {
      return readFileSync(`${layout.root}/condemned/${record}`, "latin1").startsWith(`${id}\n`);
    } catch {
      return false;
    }
  });
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
}

function writeFailed(path: string, error: unknown): CacheWriteFailed {
  return new CacheWriteFailed(path, (error as NodeJS.ErrnoException).code ?? String(error), { cause: error });
}
