// node hint-taker.mjs once|sweep ROOT NAME: takes the hint of a dead process away, pausing just before it unlinks it.
// Says with files: reached; goes on at go; unlinked has what stood in the hint that it unlinked first.
import fs from "node:fs";
import { join } from "node:path";
import { pauseBefore } from "./pause-at.mjs";

const [kind, root, name] = process.argv.slice(2);
const unlink = fs.unlinkSync;
fs.unlinkSync = (path) => {
  const hint = String(path).endsWith(name) ? fs.readFileSync(path, "utf8") : undefined;
  unlink(path);
  if (hint !== undefined && !fs.existsSync(join(root, "unlinked"))) fs.writeFileSync(join(root, "unlinked"), hint);
};
pauseBefore("unlinkSync", name, join(root, "reached"), join(root, "go"));
const { createHints, sweepHints, takeLease } = await import("../../dist/index.js");
if (kind === "sweep") await sweepHints(root);
else {
  const lease = takeLease(root);
  await createHints({ root }).once("a", { group: "all", lease, lookup: () => undefined, work: async () => "a" });
  lease.release();
}
