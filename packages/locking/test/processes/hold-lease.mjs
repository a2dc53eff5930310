// node hold-lease.mjs ROOT [own-handlers|exit|throw]: takes a lease and a lock, says so, and waits to be ended.
import { join } from "node:path";
import { acquireLock, takeLease } from "../../dist/index.js";

const [root, how] = process.argv.slice(2);
if (how === "own-handlers")
  process.on("SIGTERM", () => {
    process.stdout.write("handled\n");
    setTimeout(() => process.exit(7), 50);
  });
const lease = takeLease(root);
await acquireLock({ folder: join(root, "lock"), lease, mode: "write" });
process.stdout.write(`${lease.name}\n`);
if (how === "exit") process.exit(3);
if (how === "throw") throw new Error("on purpose");
setInterval(() => {}, 1000);
