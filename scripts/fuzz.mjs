// Feeds every reader of what strangers wrote with random input, guided by coverage, for as long as you like:
//
//   node scripts/fuzz.mjs [--seconds 10] [--reader NAME] [--seed N]
//
// The readers are those of `packages/*/test/readers.ts`, which `test/fuzz.test.ts` beside them tries with a fixed seed. Each has a process of its
// own, which prints executions, what was found, the slowest input and the memory; the exit code is 1 where something was found. An input that
// found something becomes a row of its package's tests. Build first.
//
// Jazzer.js would have libFuzzer's engine, but its addon cannot be had everywhere: 4.0.0 needs a C library of 2024 (GLIBC_2.38), and earlier
// ones download theirs while they are installed. What V8 counts of its own accord serves here, on every machine that runs Node.
import { build } from "esbuild";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { codesOf, guidedFuzz } from "../packages/test-kit/dist/index.js";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Bytes: what no input may make a reader use, with all of Node. */
const mostMemory = 300 * 1024 * 1024;
/** Longer than any of the inputs may take (ms). */
const slow = 2000;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    reader: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    // For the processes of the readers
    bundle: { type: "string" },
    package: { type: "string" },
  },
});

if (values.bundle === undefined) await all();
else await one(values);

/** Every package's readers as one script each, so that coverage is that of all they call. */
async function all() {
  const folder = mkdtempSync(join(tmpdir(), "murre-fuzz-"));
  let found = 0;
  let executions = 0;
  try {
    for (const name of readdirSync(join(root, "packages"))) {
      const entry = join(root, "packages", name, "test", "readers.ts");
      if (!existsSync(entry)) continue;
      const bundle = join(folder, `${name}.mjs`);
      await build({
        entryPoints: [entry],
        outfile: bundle,
        bundle: true,
        platform: "node",
        format: "esm",
        target: "node20",
        sourcemap: "inline",
        logLevel: "error",
        // CommonJS inside a module still asks for what Node brings.
        banner: { js: `import { createRequire as from } from "node:module"; const require = from(import.meta.url);` },
      });
      const { readers } = await import(pathToFileURL(bundle).href);
      for (const reader of readers) {
        if (values.reader !== undefined && values.reader !== reader.name) continue;
        const report = await inProcess(bundle, name, reader.name);
        executions += report.executions;
        found += tell(name, reader.name, report);
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${executions} executions, ${found} findings, seed ${values.seed}`);
  process.exitCode = found === 0 && executions > 0 ? 0 : 1;
}

/** A process of its own, so that a reader that takes all memory takes nobody else's, and its peak is its own. */
function inProcess(bundle, name, reader) {
  const words = ["--bundle", bundle, "--package", name, "--reader", reader, "--seed", values.seed];
  const options = ["--enable-source-maps", "--max-old-space-size=200", fileURLToPath(import.meta.url)];
  const child = spawn(process.execPath, [...options, ...words, "--seconds", values.seconds], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let report;
  let said = "";
  child.stderr.on("data", (data) => (said = (said + data).slice(-2000)));
  child.on("message", (message) => (report = message));
  // Its own clock ends what does not return; this one ends what it cannot.
  const timer = setTimeout(() => child.kill("SIGKILL"), (Number(values.seconds) + 120) * 1000);
  return new Promise((resolve) =>
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const problem = `its process ended with ${signal ?? code}: ${said}`;
      resolve(report ?? { executions: 0, kept: 0, slowestMs: 0, memory: 0, findings: [{ problem, input: "unknown" }] });
    }),
  );
}

function tell(name, reader, { executions, kept, findings, slowestMs, slowest, memory }) {
  const all = [...findings];
  if (slowestMs > slow) all.push({ problem: `takes ${slowestMs} ms`, input: slowest });
  if (memory > mostMemory) all.push({ problem: `makes the process use ${memory} bytes`, input: "one of these" });
  const parts = [
    `${executions} executions`,
    `${kept} kept`,
    `slowest ${slowestMs} ms`,
    `${Math.round(memory / 2 ** 20)} MiB`,
  ];
  console.log(`${name} ${reader}: ${parts.join(", ")}, ${all.length} findings`);
  for (const { problem, input } of all) console.log(`  ${problem.replaceAll("\n", "\n  ")}\n  input: ${input}`);
  return all.length;
}

async function one({ bundle, package: name, reader, seconds, seed }) {
  setPriority(10);
  const script = pathToFileURL(bundle).href;
  const { readers } = await import(script);
  const codes = codesOf(join(root, "packages", name, "README.md"));
  const chosen = readers.find((one) => one.name === reader);
  const report = await guidedFuzz(chosen, { codes, seconds: Number(seconds), seed: Number(seed), script });
  // Kilobytes
  process.send({ ...report, memory: process.resourceUsage().maxRSS * 1024 }, () => process.exit());
}
