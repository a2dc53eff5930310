import { MessageChannel, type MessagePort } from "node:worker_threads";

/** Smaller ones are many, so that collections come often enough (bytes). */
const worthwhileBytes = 16 * 1024;

/** A port that nobody listens to: what is moved to it is freed there and then. It keeps no thread alive, and is closed from its third turn on. */
let nowhere: MessagePort | undefined;

/** For modules that will give much back, when they are loaded: what is given back in the turn in which this is called, or the next, waits for the one after. */
export function prepareToGiveBack(): MessagePort {
  if (nowhere !== undefined) return nowhere;
  const { port1, port2 } = new MessageChannel();
  port2.close();
  return (nowhere = port1);
}

/**
 * Gives the memory of data that nobody needs any more back at once. A collection does it as well, but comes when objects pile up, and a large
 * buffer is one small object: tens of megabytes would wait in each thread. (`ArrayBuffer.prototype.transfer` would do, but Node 20 has none;
 * a `structuredClone` that moves it waits for a collection too.)
 *
 * Memory of any other size than the one that was asked for is shared: Node cuts small buffers out of a pool, of a size that differs between its
 * versions and that a program can set, and takes less than half of it for one buffer. It stays, as does what Node refuses to move.
 * @param data what is left of its memory; afterwards its length is 0
 * @param askedBytes the size that the memory was asked for with, where `data` is only a part of it
 */
export function giveBack(data: Uint8Array, askedBytes = data.length): void {
  if (data.length < worthwhileBytes || data.buffer.byteLength !== askedBytes) return;
  try {
    prepareToGiveBack().postMessage(null, [data.buffer as ArrayBuffer]);
  } catch {
    // Marked as untransferable, or shared between threads. Nothing depends on its being given back now.
  }
}
