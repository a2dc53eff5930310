// Wants every key of a list once, in an order of its own: node hint-child.mjs ROOT KEYS SEED. Each work appends a line to ROOT/works.
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createHints, takeLease } from "../../dist/index.js";

const [root, count, seed] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const hints = createHints({ root });
const lease = takeLease(root);
const keys = Array.from({ length: count }, (_, i) => (i * 7 + seed * 3) % count);
await Promise.all(
  keys.map((key) =>
    hints.once(`key ${key}`, {
      lease,
      lookup: () => (existsSync(`${root}/result-${key}`) ? readFileSync(`${root}/result-${key}`, "utf8") : undefined),
      work: async () => {
        appendFileSync(`${root}/works`, `${key} ${process.pid}\n`);
        await sleep(5);
        writeFileSync(`${root}/aside-${key}-${process.pid}`, `result ${key}`);
        renameSync(`${root}/aside-${key}-${process.pid}`, `${root}/result-${key}`);
        return `result ${key}`;
      },
    }),
  ),
);
lease.release();
process.stdout.write("done\n");
