// node build-each-other.mjs ROOT OWN REQUIRED ended|nested: builds OWN, for which it builds REQUIRED; another process does the reverse.
// "ended": the requirement's flight has ended before the own one begins. "nested": the mistake of asking for it inside.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createSingleFlight, takeLease } from "../../dist/index.js";

const [root, own, required, how] = process.argv.slice(2);
const lease = takeLease(root);
const flights = createSingleFlight({ root });
const result = (key) => join(root, `built-${key}`);
const request = (key, work) => ({
  lease,
  lookup: () => (existsSync(result(key)) ? readFileSync(result(key), "utf8") : undefined),
  work,
});

try {
  if (how === "ended") {
    // Both processes are inside a flight at the same moment, each in the one that the other wants next.
    await flights.run(
      required,
      request(required, () => build(required)),
    );
    await flights.run(
      own,
      request(own, () => build(own)),
    );
  } else {
    await flights.run(own, request(own, nested));
  }
  process.stdout.write("built");
} catch (error) {
  process.stdout.write(error.code);
}
lease.release();

async function build(key) {
  await meet();
  writeFileSync(result(key), key, { flag: "wx" });
}

async function nested() {
  await meet();
  await flights.run(
    required,
    request(required, () => build(required)),
  );
}

async function meet() {
  writeFileSync(join(root, `inside-${own}`), "");
  while (!existsSync(join(root, `inside-${required}`))) await sleep(2);
}
