import type { Lease } from "@murre/locking";
import type { DocumentRequest, Documents } from "../documents/documents.ts";
import type { CacheWarningCode } from "../errors.ts";
import type { CacheLayout } from "../folder/layout.ts";
import type { PartialDownload, PartialRequest } from "./partial.ts";
import type { FillEntry } from "./publish.ts";
import type { EntryContents } from "../entry/manifest.ts";
import type { EntryOf, StoreEntry } from "../entry/store-entry.ts";
import type { Turn } from "./turns.ts";

/** What work on an entry needs: everything it makes belongs to one lease. */
export interface EntryMaker {
  /** Aborts when nobody wants the result any more. */
  readonly signal: AbortSignal | undefined;
  /**
   * Adds an entry: `fill` fills it, one rename makes it an entry, one link publishes it. Where another process was
   * quicker, its entry is returned and this one dropped.
   * @throws {CacheWriteFailed} when the disk is full or refuses; whatever `fill` throws passes through. Nothing is published then.
   */
  add<Contents extends EntryContents>(project: string, fill: FillEntry<Contents>): Promise<EntryOf<Contents["kind"]>>;
  /** A place for a download that another process can continue, should this one be interrupted, where that is worth it. */
  beginPartial<Validators>(request: PartialRequest<Validators>): Promise<PartialDownload<Validators>>;
}

/** A request for one entry: how to find it, and how to make it if it is not there. */
export interface EntryRequest<Entry extends StoreEntry = StoreEntry> {
  /** Two requests with one key want the same, and for the same reason may fail. */
  readonly key: string;
  /** Where the entry is found, if it is there; asked several times. `find` is the operation's lookup, without counting. */
  readonly lookup: (find: CacheOperation["lookup"]) => Entry | undefined;
  /** Makes it. May wait for slots (a download, a thread), and for nothing else (rule D). */
  readonly make: (maker: EntryMaker) => Promise<Entry>;
  /** Whether the failure of another process, for which this one waited, is this one's too. Default: it does the work itself. */
  readonly sharesFailures?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One operation's view of the cache. It takes a lease of its own before its first read (protocols/reclamation.md, R1) and gives it back
 * at its end (R4): whatever it looked up stays until then, whoever cleans. Never share one between overlapping operations.
 */
export interface CacheOperation {
  /** The lease that this operation holds now; a lost one is replaced by {@link validate}. */
  readonly lease: Lease;
  /** Of the folder that is written to: the cache's, or a private one. */
  readonly layout: CacheLayout;
  readonly documents: Documents;
  /** Entries that this operation added, and those that it found. */
  readonly counts: { added: number; found: number };
  /** How many leases it has lost. As long as this stays the same, what it looked up is intact, found by others or not. */
  readonly losses: number;
  /** The entry of an archive, or undefined: a miss is never an error. */
  lookup(project: string, sha256: string): StoreEntry | undefined;
  /** As {@link EntryMaker.add}, without asking whether others are about to add the same. */
  add<Contents extends EntryContents>(project: string, fill: FillEntry<Contents>): Promise<EntryOf<Contents["kind"]>>;
  /**
   * The entry, made by one process when several want it: the others wait for it, and take over when that one dies.
   * @throws what `make` throws; DeadlockRisk when the task holds a lock, a slot or another flight.
   */
  addOnce<Entry extends StoreEntry>(request: EntryRequest<Entry>): Promise<Entry>;
  /**
   * A document, had by one process when several want it: the others wait for that one, and take over when it dies or has left nothing.
   * @throws what `make` throws; DeadlockRisk when the task holds a lock, a slot or another flight.
   */
  documentOnce<T extends object>(request: DocumentRequest<T>): Promise<T>;
  /** Runs a piece of work while no other process that uses this cache runs one of the same name. */
  inTurn<T>(turn: Turn, work: () => Promise<T>): Promise<T>;
  /**
   * rule V: to be asked after a batch of lookups and before what was made of them is committed. False: this operation was taken for dead, or
   * the cache was removed; everything that it looked up is to be looked up again, under the new lease that it has now.
   */
  validate(): boolean;
  /**
   * To be asked when linking or reading an entry's files failed. True: the entry is damaged or gone; it is no longer found, and can be had
   * again. False: it is whole, the failure has another cause.
   */
  discardDamaged(project: string, entry: StoreEntry): boolean;
  /**
   * A temporary path of this operation, at which lies what an earlier one kept under this name, or nothing. To be asked in a turn of that name:
   * two that take it at once get it and nothing.
   */
  takeFolder(name: string): string;
  /** Keeps the folder under that name for later operations, until the cache is cleaned. Never throws. */
  keepFolder(path: string, name: string): void;
  /** An exclusive temporary path below `tmp/`, swept with this operation's lease. Nothing is created. */
  temporaryPath(): string;
  /** Gives the lease back, and takes away what was condemned meanwhile and has no other users. */
  end(): void;
}

export interface CacheOptions {
  /** Reads nothing from the cache folder and leaves nothing there: everything lies in a private folder, removed at the end. */
  readonly isPrivate?: boolean;
  /** The folder is the default one, which nobody named: where it cannot be used, the operation goes on as with {@link isPrivate}, with a warning. */
  readonly isDefault?: boolean;
  /** Something that the user should know; the operation goes on. */
  readonly onWarning?: (code: CacheWarningCode, message: string) => void;
  /** What this operation waits for, in words: which archive, and which process works on it. */
  readonly onWaiting?: (what: string) => void;
  readonly onDebug?: (message: string) => void;
}
