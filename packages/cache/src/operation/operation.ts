// One operation's view of the cache, from its first look to its end. The rules and why they hold: protocols/reclamation.md.
//
// Definitions
//   lease     leases/<L>, one for each operation: while it exists, whatever the operation looked up is intact
//   place     where the operation writes: the shared cache under its lease, or a private folder that goes with it
//   pointer   archives/<project>/<sha256>, which names an entry of the store; token: the file in an entry that publishes it by a link
//   record    a pointer that was condemned; its entry goes when all leases of the record's snapshot are absent
//
// Invariants
//   1. A lease is taken before the first look at a pointer, and is given back after the last use of an entry (R1, R4).
//   2. What is returned by lookup, add and addOnce is intact as long as the lease is there, whoever cleans (S1).
//   3. A lease that was lost is never used again: what was found under it is void, and a new name is taken (rule V, G1).
//   4. A pointer, whenever it exists, names a complete entry, or one that only damage from outside has cut off (S2).
//   5. No step waits for others but addOnce, documentOnce and inTurn, and none of these under a lock (rule D).
//   6. What is not finished lies under a name with its lease in it, so that a sweep knows whose it is (W2, W4).
//   7. What cannot be written is no error of a look-up: a read-only cache is read, and a private place takes what is new.
//
//               #leasedPlace (R1)            first loss: #renew (rule V)
//   (begin) ──────┬──────────────▶ LEASED ◀──────────────┐
//      │          │ refused          │ ├────────────────┘
//      │          ▼                  │ │ mostLosses losses: #renew
//      │      READ ONLY              │ │
//      │          │ #writable        │ │
//      │          ▼                  │ │
//      └─────▶ PRIVATE ◀─────────────│─┘            from LEASED   release (R4), sweepCondemned (W3, W5)
//  isPrivate      └──────── end ─────┴─▶ (ended)    from PRIVATE  release, and the folder goes
//
//   look up    #find, usePointer, openEntry, hasSurvived; heal condemns what names nothing whole      R2, C1 to C3
//   add        #addUnder -> fillAndPublish: tmp/ -> store/ -> pointer; fenced or refused: once more   P0 to P2
//   once       the hints of the place: entries and documents                                          protocols/single-flight.md, H1 to H5
//   with its   onceForAll; #addUnder under the flight's lease at first                                protocols/single-flight.md, F0 to F6
//    failure
//   turn       inTurn                                                                                 protocols/locks.md, U1 to U4
//   validate   isLost -> #renew                                                                       rule V
//   end        release, sweepCondemned                                                                R4, W3, W5

import { errorCode, makeTemporaryFolder } from "@murre/files";
import { distrust } from "../folder/trust.ts";
import { accessSync, constants, rmSync } from "node:fs";
import {
  createHints,
  createSingleFlight,
  describeLockEvent,
  makeFolders,
  takeLease,
  type Hints,
  type Lease,
  type LockEventListener,
  type SingleFlight,
} from "@murre/locking";
import { heal } from "../reclaim/condemn.ts";
import type { CacheOperation, CacheOptions, EntryMaker, EntryRequest } from "./cache-operation.ts";
import { type DocumentRequest, type Documents, folderMode, openDocuments } from "../documents/documents.ts";
import { CacheUnusable } from "../errors.ts";
import { onceForAll } from "./once-for-all.ts";
import { isMissing } from "../folder/fs-errors.ts";
import { cacheLayout, type CacheLayout } from "../folder/layout.ts";
import { keepFolder, takeFolder } from "./kept-folder.ts";
import { beginPartial } from "./partial.ts";
import { readPointer, usePointer } from "../entry/pointer.ts";
import { Fenced, fillAndPublish, PublishAgain, vanishing, type FillEntry } from "./publish.ts";
import type { EntryContents } from "../entry/manifest.ts";
import { hasSurvived, isWhole, openEntry, type EntryOf, type StoreEntry } from "../entry/store-entry.ts";
import { sweepCondemned } from "../reclaim/sweep.ts";
import { inTurn, type Turn } from "./turns.ts";

