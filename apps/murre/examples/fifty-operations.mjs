// A server that works with environments for days: fifty operations in one process leave nothing behind.
// node fifty-operations.mjs FOLDER REQUIREMENT…
import { existsSync, readdirSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { createMurre } from "murre";

const [folder, ...requirements] = process.argv.slice(2);
const murre = createMurre({ cwd: folder });
// One signal for the whole life of the server.
const { signal } = new AbortController();

async function once() {
  const { environment: python } = await murre.venv({ path: ".venv", existing: "clear", signal });
  await murre.install({ python, requirements, signal });
  await murre.list({ python, signal });
  await murre.uninstall({ python, names: requirements, signal });
  await murre.resolve({ python, requirements, signal });
}

/** What a process can run out of. */
async function held() {
  // What is kept for the next operation goes after a second without one.
  await setTimeout(1500);
  globalThis.gc?.();
  const entries = (path) => (existsSync(path) ? readdirSync(path).length : 0);
  return {
    heapMb: Math.round(process.memoryUsage().heapUsed / 1e6),
    handles: process.getActiveResourcesInfo().filter((name) => name !== "Timeout").length,
    descriptors: entries("/proc/self/fd"),
    threads: entries("/proc/self/task"),
    listeners: process.eventNames().reduce((count, name) => count + process.listenerCount(name), 0),
  };
}

for (let i = 0; i < 2; i++) await once();
const before = await held();
for (let i = 0; i < 10; i++) await once();
const after = await held();
console.log(JSON.stringify({ before, after }));
