// node storms/cache/entries.mjs [--counts 1000,10000,100000] [--json FILE]
// A cache of that many tiny entries: warm lookups, size, list, prune with nothing to do, and clean; and how they grow.
import { linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { beginCacheOperation, cacheLayout, encodeManifest, maintainCache } from "@murre/cache";
import { entryId } from "../../packages/cache/dist/folder/layout.js";
import { finish, inScratch, median, seconds } from "../kit.mjs";

const { values } = parseArgs({
  options: { counts: { type: "string", default: "1000,10000,100000" }, json: { type: "string" } },
});
const counts = values.counts.split(",").map(Number);
/** Times per entry may grow so much from the smallest to the largest cache: noise, and deeper folders. */
const mostGrowth = 4;
const broken = [];
const project = (i) => `project-${i % 5000}`;
const sha256 = (i) => (i * 2654435761 + 0x1000000000000).toString(16).padStart(20, "0").padEnd(64, "5");

const rows = await inScratch(async (scratch) => {
  const measured = [];
  for (const count of counts) {
    const cache = join(scratch, `cache-${count}`);
    measured.push(await measure(cache, count));
    rmSync(cache, { recursive: true, force: true });
  }
  return measured;
});
show();
judge();
finish("entries", { rows }, broken, values.json);

async function measure(cache, count) {
  const row = { count };
  row.makeMs = await timed(() => makeEntries(cache, count));
  const maintenance = maintainCache(cache);
  Object.assign(row, lookups(cache, count));
  let size;
  row.sizeMs = await timed(() => (size = maintenance.size()));
  if (size.entries !== count) broken.push(`size counts ${size.entries} of ${count} entries`);
  let list;
  row.listMs = await timed(() => (list = maintenance.list()));
  if (list.length !== count) broken.push(`list has ${list.length} of ${count} entries`);
  let report;
  row.pruneMs = await timed(async () => (report = await maintenance.prune()));
  if (report.freed.entries !== 0 || maintenance.size().entries !== count)
    broken.push(`prune removed ${report.freed.entries} of ${count} entries that are in use`);
  row.cleanMs = await timed(async () => (report = await maintenance.clean()));
  if (report.archives !== count || report.freed.entries !== count)
    broken.push(`clean of ${count} entries: ${JSON.stringify(report)}`);
  const left = maintenance.size();
  if (left.files !== 0) broken.push(`${left.files} files are left after clean of ${count} entries`);
  return row;
}

async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** As an operation that has ended left them; written without its waits, so that 100,000 are made in a minute. */
function makeEntries(cache, count) {
  const layout = cacheLayout(cache);
  const text = "print('hello')\n";
  const lease = "0".repeat(32);
  for (const folder of [layout.store, layout.archives]) mkdirSync(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const id = entryId(sha256(i), lease, i);
    const entry = layout.entry(id);
    mkdirSync(entry);
    mkdirSync(`${entry}/pkg`);
    writeFileSync(`${entry}/pkg/demo.py`, text);
    writeFileSync(`${entry}/manifest`, manifestOf(project(i), sha256(i), text.length));
    writeFileSync(`${entry}/key`, `${project(i)}/${sha256(i)}\n`);
    writeFileSync(`${entry}/ptr`, `${id}\n`);
    if (i < 5000) mkdirSync(`${layout.archives}/${project(i)}`);
    linkSync(`${entry}/ptr`, layout.pointer(project(i), sha256(i)));
  }
}

function manifestOf(name, hash, bytes) {
  const file = { path: "demo.py", sizeBytes: bytes, executable: false, sha256: "x".repeat(43) };
  return encodeManifest({
    kind: "wheel",
    name,
    version: "1.0",
    distInfo: `${name}-1.0.dist-info`,
    rootIsPurelib: true,
    consoleScripts: [],
    guiScripts: [],
    totalBytes: bytes,
    topLevel: [],
    hasData: false,
    apart: [],
    sha256: hash,
    folders: [{ path: "", files: [file] }],
    record: `demo.py,sha256=${file.sha256},${bytes}\n`,
    dataRecord: "",
  });
}

/** 1,000 lookups spread over the cache, twice: the second time as a warm run finds them. */
function lookups(cache, count) {
  const step = Math.max(1, Math.floor(count / 1000));
  let each = [];
  const begun = performance.now();
  const operation = beginCacheOperation(cache);
  const beginMs = performance.now() - begun;
  for (let round = 0; round < 2; round++) {
    each = [];
    for (let i = 0; i < count; i += step) {
      const start = performance.now();
      const entry = operation.lookup(project(i), sha256(i));
      each.push(performance.now() - start);
      if (entry === undefined) broken.push(`entry ${i} of ${count} is not found`);
    }
  }
  const ending = performance.now();
  operation.end();
  return { lookupMs: median(each), beginMs, endMs: performance.now() - ending };
}

function show() {
  console.log(
    "\n  entries      lookup     begin       end         size         list        prune        clean       (made in)",
  );
  for (const row of rows) {
    const micro = (ms) => `${(ms * 1000).toFixed(0)} us`.padStart(10);
    const long = (ms) => seconds(ms).padStart(13);
    console.log(
      `  ${String(row.count).padEnd(8)}${micro(row.lookupMs)}${micro(row.beginMs)}${micro(row.endMs)}${long(row.sizeMs)}${long(row.listMs)}${long(row.pruneMs)}${long(row.cleanMs)}${long(row.makeMs)}`,
    );
  }
}

function judge() {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === last) return;
  for (const name of ["sizeMs", "listMs", "pruneMs", "cleanMs"]) {
    const growth = last[name] / last.count / (first[name] / first.count);
    console.log(`  ${name.slice(0, -2)}: per entry ${growth.toFixed(2)} times from ${first.count} to ${last.count}`);
    if (growth > mostGrowth)
      broken.push(`${name.slice(0, -2)} grows faster than the entries: ${growth.toFixed(1)} times per entry`);
  }
  const lookup = last.lookupMs / first.lookupMs;
  console.log(`  lookup: ${lookup.toFixed(2)} times`);
  if (lookup > mostGrowth) broken.push(`a lookup grows with the cache: ${lookup.toFixed(1)} times`);
}
