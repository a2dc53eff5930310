import { FileTooLarge, namesIn, NotAFile, readSmallText, refuseLink, sha256Hex } from "@murre/files";
import { closeSync, constants, fstatSync, openSync, renameSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decidingScan } from "../lock/deciding-scan.ts";
import { type FlightFailure, isGone } from "../errors.ts";
import {
  createIn,
  entryExists,
  removeEntry,
  type TicketFolder,
  ticketFolder,
  type TicketName,
} from "../lock/tickets.ts";

// One key's flight on disk (protocols/single-flight.md), beside the lock's choosing/ and tickets/:
//   locks/<key>/failed/<t>   a failure, under the name of the ticket that met it

/** The folder of a key: readable at its start, unique by its digest, short enough for every file system. */
export function flightFolder(locks: string, key: string): TicketFolder {
  const readable = key
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 40);
  const digest = sha256Hex(key).slice(0, 32);
  return ticketFolder(join(locks, `${readable}.${digest}`), { kind: "file" });
}

/**
 * F6: failure and release in one rename, so that a waiter whose ticket stood in T finds it, and a retry never sees half of one.
 * @returns false when the ticket had been taken away: then the failure concerns nobody but this process.
 */
export function reportFailure(at: TicketFolder, ticket: string, failure: FlightFailure): boolean {
  const path = join(at.tickets, ticket);
  const failed = join(at.folder, "failed");
  try {
    writeTicket(path, JSON.stringify(failure));
  } catch (error) {
    // A full disk cannot carry a message: the next one works, and meets the failure itself. A write that stopped halfway goes with the ticket.
    if (!isGone(error)) removeEntry(path);
    return false;
  }
  try {
    createIn(failed, () => {
      try {
        renameSync(path, join(failed, ticket));
      } catch (error) {
        if (isGone(error) && !entryExists(path)) throw new Revoked();
        throw error;
      }
    });
    return true;
  } catch (error) {
    if (error instanceof Revoked) return false;
    removeEntry(path);
    return false;
  }
}

/** Does not create: a ticket that was taken away must not come back. Nor does it write to what somebody else put in its place. */
function writeTicket(path: string, text: string): void {
  const { O_WRONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = openSync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.nlink !== 1) throw new Error(`${path}: is not the ticket that was drawn`);
    writeFileSync(file, text);
  } finally {
    closeSync(file);
  }
}

class Revoked extends Error {}

/** F4: the failure of one of the tickets that were waited for. By name, so it is never an older request's. */
export function failureOf(at: TicketFolder, waitedFor: readonly TicketName[]): FlightFailure | undefined {
  for (const { name } of waitedFor) {
    try {
      return parseFailure(readSmallText(join(at.folder, "failed", name), { followsLinks: false }));
    } catch (error) {
      if (error instanceof NotAFile || error instanceof FileTooLarge) return parseFailure("");
      if (!isGone(error)) throw error;
    }
  }
  return undefined;
}

function parseFailure(text: string): FlightFailure {
  try {
    const { name, code, message } = JSON.parse(text) as Record<string, unknown>;
    return { name: String(name), message: String(message), ...(typeof code === "string" ? { code } : {}) };
  } catch {
    return { name: "Error", message: "for a reason that cannot be read" };
  }
}

/**
 * Removes the files of a key that no process wants any more (K1 to K4). Called after each release and by every sweep; each step is optional.
 * @throws nothing: what cannot be removed stays for the next one.
 */
export function cleanFlight(at: TicketFolder): void {
  const failed = join(at.folder, "failed");
  try {
    for (const folder of [at.folder, failed]) refuseLink(folder);
    // K1 BEFORE K2: failed/t exists, so tickets/t is gone, so everyone with t in T had a ticket before this listing; the scan of K2 would
    // show it. The other way round a waiter younger than the scan loses its failure (CE17).
    const failures = namesIn(failed);
    const tickets = decidingScan(at.tickets) ?? [];
    if (tickets.length === 0) for (const name of failures) removeEntry(join(failed, name)); // K3
  } catch {
    return;
  }
  // K4: rmdir only, NEVER rename or rm -r: it removes no name, so it cannot take a fresh choosing file or ticket along (CE16).
  for (const folder of [failed, at.tickets, at.choosing, at.folder]) removeIfEmpty(folder);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // ENOTEMPTY, ENOENT: in use again, or done by another. Anything else will be said by whoever needs the folder.
  }
}
