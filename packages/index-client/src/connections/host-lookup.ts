import { lookup, type LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";

type AskForAll = (hostname: string, options: { readonly all: true }, answer: Answer) => void;
type Answer = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/**
 * Asks for the addresses of a host once, however many connections are opened to it: each question takes one of the few threads of Node's
 * pool, and a name server that loses one of fifty is asked again after five seconds. A failure is not kept.
 * @param ask for tests
 */
export function sharedLookup(
  ask: AskForAll = (hostname, options, answer) => lookup(hostname, options, answer),
): LookupFunction {
  const known = new Map<string, LookupAddress[]>();
  const waiting = new Map<string, Answer[]>();
  const resolve = (hostname: string, answer: Answer): void => {
    const addresses = known.get(hostname);
    if (addresses !== undefined) return process.nextTick(answer, null, addresses);
    const others = waiting.get(hostname);
    if (others !== undefined) return void others.push(answer);
    waiting.set(hostname, [answer]);
    ask(hostname, { all: true }, (error, found) => {
      if (error === null) known.set(hostname, found);
      const answers = waiting.get(hostname) ?? [];
      waiting.delete(hostname);
      for (const one of answers) one(error, found);
    });
  };
  return (hostname, { all, family }, callback) =>
    resolve(hostname, (error, addresses) => {
      const wanted = Number(family === "IPv4" ? 4 : family === "IPv6" ? 6 : (family ?? 0));
      const fitting = (addresses ?? []).filter((address) => wanted === 0 || address.family === wanted);
      if (error !== null || all === true) return callback(error, fitting);
      callback(null, fitting[0]?.address ?? "", fitting[0]?.family);
    });
}
