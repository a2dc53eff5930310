import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { howItEnded, run } from "../kit/processes.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Readers and writers on three locks, killed and stopped; then one sweep.
 * `namespaces`: "one", or "two" (half of the processes in a pid namespace of their own).
 */
export async function lockStorm({ root, processes, acquisitions, seed, stops, deadlineMs, namespaces }) {
  for (const folder of ["progress", "log", "lock", "own"]) mkdirSync(join(root, folder), { recursive: true });
  const children = Array.from({ length: processes }, (_, index) => [
    root,
    String(index),
    String(acquisitions),
    String(seed),
  ]);
  const half = namespaces === "two" ? processes / 2 : processes;
  const share = (part, salt) => ({
    script: here("lock-child.mjs"),
    children: part,
    seed: seed + salt,
    stops: { ...stops, count: Math.round((stops.count * part.length) / processes) },
    deadlineMs,
  });
  const reports = await Promise.all([
    controller(share(children.slice(0, half), 0), []),
    ...(half < processes
      ? [controller(share(children.slice(half), 7), ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"])]
      : []),
  ]);
  const { sweepLeases, sweepLock } = await import("@murre/locking");
  await sweepLeases(root);
  const folders = [
    ...["0", "1", "2"].map((lock) => join(root, "lock", lock)),
    ...readdirSync(join(root, "own")).map((name) => join(root, "own", name)),
  ];
  for (const folder of folders) await sweepLock(root, folder);
  const left = [
    join(root, "leases"),
    ...folders.flatMap((folder) => [join(folder, "choosing"), join(folder, "tickets")]),
  ].flatMap(listing);
  return {
    deaths: sum(reports, "deaths"),
    stops: sum(reports, "stops"),
    stuck: reports.flatMap(({ stuck }) => stuck).length,
    failures: reports.flatMap(({ failures }) => failures),
    ...judgeLogs(root),
    left,
  };
}

/** Runs children in a process of its own, which `prefix` may put into another namespace; it ends by itself at the deadline. */
export async function controller(options, prefix) {
  const [file, ...args] = [...prefix, process.execPath, here("controller.mjs"), JSON.stringify(options)];
  const ended = await run(file, args, { timeoutMs: options.deadlineMs + 30_000 });
  if (ended.code !== 0) throw new Error(`the controller ended with ${howItEnded(ended)}`);
  return JSON.parse(ended.stdout);
}

/** Mutual exclusion by what the holders wrote: the spans from a holder's first line to its last, where one of two is a writer's. */
export function judgeLogs(root) {
  let sections = 0;
  let completed = 0;
  const violations = [];
  for (const name of readdirSync(join(root, "log"))) {
    const spans = new Map();
    const lines = readFileSync(join(root, "log", name), "utf8")
      .trimEnd()
      .split("\n");
    for (const [at, line] of lines.entries()) {
      const [id, mode, phase] = line.split(" ");
      const span = spans.get(id) ?? { id, mode, first: at, last: at };
      span.last = at;
      spans.set(id, span);
      if (phase === "end") completed++;
    }
    sections += spans.size;
    const ordered = [...spans.values()].sort((a, b) => a.first - b.first);
    for (const [at, one] of ordered.entries())
      for (let next = at + 1; next < ordered.length && ordered[next].first < one.last; next++)
        if (one.mode === "write" || ordered[next].mode === "write")
          violations.push(`lock ${name}: ${one.id} and ${ordered[next].id}`);
  }
  return { sections, completed, violations };
}

function listing(folder) {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

const sum = (reports, field) => reports.reduce((total, report) => total + report[field], 0);