/** @throws {CacheUnusable} when the folder can be neither used nor made. */
export function beginCacheOperation(cacheFolder: string, options: CacheOptions = {}): CacheOperation {
  if (options.isPrivate === true) return new LeasedOperation(undefined, options);
  const layout = cacheLayout(cacheFolder);
  const why = distrust(cacheFolder);
  if (why !== undefined) return withoutCache(cacheFolder, why, options);
  try {
    whileFoldersVanish(() => {
      makeFolders(layout.root, folderMode);
      accessSync(layout.root, constants.R_OK);
    });
  } catch (error) {
    const reason = errorCode(error) ?? String(error);
    if (options.isDefault === true) return withoutCache(cacheFolder, `it cannot be used (${reason})`, options);
    throw new CacheUnusable(cacheFolder, reason, { cause: error });
  }
  return new LeasedOperation(layout, options);
}

/** As pip does: what is fetched is fetched again the next time, and nothing else depends on it. */
function withoutCache(cacheFolder: string, why: string, options: CacheOptions): CacheOperation {
  options.onWarning?.(
    "MURRE_WARNING_CACHE_NOT_USED",
    `the cache folder ${cacheFolder} is not used: ${why}; what is fetched is kept for this run only`,
  );
  return new LeasedOperation(undefined, options);
}

/** Somebody who removes the whole folder at this moment can make a step that has just made its parent miss it, but not for long. */
function whileFoldersVanish<T>(step: () => T): T {
  for (let attempt = 1; ; attempt++)
    try {
      return step();
    } catch (error) {
      const isVanished = isMissing(error) || isMissing((error as Error).cause);
      if (!isVanished || attempt === mostAttempts) throw error;
    }
}

/** Two wrong verdicts in one operation mean that leases do not last here: going round again would not end. */
const mostLosses = 2;
const mostAttempts = 10;

/** Where an operation writes: the cache under its lease, or a folder of its own. */
interface Place {
  readonly layout: CacheLayout;
  readonly lease: Lease;
  readonly flights: SingleFlight;
  /** Where a failure is nobody else's. */
  readonly hints: Hints;
  readonly privateFolder: string | undefined;
}

class LeasedOperation implements CacheOperation {
  readonly documents: Documents;
  readonly counts = { added: 0, found: 0 };
  readonly #options: CacheOptions;
  /** The shared cache, read without a lease where none can be made. */
  readonly #shared: CacheLayout | undefined;
  #place: Place | undefined;
  /** Where a lease lies while the cache takes none and nothing has to be written. */
  #idle: Place | undefined;
  #whyReadOnly = "";
  #losses = 0;
  #isIntact = true;

