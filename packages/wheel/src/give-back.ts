import { MessageChannel } from "node:worker_threads";

/** Smaller ones are many, so that collections come often enough; the smallest share Node's pool, which must stay (bytes). */
const worthwhileBytes = 16 * 1024;

/** A port that nobody listens to: what is moved to it is freed there and then. It keeps no thread alive, and is closed from the first turn on. */
const { port1: nowhere, port2 } = new MessageChannel();
port2.close();

/**
 * Gives the memory of data that nobody needs any more back at once. A collection does it as well, but comes when objects pile up, and a large
 * buffer is one small object: tens of megabytes would wait in each thread. (`ArrayBuffer.prototype.transfer` would do, but Node 20 has none;
 * a `structuredClone` that moves it waits for a collection too.)
 * @param data the only view of its memory; afterwards its length is 0
 */
export function giveBack(data: Uint8Array): void {
  if (data.length >= worthwhileBytes) nowhere.postMessage(null, [data.buffer as ArrayBuffer]);
}
