// Loaded before the package: wraps node:fs, so that a process can die between any two calls, and now and then sleeps between two of them:
// the protocol's windows are microseconds wide, and a storm must meet them.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const names = [
  "openSync",
  "closeSync",
  "readdirSync",
  "unlinkSync",
  "statSync",
  "mkdirSync",
  "rmdirSync",
  "renameSync",
  "writeSync",
];
const clock = new Int32Array(new SharedArrayBuffer(4));
let left = Infinity;
let random = () => 1;

for (const name of names) {
  const original = fs[name];
  fs[name] = (...args) => {
    if (--left <= 0) process.kill(process.pid, "SIGKILL");
    const draws =
      (name === "linkSync" && args[1].includes("/tickets/")) ||
      (name === "openSync" && String(args[0]).includes("/tickets/"));
    if (random() < (draws ? 0.1 : 0.02)) Atomics.wait(clock, 0, 0, random() * (draws ? 25 : 4));
    return original(...args);
  };
}
syncBuiltinESMExports();

/** The process dies by SIGKILL before its n-th call from now; 0 disarms. */
export function dieBeforeCall(n) {
  left = n === 0 ? Infinity : n;
}

/** From now on one call in fifty waits for up to 4 ms before it acts, and one in ten that makes a ticket, after the number was drawn, up to 25. */
export function hesitate(source) {
  random = source;
}
