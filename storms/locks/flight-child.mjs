// One process of the flight storm: wants the same keys as all others, in an order of its own, some at once; is killed now and then.
// node flight-child.mjs ROOT INDEX KEYS SEED DEATHS
import { appendFileSync, existsSync, linkSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "@murre/test-kit";
import { dieBeforeCall, hesitate } from "./crash-at-syscall.mjs";

const { createSingleFlight, takeLease } = await import("@murre/locking");
const [root, index, keys, seed, deaths] = process.argv.slice(2);
const random = seededRandom(Number(seed) * 1_000_003 + Number(index) * 1009 + Number(deaths));
hesitate(random);
const flights = createSingleFlight({ root });
// No process dies more than twice, so that all come to an end.
const mortal = Number(deaths) < 2;

const order = Array.from({ length: Number(keys) }, (_, key) => key).sort(() => random() - 0.5);
while (order.length > 0) await Promise.all(order.splice(0, 5).map(want));
writeFileSync(join(root, "done", index), "");

async function want(key) {
  const lease = takeLease(root);
  if (mortal && random() < 0.04) dieBeforeCall(1 + Math.floor(random() * 60));
  const result = await flights.run(`key ${key}`, { lease, lookup: () => find(key), work: () => work(key) });
  if (result !== `result ${key}`) throw new Error(`wrong result for ${key}: ${result}`);
  lease.release();
}

function find(key) {
  const path = join(root, "results", String(key));
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Each line is one step that happened; `begin` without `end` is a death. */
async function work(key) {
  const id = `${index}.${deaths}`;
  appendFileSync(join(root, "log", String(key)), `${id} begin\n`);
  if (mortal && random() < 0.3) process.stdout.write(`kill ${Math.floor(random() * 20)}\n`);
  await sleep(random() * 20);
  const draft = join(root, "drafts", `${key}.${id}`);
  mkdirSync(join(root, "drafts"), { recursive: true });
  writeFileSync(draft, `result ${key}`);
  linkSync(draft, join(root, "results", String(key)));
  appendFileSync(join(root, "log", String(key)), `${id} end\n`);
}
