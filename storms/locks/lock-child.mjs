// One process of the lock storm: takes locks, says in each lock's log what it does, and is killed now and then.
// node lock-child.mjs ROOT INDEX ACQUISITIONS SEED DEATHS
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "@murre/test-kit";
import { dieBeforeCall, hesitate } from "./crash-at-syscall.mjs";

const { acquireLock, takeLease } = await import("@murre/locking");
const [root, index, acquisitions, seed, deaths] = process.argv.slice(2);
const random = seededRandom(Number(seed) * 1_000_003 + Number(index) * 1009 + Number(deaths));
hesitate(random);
const progress = join(root, "progress", index);
const begun = readProgress();

// The process answers judges of other pid namespaces from its first lock on.
const life = takeLease(root);
(await acquireLock({ folder: join(root, "own", index), lease: life, mode: "read" })).release();
for (let i = begun; i < Number(acquisitions); i++) {
  appendFileSync(progress, ".");
  const lock = Math.floor(random() * 3);
  const mode = random() < 0.4 ? "write" : "read";
  const doomed = random() < 0.1;
  if (doomed && random() < 0.6) dieBeforeCall(1 + Math.floor(random() * 24));
  else if (doomed) process.stdout.write(`kill ${Math.floor(random() * 60)}\n`);
  await once(lock, mode, `${index}.${deaths}.${i}`, doomed ? 10 : 2);
  // A doomed acquisition that outlived its moment is ended now: one in ten ends by SIGKILL.
  if (doomed) process.kill(process.pid, "SIGKILL");
}
life.release();

async function once(lock, mode, id, longest) {
  const lease = takeLease(root);
  const held = await acquireLock({ folder: join(root, "lock", String(lock)), lease, mode });
  // Only what stands in the log counts. Appends are atomic and ordered by the kernel.
  const say = (phase) => appendFileSync(join(root, "log", String(lock)), `${id} ${mode} ${phase}\n`);
  say("begin");
  for (let step = Math.floor(random() * (longest + 1)); step > 0; step--) {
    await sleep(random() * 2);
    say("within");
  }
  say("end");
  held.release();
  lease.release();
}

function readProgress() {
  try {
    return readFileSync(progress).length;
  } catch {
    return 0;
  }
}
