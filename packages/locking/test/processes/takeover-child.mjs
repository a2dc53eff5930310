// node takeover-child.mjs naive|murre ROOT NAME: takes a lock that a dead process left, pausing just before it removes the dead one's entry.
// Says with files: judged.NAME, waiting.NAME, in.NAME, out.NAME; goes on at go.NAME and leave.NAME.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pauseBefore } from "./pause-at.mjs";

const [kind, root, name] = process.argv.slice(2);
const say = (word) => writeFileSync(join(root, `${word}.${name}`), "");
const reached = join(root, `judged.${name}`);
const goOn = join(root, `go.${name}`);

const release = kind === "naive" ? await naive() : await murre();
say("in");
while (!existsSync(join(root, `leave.${name}`))) await sleep(5);
release();
say("out");

async function naive() {
  pauseBefore("rmdirSync", "lock", reached, goOn);
  const { acquireNaively } = await import("./naive-lock.mjs");
  // Stale is what carries the dead one's mtime, the year 2000.
  return acquireNaively(
    join(root, "lock"),
    (stats) => stats.mtime.getUTCFullYear() === 2000,
    () => say("waiting"),
  );
}

async function murre() {
  pauseBefore("unlinkSync", "dead-1", reached, goOn);
  const { acquireLock, takeLease } = await import("../../dist/index.js");
  const lease = takeLease(root);
  const onEvent = ({ type }) => type === "waiting" && say("waiting");
  const lock = await acquireLock({ folder: join(root, "lock"), lease, mode: "write", onEvent });
  return () => {
    lock.release();
    lease.release();
  };
}
