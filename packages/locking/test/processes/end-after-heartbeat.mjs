// node end-after-heartbeat.mjs ROOT: takes a lease, waits for its first heartbeat, releases it, and has nothing more to do.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { takeLease } from "../../dist/index.js";

const [root] = process.argv.slice(2);
const lease = takeLease(root, { heartbeatAfterMs: 1 });
const timer = setInterval(() => {
  if (!existsSync(join(root, "heartbeats", lease.name))) return;
  clearInterval(timer);
  lease.release();
  console.log("released");
}, 20);
