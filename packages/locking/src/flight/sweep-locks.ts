import { isRealFolder, namesIn } from "@murre/files";
import { join } from "node:path";
import { decidingScan } from "../lock/deciding-scan.ts";
import { cleanFlight } from "./flight-folder.ts";
import { judge, type Stake } from "../lease/liveness.ts";
import { leaseOf, parseTicket, removeEntry, revokeTicket, ticketFolder, type TicketForm } from "../lock/tickets.ts";

/**
 * Removes what the dead left in one lock's folder. Waiters do the same, so progress never depends on it.
 * @returns the names that were removed.
 */
export async function sweepLock(
  root: string,
  folder: string,
  ticket: TicketForm = { kind: "name" },
  stake: Stake = "lock",
): Promise<readonly string[]> {
  const at = ticketFolder(folder, ticket);
  const removed: string[] = [];
  for (const name of decidingScan(at.choosing) ?? []) {
    const path = join(at.choosing, name);
    if ((await judge(root, leaseOf(name), { stake, witness: path })) === "dead" && removeEntry(path))
      removed.push(name);
  }
  for (const name of decidingScan(at.tickets) ?? []) {
    const lease = parseTicket(name)?.lease;
    if (lease === undefined) continue;
    const verdict = await judge(root, lease, { stake, witness: join(at.tickets, name) });
    if (verdict === "dead" && revokeTicket(at, name)) removed.push(name);
  }
  return removed;
}

/** Removes what the dead left in the flights of `root`, and the folders of keys that nobody wants. */
export async function sweepFlights(root: string): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const key of namesIn(join(root, "locks"))) {
    const folder = join(root, "locks", key);
    if (!isRealFolder(folder)) continue;
    removed.push(...(await sweepLock(root, folder, { kind: "file" }, "flight")));
    cleanFlight(ticketFolder(folder, { kind: "file" }));
  }
  return removed;
}
