import type { Documents } from "@murre/cache";
import { indexKey } from "../location/index-location.ts";

/** Which servers are known not to answer range requests: asked once, then remembered. */
export interface RangeServers {
  isKnownWithout(url: string): boolean;
  /** For this run, and with `lasting` for a week, in the cache. */
  rememberWithout(url: string, lasting: boolean): void;
  /**
   * Runs a task that asks for ranges. The first one for a server runs alone, so that a server without ranges is asked
   * once, however many files are wanted at the same time.
   */
  firstAlone<T>(url: string, task: () => Promise<T>): Promise<T>;
}

/** A server is asked again after so many milliseconds: it may have been replaced. */
const memoryMs = 7 * 24 * 3600 * 1000;

export function createRangeServers(documents: Documents | undefined, now: () => number): RangeServers {
  const without = new Map<string, boolean>();
  const firsts = new Map<string, Promise<unknown>>();
  return {
    isKnownWithout(url) {
      const { origin } = new URL(url);
      const known = without.get(origin) ?? readStored(documents?.read(...segmentsOf(origin)), now());
      without.set(origin, known);
      return known;
    },
    async firstAlone(url, task) {
      const { origin } = new URL(url);
      const first = firsts.get(origin);
      if (first !== undefined) {
        await first;
        return task();
      }
      const own = task();
      // Whether it succeeds does not matter: what it found out is remembered before it ends.
      firsts.set(
        origin,
        own.catch(() => {}),
      );
      return own;
    },
    rememberWithout(url, lasting) {
      const { origin } = new URL(url);
      without.set(origin, true);
      if (lasting) documents?.write(segmentsOf(origin), JSON.stringify({ ranges: false, at: now() }));
    },
  };
}

const segmentsOf = (origin: string): string[] => ["servers", indexKey(origin)];

/** `{"ranges": false, "at": <milliseconds since 1970>}`. */
function readStored(data: Buffer | undefined, now: number): boolean {
  if (data === undefined) return false;
  try {
    const { ranges, at } = JSON.parse(data.toString("utf8")) as { ranges?: unknown; at?: unknown };
    return ranges === false && typeof at === "number" && now - at < memoryMs;
  } catch {
    return false;
  }
}
