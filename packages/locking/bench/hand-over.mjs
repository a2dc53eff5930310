// node hand-over.mjs ROOT: takes the lock again and again; prints when it holds it and when it releases it, in milliseconds.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { acquireLock, takeLease } from "../dist/index.js";

const lease = takeLease(process.argv[2]);
const said = [];
// The same clock in both processes.
const now = () => performance.timeOrigin + performance.now();
for (let i = 0; i < 60; i++) {
  const lock = await acquireLock({ folder: join(process.argv[2], "passed"), lease, mode: "write" });
  said.push(`hold ${now()}`);
  await sleep(20 + Math.random() * 40);
  said.push(`release ${now()}`);
  lock.release();
}
lease.release();
process.stdout.write(said.join("\n"));
