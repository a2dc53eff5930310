// Takes a folder, and is killed while it has it, or just after it gave it back: `taking-child.mjs CACHE STEP`.
import { writeFileSync } from "node:fs";
import { beginCacheOperation } from "../dist/index.js";

const [folder = "", step] = process.argv.slice(2);
const cache = beginCacheOperation(folder);
const path = cache.takeFolder("a");
if (step === "between the renames") {
  writeFileSync(`${path}/half`, "done");
} else {
  writeFileSync(`${path}/whole`, "done");
  cache.keepFolder(path, "a");
}
process.kill(process.pid, "SIGKILL");
