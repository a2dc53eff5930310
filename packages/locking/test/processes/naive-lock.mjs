// The usual lock of one folder: mkdir; EEXIST, so stat; too old, so rmdir; mkdir. It is here to fail.
import fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export async function acquireNaively(folder, isStale, onWaiting) {
  for (;;) {
    try {
      fs.mkdirSync(folder);
      return () => fs.rmdirSync(folder);
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const stats = fs.statSync(folder, { throwIfNoEntry: false });
      if (stats !== undefined && isStale(stats)) {
        // By name: what is removed here need not be what was judged above.
        try {
          fs.rmdirSync(folder);
        } catch {
          // Somebody else did.
        }
      } else {
        onWaiting();
        await sleep(5);
      }
    }
  }
}
