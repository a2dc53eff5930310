// Loaded before a lock: stops this process at a named system call until a file appears, so that an interleaving can be forced.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** Before the first call of fs[call] on a path that ends with `suffix`: makes `reached`, and sleeps until `goOn` exists. */
export function pauseBefore(call, suffix, reached, goOn) {
  const original = fs[call];
  const { existsSync, writeFileSync } = fs;
  const clock = new Int32Array(new SharedArrayBuffer(4));
  let paused = false;
  fs[call] = (path, ...rest) => {
    if (!paused && String(path).endsWith(suffix)) {
      paused = true;
      writeFileSync(reached, "");
      while (!existsSync(goOn)) Atomics.wait(clock, 0, 0, 5);
    }
    return original(path, ...rest);
  };
  syncBuiltinESMExports();
}
