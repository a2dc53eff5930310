import { createSlots, type Slots } from "./slots.ts";

/** How many requests each server gets at once. */
export interface OriginSlots {
  of(url: URL): Slots;
  /** To be told of each answer's headers. */
  answered(url: URL, headers: Readonly<Record<string, unknown>>): void;
}

/**
 * A plain HTTP server may be a small one that closes each connection and lets five wait (`python -m http.server`): more at
 * once are dropped, and come again only after a second, three, seven. So it gets a few until an answer shows that it
 * keeps connections open; `limit` bounds all, and is there at once for https:.
 */
export function createOriginSlots(limit: number): OriginSlots {
  const slots = new Map<string, Slots>();
  return {
    of(url) {
      const known =
        slots.get(url.origin) ?? createSlots(url.protocol === "https:" ? limit : Math.min(limit, fewAtOnce));
      slots.set(url.origin, known);
      return known;
    },
    answered(url, headers) {
      if ("keep-alive" in headers || /keep-alive/i.test(String(headers["connection"])))
        slots.get(url.origin)?.widen(limit);
    },
  };
}

const fewAtOnce = 5;
