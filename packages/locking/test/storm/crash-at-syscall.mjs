// Loaded before the package: counts calls of node:fs, so that a test can end or pause the process between any two of them.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const names = ["openSync", "closeSync", "readdirSync", "unlinkSync", "statSync", "mkdirSync", "rmdirSync", "renameSync", "writeSync"];
let left = Infinity;

for (const name of names) {
  const original = fs[name];
  fs[name] = (...args) => {
    if (--left <= 0) process.kill(process.pid, "SIGKILL");
    return original(...args);
  };
}
syncBuiltinESMExports();

/** The process dies by SIGKILL before its n-th call from now; 0 disarms. */
export function dieBeforeCall(n) {
  left = n === 0 ? Infinity : n;
}
