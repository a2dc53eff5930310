import { errorCode, refuseLink, randomDigits } from "@murre/files";
import { closeSync, linkSync, mkdirSync, openSync, renameSync, rmSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { makeFolders } from "../lease/make-folders.ts";
import { isGone } from "../errors.ts";
import { decidingScan } from "./deciding-scan.ts";
import type { Lease } from "../lease/lease.ts";

// One lock on disk (protocols/locks.md):
//   <folder>/choosing/<me>              me = <lease>-<n>, made before a number is drawn, gone once the ticket is there
//   <folder>/tickets/<k>-<r|w>-<me>     a name, or what its holder commits by renaming it
// Both are scanned, so nothing in them is ever renamed within them or replaced (G7).

export type LockMode = "read" | "write";

/**
 * What a ticket is.
 * - name: a name and nothing more, the cheapest;
 * - file: a file of its own, which its holder may write and commit by renaming it;
 * - directory: a folder, which its holder may fill and commit by renaming it; it is revoked into `trash`, on the same file system.
 */
export type TicketForm =
  | { readonly kind: "name" }
  | { readonly kind: "file" }
  | {
      readonly kind: "directory";
      readonly trash: string;
      /** Deletes a revoked ticket where it lies in `trash`; default: the folder and all that is in it. */
      readonly discard?: (folder: string) => void;
    };

export interface TicketFolder {
  readonly folder: string;
  readonly choosing: string;
  readonly tickets: string;
  readonly form: TicketForm;
}

export interface TicketName {
  readonly name: string;
  /** k: grows while the queue is never empty, so it is no 53-bit number. */
  readonly number: bigint;
  readonly mode: LockMode;
  /** me */
  readonly holder: string;
  readonly lease: string;
}

export function ticketFolder(folder: string, form: TicketForm): TicketFolder {
  return { folder, choosing: join(folder, "choosing"), tickets: join(folder, "tickets"), form };
}

/** No queue grows to a number of so many digits: a name that has one was made by hand, and a larger one would not fit into a name. */
const ticketPattern = /^(0|[1-9]\d{0,39})-([rw])-(.+)-(\d+)$/;

/** @returns undefined for a name that is not a ticket's; such an entry holds nothing and is never removed. */
export function parseTicket(name: string): TicketName | undefined {
  const match = ticketPattern.exec(name);
  if (match === null) return undefined;
  const [, number = "", mode, lease = "", n = ""] = match;
  return { name, number: BigInt(number), mode: mode === "r" ? "read" : "write", holder: `${lease}-${n}`, lease };
}

/** The lease in `<lease>-<n>`. */
export function leaseOf(holder: string): string {
  return holder.slice(0, holder.lastIndexOf("-"));
}

/** The order of the queue: (k, me), k as a number, then me as bytes (names are ASCII). Total, because me is unique. */
export function precedes(a: TicketName, b: TicketName): boolean {
  if (a.number !== b.number) return a.number < b.number;
  return a.holder < b.holder;
}

export function conflicts(a: LockMode, b: LockMode): boolean {
  return a === "write" || b === "write";
}

/**
 * A1 to A4: draws a ticket.
 * @returns undefined when the choosing file was taken away meanwhile: this process was taken for dead, and must begin again under a new name.
 * @throws a system error; nothing is left behind then.
 */
export function drawTicket(at: TicketFolder, lease: Lease, mode: LockMode): TicketName | undefined {
  const holder = `${lease.name}-${lease.nextId()}`;
  const choosing = `${at.choosing}/${holder}`;
  // Names are predictable, and others may write where locks lie: nothing is made behind a link.
  for (const folder of [at.folder, at.choosing, at.tickets]) refuseLink(folder);
  // A1, before the scan: whoever does not see this file in A5 began after my ticket existed, and draws a larger number (I1; CE10, CE12).
  // The folder may be missing or be removed by a cleaner at any time while it is empty; each repeat means that a cleaner completed.
  createIn(at.choosing, () => createName(lease.path, choosing));
  let ticket: TicketName | undefined;
  try {
    ticket = createTicket(at, holder, lease, mode);
    // A4: the result counts. Gone means that someone judged this process dead while it drew its number: another may have entered with the
    // same number, so this ticket must not be used (CE13).
    if (removeEntry(choosing)) return ticket;
  } catch (error) {
    quietly(() => removeEntry(choosing));
    const drawn = ticket;
    if (drawn !== undefined) quietly(() => revokeTicket(at, drawn.name));
    throw error;
  }
  revokeTicket(at, ticket.name);
  return undefined;
}

/** Tidies up after an error that says more than another one would; what stays is removed when this process has ended. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // As above.
  }
}

function createTicket(at: TicketFolder, holder: string, lease: Lease, mode: LockMode): TicketName {
  // A2: ONE scan. It may show tickets that are gone (a larger number than needed: harmless) and miss younger ones (I1 covers them: I3).
  let highest = 0n;
  for (const entry of decidingScan(at.tickets) ?? []) {
    const other = parseTicket(entry);
    if (other !== undefined && other.number > highest) highest = other.number;
  }
  const number = highest + 1n;
  const name = `${number}-${mode === "read" ? "r" : "w"}-${holder}`;
  const path = `${at.tickets}/${name}`;
  // A3, again with the SAME number when the folder was missing: choosing/me is still there, so this is merely a slow A3.
  createIn(at.tickets, () => {
    if (at.form.kind === "name") createName(lease.path, path);
    else if (at.form.kind === "file") createFile(path);
    else createFolder(path);
  });
  return { name, number, mode, holder, lease: lease.name };
}

/** Takes a ticket away for good: its holder's own release, or a verdict. @returns false when it was gone already. */
export function revokeTicket(at: TicketFolder, name: string): boolean {
  const path = `${at.tickets}/${name}`;
  if (at.form.kind !== "directory") return removeEntry(path);
  // A folder may hold a half-filled stage: one rename takes it away whole (G5), and this name's absence is the verdict (G2).
  const { trash, discard } = at.form;
  const grave = join(trash, randomDigits());
  try {
    createIn(trash, () => {
      try {
        renameSync(path, grave);
      } catch (error) {
        // ENOENT of the ticket and of trash/ look alike; only the latter is worth another try.
        if (isGone(error) && !entryExists(path)) throw new TicketGone();
        throw error;
      }
    });
  } catch (error) {
    if (error instanceof TicketGone) return false;
    throw error;
  }
  if (discard === undefined) rmSync(grave, { recursive: true, force: true });
  else discard(grave);
  return true;
}

class TicketGone extends Error {}

/** How many times a folder is made again before its loss counts as an error: each time a cleaner must have removed it in between. */
const folderAttempts = 1000;

/** Runs `create`, and makes `folder` first where it is missing. */
export function createIn(folder: string, create: () => void): void {
  for (let attempt = 1; ; attempt++) {
    try {
      return create();
    } catch (error) {
      if (!isGone(error) || attempt === folderAttempts) throw error;
      makeFolders(folder);
    }
  }
}

/**
 * Makes a name that was never there, as another link of the lease's file: exclusive like O_EXCL, and several times cheaper than a new inode
 * where there is a journal. Only for names that are never renamed or written: rename(2) between two links of one inode does nothing.
 */
function createName(leasePath: string, path: string): void {
  try {
    linkSync(leasePath, path);
  } catch (error) {
    // Another file system (EXDEV), one without links, too many links, a lease that is lost: a file does as well, and says what is wrong.
    if (errorCode(error) !== "EEXIST") createFile(path);
  }
}

function createFile(path: string): void {
  try {
    closeSync(openSync(path, "wx"));
  } catch (error) {
    // The name is mine alone: a retransmitted request of a network file system reports its own success this way (N3).
    if (errorCode(error) !== "EEXIST") throw error;
  }
}

function createFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
}

/** @returns false when the entry was gone already. */
export function removeEntry(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

export function entryExists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}