  constructor(shared: CacheLayout | undefined, options: CacheOptions) {
    this.#options = options;
    this.#shared = shared;
    // R1, strictly before the first lookup: a lease taken after it would not be in the snapshot of who condemned between (CE1).
    if (shared === undefined) this.#place = this.#privatePlace();
    else this.#place = this.#leasedPlace(shared);
    this.documents = openDocuments(
      () => [this.#place?.layout, this.#readOnlyLayout()].filter((layout) => layout !== undefined),
      () => this.#place,
    );
  }

  get lease(): Lease {
    return (this.#place ?? (this.#idle ??= this.#privatePlace())).lease;
  }

  get losses(): number {
    return this.#losses;
  }

  get layout(): CacheLayout {
    return this.#writable().layout;
  }

  lookup(project: string, sha256: string): StoreEntry | undefined {
    const entry = this.#find(project, sha256);
    if (entry !== undefined) this.counts.found += 1;
    return entry;
  }

  /** R2. */
  #find(project: string, sha256: string): StoreEntry | undefined {
    const own = this.#place === undefined ? undefined : this.#findIn(this.#place.layout, project, sha256, true);
    const readOnly = this.#readOnlyLayout();
    return own ?? (readOnly === undefined ? undefined : this.#findIn(readOnly, project, sha256, false));
  }

  #findIn(layout: CacheLayout, project: string, sha256: string, mayHeal: boolean): StoreEntry | undefined {
    const pointer = layout.pointer(project, sha256);
    const id = usePointer(pointer);
    if (id === undefined) return undefined;
    const entry = openEntry(layout, id, sha256);
    // What cannot be healed is not asked whether it is whole: a read-only cache was not being written to when the power went.
    if (!mayHeal || (entry !== undefined && hasSurvived(entry))) return entry;
    heal(layout, pointer);
    return undefined;
  }

  add<Contents extends EntryContents>(project: string, fill: FillEntry<Contents>): Promise<EntryOf<Contents["kind"]>> {
    return this.#addUnder(undefined, project, fill);
  }

  /** Under the flight's lease at first, so that the work may outlive this operation; after a fence under the operation's own. */
  async #addUnder<Contents extends EntryContents>(
    flightLease: Lease | undefined,
    project: string,
    fill: FillEntry<Contents>,
  ): Promise<EntryOf<Contents["kind"]>> {
    for (let attempt = 1; ; attempt++) {
      const place = this.#writable();
      const lease = attempt === 1 && flightLease !== undefined ? flightLease : place.lease;
      try {
        const entry = await fillAndPublish(place.layout, lease, project, fill);
        this.counts.added += 1;
        return entry;
      } catch (error) {
        if (!(error instanceof Fenced || error instanceof PublishAgain)) throw error;
        if (attempt === mostAttempts) throw vanishing(place.layout.root, error.cause);
        // A lease that is there was not the reason: the same one, and a new id.
        if (error instanceof Fenced && place === this.#place && isLost(place.lease)) this.#renew();
      }
    }
  }

  async addOnce<Entry extends StoreEntry>(request: EntryRequest<Entry>): Promise<Entry> {
    const { key, lookup, make, sharesFailures = false, signal } = request;
    const find: CacheOperation["lookup"] = (project, sha256) => this.#find(project, sha256);
    const look = (): Entry | undefined => lookup(find);
    const place = this.#writable();
    let made: Entry | undefined;
    const makeIt = async (lease: Lease | undefined, until: AbortSignal | undefined): Promise<Entry> =>
      (made = await make(this.#maker(lease, until)));
    // A failure that others share has to be told them, which takes a flight; a hint costs a sixth of its calls.
    const entry = await (sharesFailures
      ? onceForAll(place, request, {
          lookup: look,
          make: (flight) => makeIt(flight?.lease, flight === undefined ? signal : flight.signal),
        })
      : place.hints.once(key, { lease: place.lease, lookup: look, work: () => makeIt(undefined, signal), signal }));
    if (made === undefined) this.counts.found += 1;
    return entry;
  }

  async documentOnce<T extends object>(request: DocumentRequest<T>): Promise<T> {
    const { key, group = key, lookup, make, sharesFailures = false, signal } = request;
    const place = this.#place;
    // Nobody else looks into a private folder, and nothing can be left for others where nothing can be written.
    if (place === undefined || place.privateFolder !== undefined) return make(signal);
    if (!sharesFailures)
      return place.hints.once(key, { group, lease: place.lease, lookup, work: () => make(signal), signal });
    return onceForAll(place, request, {
      lookup,
      make: (flight) => make(flight === undefined ? signal : flight.signal),
    });
  }

  inTurn<T>(turn: Turn, work: () => Promise<T>): Promise<T> {
    return inTurn(this.#writable().lease, turn, this.#onLockEvent, work);
  }

  #maker(flightLease: Lease | undefined, signal: AbortSignal | undefined): EntryMaker {
    return {
      signal,
      add: (project, fill) => this.#addUnder(flightLease, project, fill),
      beginPartial: (request) => {
        const { layout, lease } = this.#writable();
        return beginPartial(layout, flightLease ?? lease, request);
      },
    };
  }

  validate(): boolean {
    const place = this.#place;
    if (place !== undefined && isLost(place.lease)) this.#renew();
    const wasIntact = this.#isIntact;
    this.#isIntact = true;
    return wasIntact;
  }

  discardDamaged(project: string, entry: StoreEntry): boolean {
    if (isWhole(entry)) return false;
    const layout = this.#place?.layout;
    const pointer = layout?.pointer(project, entry.sha256);
    // Only if it still names this entry: another process may have healed it already.
    if (layout !== undefined && pointer !== undefined && readPointer(pointer) === entry.id) heal(layout, pointer);
    return true;
  }

  takeFolder(name: string): string {
    const path = this.temporaryPath();
    takeFolder(this.layout, name, path);
    return path;
  }

  keepFolder(path: string, name: string): void {
    keepFolder(this.layout, path, name);
  }

  temporaryPath(): string {
    const { layout, lease } = this.#writable();
    return `${layout.temporary}/${lease.name}-${lease.nextId()}`;
  }

  end(): void {
    const place = this.#place ?? this.#idle;
    if (place === undefined) return;
    place.lease.release(); // R4
    if (place.privateFolder !== undefined) rmSync(place.privateFolder, { recursive: true, force: true });
    else sweepQuietly(place.layout);
  }

  /** All that was found under the lost lease is void, and a NEW lease name is taken (rule V, G1). */
  #renew(): void {
    this.#isIntact = false;
    this.#place?.lease.release();
    this.#losses += 1;
    const shared = this.#shared;
    if (shared === undefined || this.#place?.privateFolder !== undefined || this.#losses >= mostLosses) {
      this.#abandonPlace();
      this.#place = this.#privatePlace();
      this.#options.onWarning?.(
        "MURRE_WARNING_PRIVATE_CACHE",
        `the lease of this operation was lost ${this.#losses} times; it goes on with a cache of its own, which is removed at its end`,
      );
    } else this.#place = this.#leasedPlace(shared);
  }

  #abandonPlace(): void {
    const folder = this.#place?.privateFolder;
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }

