import { temporaryFolder, writeWheel } from "@murre/test-kit";
import { build, type BuildOptions } from "esbuild";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { beforeAll, expect, test } from "vitest";

const murre = fileURLToPath(new URL("../dist/index.js", import.meta.url));
const folder = temporaryFolder("hosts");
const wheels = join(folder, "wheels");

/** Installs ten wheels with threads, asks the cache, and ends with an error whose class and stack are looked at. */
const application = `
  import { createMurre, errors, isMurreError, version } from ${JSON.stringify(murre)};
  export async function run(place) {
    const started = [];
    process.on("worker", (thread) => {
      const one = { failed: "" };
      started.push(one);
      thread.on("error", (error) => (one.failed = String(error)));
    });
    const murre = createMurre({ cacheFolder: place + "/cache", threads: 2, env: process.env });
    await murre.venv({ path: place + "/env" });
    const names = ${JSON.stringify(Array.from({ length: 10 }, (_, at) => `p${at}`))};
    const { added } = await murre.install({
      python: place + "/env", requirements: names.map((name) => name + "==1.0"), noIndex: true, findLinks: [${JSON.stringify(wheels)}], ignoreConfiguration: true,
    });
    const verified = await murre.cache.verify();
    const error = await murre.list({ python: "9.99" }).catch((reason) => reason);
    await murre.close();
    return {
      version, added: added.length, threads: started.length > 0, failed: started.map(({ failed }) => failed).filter(Boolean),
      problems: verified.problems?.length ?? 0,
      isOwn: error instanceof errors.NoInterpreter && isMurreError(error, "MURRE_NO_INTERPRETER"), name: error.name,
    };
  }`;
const main = `import { run } from "./application.mjs"; run(process.argv[2]).then((said) => console.log(JSON.stringify(said)));`;
const inThread = `
  import { run } from "./application.mjs";
  import { parentPort, Worker, isMainThread, workerData } from "node:worker_threads";
  if (isMainThread) new Worker(process.argv[1], { workerData: process.argv[2] }).on("message", (said) => console.log(JSON.stringify(said)));
  else run(workerData).then((said) => parentPort.postMessage(said));`;

beforeAll(async () => {
  for (let at = 0; at < 10; at++) await writeWheel(wheels, { name: `p${at}`, version: "1.0" });
  writeFileSync(join(folder, "application.mjs"), application);
  writeFileSync(join(folder, "main.mjs"), main);
  writeFileSync(join(folder, "in-thread.mjs"), inThread);
});

const common: BuildOptions = { bundle: true, platform: "node", target: "node20.19", logLevel: "error" };

test("an application in a worker thread installs with murre", async () => {
  expect(await run(join(folder, "in-thread.mjs"), temporaryFolder("host"))).toEqual(fine);
});

test.each<[bundle: string, entry: string, output: string, options: BuildOptions]>([
  ["minified, with names kept", "main.mjs", "app.mjs", { format: "esm", minify: true, keepNames: true }],
  ["of CommonJS, for an older Node", "main.mjs", "app.cjs", { format: "cjs", minify: true, target: "node16" }],
  ["as an ES module, in a worker thread", "in-thread.mjs", "app.mjs", { format: "esm" }],
  ["of CommonJS, in a worker thread", "in-thread.mjs", "app.cjs", { format: "cjs" }],
])("an application that is one file installs with murre: %s", async (_, entry, output, options) => {
  const place = temporaryFolder("host");
  const outfile = join(place, output);
  await build({ ...common, ...options, entryPoints: [join(folder, entry)], outfile });
  expect(await runAlone(place, output)).toEqual(fine);
});

test.each([
  ["main.mjs", "app.mjs", "esm", false],
  ["main.mjs", "app.cjs", "cjs", true],
  ["in-thread.mjs", "app.mjs", "esm", true],
  ["in-thread.mjs", "app.cjs", "cjs", false],
] as const)(
  "an application that rolldown made one file of installs with murre: %s as %s",
  async (entry, output, format, minify) => {
    const place = temporaryFolder("host");
    const bundle = await rolldown({ input: join(folder, entry), platform: "node", logLevel: "silent" });
    await bundle.write({ file: join(place, output), format, minify, codeSplitting: false });
    await bundle.close();
    expect(await runAlone(place, output)).toEqual(fine);
  },
);

/** Nothing but the one file is where it runs, and it knows no other place. */
async function runAlone(place: string, output: string): Promise<unknown> {
  const file = join(place, output);
  expect(readdirSync(place)).toEqual([output]);
  expect(readFileSync(file, "utf8")).not.toContain(fileURLToPath(new URL("..", import.meta.url)));
  return run(file, place);
}

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};
const fine = { version, added: 10, threads: true, failed: [], problems: 0, isOwn: true, name: "NoInterpreter" };

async function run(file: string, place: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [file, place], { cwd: place });
  return JSON.parse(stdout);
}
