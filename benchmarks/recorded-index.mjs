// A recorded index (a folder with serve.mjs, requirements/ and expected/) served by a process of its own, whose requests and bytes are counted.
import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const longestStartMs = 30_000;

/** Workload names, in alphabetical order. */
export const workloadsOf = (snapshot) =>
  readdirSync(join(snapshot, "requirements"))
    .filter((file) => file.endsWith(".in"))
    .map((file) => file.slice(0, -".in".length))
    .toSorted();

/** Serves the recording while `job(server)` runs. Everything here is synchronous, as the harness is. */
export function withRecordedIndex(snapshot, scratch, job) {
  const log = join(scratch, "serve.log");
  closeSync(openSync(log, "w"));
  return withServer([join(snapshot, "serve.mjs"), "--port", "0", "--log", log], scratch, (url) =>
    job({ url, count: (run) => count(url, log, run) }),
  );
}

/** Runs a script that prints its address while `job(url)` runs. */
export function withServer(args, scratch, job) {
  const announced = join(scratch, "serve.out");
  const out = openSync(announced, "w");
  const child = spawn(process.execPath, args, { stdio: ["ignore", out, "inherit"] });
  try {
    return job(awaitUrl(announced));
  } finally {
    child.kill();
    closeSync(out);
  }
}

/** The address that a server prints once it listens. */
function awaitUrl(file) {
  for (let waited = 0; waited < longestStartMs; waited += 50) {
    const url = /(http:\S+)/.exec(readFileSync(file, "utf8"))?.[1];
    if (url !== undefined) return url;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
  throw new Error("the index did not start");
}

/** What the server answered while `run` ran; the questions about it are not counted. */
function count(url, log, run) {
  const requests = () =>
    readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.includes("/__stats")).length;
  const script = `process.stdout.write(await (await fetch(${JSON.stringify(new URL("/__stats", url).href)})).text())`;
  const ask = () => execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  const [before, first] = [requests(), ask()];
  run();
  const bytes = JSON.parse(ask()).bytes - JSON.parse(first).bytes - Buffer.byteLength(first);
  return { requests: requests() - before, bytes };
}

export const readPins = (file) => parsePins(readFileSync(file, "utf8"));

/** The pins of `NAME==VERSION` lines. */
export function parsePins(text) {
  const lines = text.split("\n");
  return new Map(lines.filter((line) => /^[a-z0-9]/i.test(line)).map((line) => line.trim().split("==")));
}

/** The names at which two solutions differ. */
export function comparePins(found, expected) {
  const names = [...new Set([...found.keys(), ...expected.keys()])].toSorted();
  return names.filter((name) => found.get(name) !== expected.get(name));
}
