// What somebody does who has just heard of murre: npm install in an empty project, and then the main job in each way that there is.
import { build } from "esbuild";
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { rolldown } from "rolldown";
import { readmeExample, serveFolder } from "../packages/test-kit/dist/index.js";
import { makeDemoIndex } from "./demo-index.mjs";

/** A person of their own: an empty home folder, empty caches of npm and murre, no configuration but the registry's. */
async function newcomer({ node, npmrc, place, run, root }, index) {
  const home = join(place, "home");
  const project = join(place, "project");
  for (const folder of [home, project]) mkdirSync(folder, { recursive: true });
  // A shim of a Python would ask the home folder which one is meant.
  const { stdout: python } = await run(root, process.env, "python3", "-c", "import sys; print(sys.executable)");
  const env = {
    PATH: [dirname(node), dirname(python.trim()), process.env.PATH].join(delimiter),
    HOME: home,
    TMPDIR: process.env.TMPDIR,
    NPM_CONFIG_USERCONFIG: npmrc,
    npm_config_cache: join(place, "npm-cache"),
    npm_config_fund: "false",
    npm_config_audit: "false",
    PIP_INDEX_URL: index,
    PIP_CONFIG_FILE: "/dev/null",
  };
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "newcomer", private: true }));
  const start = (program, ...words) => run(project, env, program, ...words);
  return { project, start, env };
}

/** The main job as a program, which says when it had loaded murre and when it heard of the first event. */
const job = (load, types = "") => `${load}
const loaded = performance.now();
async function main() {
  const place = process.argv[2]${types && "!"};
  const threads${types && ": string[]"} = [];
  process.on("worker", (thread) => {
    threads.push("started");
    thread.on("error", (error) => threads.push(String(error)));
  });
  let first = 0;
  const onEvent = ${types ? "(_: InstallerEvent)" : "()"} => { first ||= performance.now(); };
  const murre = createMurre({ cwd: place, cacheFolder: place + "/cache", threads: 2 });
  const { environment } = await murre.venv({ path: ".venv" });
  const began = performance.now();
  const { added } = await murre.install({ python: environment, requirements: ["flask"], onEvent });
  const { distributions } = await murre.list({ python: environment });
  await murre.close();
  const failed = threads.filter((said) => said !== "started");
  console.log(JSON.stringify({ added: added.length, listed: distributions.length, threads: threads.length > 0, failed, loadedMs: loaded, eventMs: first - began }));
}
void main();
`;
const asModule = `import { createMurre } from "murre";`;
const asCommonJs = `const { createMurre } = require("murre");`;
const asTypes = `import { createMurre, type InstallerEvent } from "murre";`;

/** Ways to compile the same file, all strict, and as what it then runs. */
const compilations = {
  nodenext: { module: "NodeNext", moduleResolution: "NodeNext" },
  bundler: { module: "ESNext", moduleResolution: "Bundler" },
};

/** The main job by command, from JavaScript, TypeScript, CommonJS and bundles. @returns what came of it, in a line */
export async function tryAsNewcomer(world) {
  const folder = join(world.place, "index");
  mkdirSync(folder, { recursive: true });
  await makeDemoIndex(folder);
  const server = await serveFolder(folder);
  try {
    return await mainJob(world, await newcomer(world, `${server.url}/simple/`));
  } finally {
    await server.close();
  }
}

async function mainJob(world, { project, start }) {
  await start("npm", "install", "murre");
  assert.deepEqual(
    readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith(".")),
    ["murre"],
  );
  await byCommand(start);
  const done = [
    await byProgram(project, start, "app.mjs", job(asModule)),
    await byProgram(project, start, "app.cjs", job(asCommonJs)),
  ];
  for (const [name, options] of Object.entries(compilations)) {
    const made = await compile(world, project, name, options);
    done.push(await byProgram(project, start, made));
  }
  for (const made of await bundles(project)) {
    const alone = join(world.place, `bundle-${made}`);
    mkdirSync(alone);
    copyFileSync(join(project, made), join(alone, made));
    done.push(await runJob(alone, start, join(alone, made)));
  }
  const [first] = done;
  const times = `${Math.round(first.loadedMs)} ms until it is imported, ${Math.round(first.eventMs)} ms from install() to its first event`;
  return `by command, and ${done.length} programs (ES module, CommonJS, TypeScript as NodeNext and Bundler, 4 bundles); ${times}`;
}

async function byCommand(start) {
  await start("npx", "murre", "venv");
  await start("npx", "murre", "pip", "install", "flask");
  const { stdout } = await start(".venv/bin/python", "-c", "import flask, jinja2; print(flask.__version__)");
  assert.equal(stdout.trim(), "3.1.2");
  assert.match((await start(".venv/bin/flask")).stdout, /Flask 3\.1\.2/);
  assert.match((await start("npx", "murre", "pip", "freeze")).stdout, /^flask==3\.1\.2$/m);
}

async function byProgram(project, start, name, text) {
  if (text !== undefined) writeFileSync(join(project, name), text);
  return runJob(join(project, `of-${name.replaceAll("/", "-")}`), start, name);
}

async function runJob(place, start, file) {
  mkdirSync(place, { recursive: true });
  const { stdout, stderr } = await start("node", file, place);
  const said = JSON.parse(stdout);
  assert.deepEqual(
    { ...said, loadedMs: 0, eventMs: 0 },
    { added: 7, listed: 7, threads: true, failed: [], loadedMs: 0, eventMs: 0 },
  );
  assert.equal(stderr, "");
  return said;
}

/** Strict, with every declaration of the package checked as well. */
async function compile({ root, run }, project, name, options) {
  writeFileSync(join(project, "app.mts"), job(asTypes, "typed"));
  const compilerOptions = {
    ...options,
    target: "ES2022",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    rootDir: ".",
    outDir: `ts-${name}`,
  };
  writeFileSync(join(project, `${name}.json`), JSON.stringify({ compilerOptions, files: ["app.mts"] }));
  await run(
    project,
    process.env,
    process.execPath,
    join(root, "node_modules/typescript/bin/tsc"),
    "-p",
    `${name}.json`,
  );
  return `ts-${name}/app.mjs`;
}

async function bundles(project) {
  const forms = [
    ["esm", "mjs"],
    ["cjs", "cjs"],
  ];
  for (const [format, ending] of forms) {
    const entry = join(project, "app.mjs");
    await build({
      entryPoints: [entry],
      outfile: join(project, `esbuild.${ending}`),
      bundle: true,
      platform: "node",
      format,
      logLevel: "error",
    });
    const bundle = await rolldown({ input: entry, platform: "node", logLevel: "warn" });
    await bundle.write({ file: join(project, `rolldown.${ending}`), format, codeSplitting: false });
    await bundle.close();
  }
  return forms.flatMap(([, ending]) => [`esbuild.${ending}`, `rolldown.${ending}`]);
}

/** A package without the others: what its README prints is what it promises. */
export async function tryPackageAlone(world, name) {
  const { project, start } = await newcomer(world, "http://127.0.0.1:9/");
  await start("npm", "install", name);
  const { code, promised } = readmeExample(join(project, "node_modules", name));
  writeFileSync(join(project, "example.mjs"), code);
  const { stdout } = await start("node", "example.mjs");
  assert.equal(stdout, promised, `the example of ${name}`);
  assert.ok(statSync(join(project, "node_modules", name, "CHANGELOG.md")).size > 0);
}
