import { join } from "node:path";
import type { LockEventListener } from "../lock-events.ts";
import { decidingScan } from "../lock/deciding-scan.ts";
import { describeHolder } from "../lock/lock-holder.ts";
import { parseTicket, removeEntry, type TicketFolder } from "../lock/tickets.ts";
import { type Obstacle, waitUntilGone } from "../lock/waiting.ts";

export interface WatchOptions {
  readonly root: string;
  readonly key: string;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: LockEventListener | undefined;
  /** Whether what is waited for is there: asked whenever one of those who work has ended. */
  readonly isThere: () => Promise<boolean>;
}

/**
 * Waits, holding no ticket, until those who work on a key or wait for it now have ended, or the result is there (protocols/single-flight.md, F0).
 * @throws the signal's reason.
 */
export async function watchFlight(at: TicketFolder, options: WatchOptions): Promise<void> {
  const { root, key: subject, signal, onEvent, isThere } = options;
  const obstacles = (decidingScan(at.tickets) ?? []).flatMap((name): Obstacle[] => {
    const lease = parseTicket(name)?.lease;
    if (lease === undefined) return [];
    const path = join(at.tickets, name);
    const revoke = (): void => {
      const from = onEvent && describeHolder(root, lease, "write", path);
      if (removeEntry(path) && from !== undefined) onEvent?.({ type: "taken over", kind: "flight", subject, from });
    };
    return [{ name, path, lease, revoke }];
  });
  if (obstacles.length === 0) return;
  const started = performance.now();
  await waitUntilGone(obstacles, {
    root,
    stake: "flight",
    signal,
    deadline: Infinity,
    onGone: isThere,
    onStillWaiting: (left) => {
      const holders = left.map(({ lease, path }) => describeHolder(root, lease, "write", path));
      onEvent?.({ type: "waiting", kind: "flight", subject, holders });
    },
  });
  onEvent?.({ type: "waited", kind: "flight", subject, waitedMs: performance.now() - started });
}