  /** The place to write to; a private one where the shared cache takes no lease. */
  #writable(): Place {
    if (this.#place !== undefined) return this.#place;
    this.#options.onWarning?.(
      "MURRE_WARNING_CACHE_READ_ONLY",
      `the cache folder cannot be written to (${this.#whyReadOnly}); what it holds is used, and what is missing is kept for this run only`,
    );
    return (this.#place = this.#idle ?? this.#privatePlace());
  }

  /** The shared cache when it is only read. */
  #readOnlyLayout(): CacheLayout | undefined {
    return this.#whyReadOnly === "" ? undefined : this.#shared;
  }

  #leasedPlace(layout: CacheLayout): Place | undefined {
    try {
      return whileFoldersVanish(() => this.#open(layout, undefined));
    } catch (error) {
      this.#whyReadOnly = errorCode((error as Error).cause) ?? String(error);
      return undefined;
    }
  }

  #privatePlace(): Place {
    const folder = makeTemporaryFolder("murre-cache-");
    return this.#open(cacheLayout(folder), folder);
  }

  #open(layout: CacheLayout, privateFolder: string | undefined): Place {
    const lease = takeLease(layout.root);
    const flights = createSingleFlight({ root: layout.root, onEvent: this.#onLockEvent });
    const hints = createHints({ root: layout.root, onEvent: this.#onLockEvent });
    return { layout, lease, flights, hints, privateFolder };
  }

  readonly #onLockEvent: LockEventListener = (event) => {
    if (event.type === "waiting") this.#options.onWaiting?.(describeLockEvent(event));
    else if (event.type === "waited" || event.type === "taken over") this.#options.onDebug?.(describeLockEvent(event));
  };
}

function isLost(lease: Lease): boolean {
  try {
    lease.validate();
    return false;
  } catch {
    return true;
  }
}

function sweepQuietly(layout: CacheLayout): void {
  try {
    sweepCondemned(layout);
  } catch {
    // What resists stays for `cache prune`.
  }
}
