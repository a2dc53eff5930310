import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { controller } from "./lock-storm.mjs";

/** Many processes want the same keys; those who work are killed at random. */
export async function flightStorm({ root, processes, keys, seed, deadlineMs }) {
  for (const folder of ["log", "results", "done", "drafts"]) mkdirSync(join(root, folder), { recursive: true });
  const children = Array.from({ length: processes }, (_, index) => [root, String(index), String(keys), String(seed)]);
  const script = fileURLToPath(new URL("flight-child.mjs", import.meta.url));
  const { deaths, stuck, failures } = await controller({ script, children, seed, deadlineMs }, []);
  const { sweepFlights, sweepLeases } = await import("@murre/locking");
  await sweepLeases(root);
  await sweepFlights(root);
  const works = readdirSync(join(root, "log")).map((key) =>
    readFileSync(join(root, "log", key), "utf8")
      .trimEnd()
      .split("\n"),
  );
  return {
    deaths,
    stuck: stuck.length,
    failures,
    done: readdirSync(join(root, "done")).length,
    results: readdirSync(join(root, "results")).length,
    begun: works.flat().filter((line) => line.endsWith("begin")).length,
    twice: works.flatMap(workedTwice),
    left: [...readdirSync(join(root, "leases")), ...readdirSync(join(root, "locks"))],
  };
}

/** Work may begin again only when the one before has died: it never wrote another line, and was never ended. */
function workedTwice(lines) {
  const bad = [];
  for (const [at, line] of lines.entries()) {
    const [id, phase] = line.split(" ");
    const before = lines[at - 1]?.split(" ");
    if (phase === "begin" && before?.[1] === "end") bad.push(`${id} began after ${before[0]} had ended`);
    if (phase === "end" && (before?.[1] !== "begin" || before[0] !== id))
      bad.push(`${id} ended after ${before?.join(" ")}`);
    if (phase === "begin" && before?.[0] === id) bad.push(`${id} began twice`);
  }
  return bad;
}
