// node storms/factory/factory-loop.mjs [--seconds 600] [--workers 4] [--installers 2] [--python P] [--uv] [--json FILE]
// A factory as Fromager is one: workers that unpack an sdist, make an environment, install its build requirements, build, replace the wheel in a
// live index (same file name, other bytes) and clean the project out of the cache, each in a loop; beside them others that install other
// versions of the same projects. Every environment is compared with its RECORDs.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { buildWheelScript, makeSources, packSdist } from "./factory-sources.mjs";
import {
  chooseWheels,
  damageOf,
  findUv,
  finish,
  howItEnded,
  inScratch,
  median,
  murre,
  runCommand,
  seconds,
  start,
  table,
  uv,
} from "../kit.mjs";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    workers: { type: "string", default: "4" },
    installers: { type: "string", default: "2" },
    python: { type: "string", default: "3.11" },
    uv: { type: "boolean", default: false },
    json: { type: "string" },
  },
});
/** Nobody may hang longer than this after the storm's end. */
const graceMs = 240_000;

/** A PEP 503 tree as `python -m http.server` shows it: a folder for each project, with its files. */
function makeIndex(folder, wheels) {
  for (const { name, path } of wheels) {
    const page = join(folder, "simple", name);
    mkdirSync(page, { recursive: true });
    copyFileSync(path, join(page, basename(path)));
  }
}

/** Serves a folder with Python's own server, which says nothing of hashes and ranges. */
async function serve(folder, python) {
  const child = start(python, ["-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", folder], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const stop = () => void child.kill("SIGKILL");
  const port = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.stdout.on("data", (text) => {
      const found = / port (\d+) /.exec(String(text))?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return { url: `http://127.0.0.1:${port}/simple/`, stop };
}

/** Only what the factory can need: a page of a thousand projects helps nobody. */
function neededWheels(wheels, sources) {
  const names = new Set(["flit-core", "tomlkit", "trove-classifiers", "vcs-versioning", "typing-extensions"]);
  for (const { name } of sources) names.add(name);
  return wheels.filter(({ name }) => names.has(name));
}

async function storm(scratch, name, makeTool, { wheels, sources, python }) {
  const folder = join(scratch, name);
  const index = join(folder, "index");
  mkdirSync(join(folder, "sdists"), { recursive: true });
  makeIndex(index, neededWheels(wheels, sources));
  const server = await serve(index, python);
  try {
    const tool = makeTool({ indexes: [server.url], findLinks: [] });
    const projects = sources.map((source) => ({ ...source, ...packSdist(source, join(folder, "sdists")) }));
    const factory = new Factory(folder, index, tool, projects);
    await factory.addOtherVersions(sources, join(folder, "sdists"));
    await factory.run();
    return factory.summary(name);
  } finally {
    server.stop();
  }
}

class Factory {
  constructor(folder, index, tool, projects) {
    Object.assign(this, { folder, cache: join(folder, "cache"), index, tool, projects });
    this.deadline = Infinity;
    this.iterations = [];
    this.installs = [];
    this.failures = [];
    this.damages = [];
    this.numbers = 0;
  }

  /** Each project also at a lower version, built once: what the installing workers ask for. */
  async addOtherVersions(sources, folder) {
    this.others = [];
    for (const source of sources) {
      const [major, minor] = source.version.split(".").map(Number);
      const version = minor > 0 ? `${major}.${minor - 1}.99` : `${major - 1}.99`;
      const packed = { ...source, ...packSdist(source, folder, version) };
      if (!(await this.iteration(packed, "other")))
        throw new Error(`no other version of ${source.name}: ${this.failures[0]}`);
      this.others.push(`${source.name}==${version}`);
    }
    Object.assign(this, { iterations: [], installs: [], failures: [], damages: [] });
  }

  async run() {
    this.deadline = Date.now() + Number(values.seconds) * 1000;
    const loop = async (step) => {
      for (let i = 0; Date.now() < this.deadline; i++) await step(i);
    };
    const building = (worker) =>
      loop((i) => this.iteration(this.projects[(worker * 2 + i) % this.projects.length], worker));
    const installing = (worker) => loop((i) => this.installOthers(worker, i));
    await Promise.all([
      ...Array.from({ length: Number(values.workers) }, (_, worker) => building(worker)),
      ...Array.from({ length: Number(values.installers) }, (_, worker) => installing(worker)),
    ]);
  }

  /** Runs one command; a failure is noted, and ends the iteration. */
  async step(what, command) {
    const report = await runCommand(command, {
      timeoutMs: Math.max(1000, Math.min(this.deadline - Date.now(), 1e9) + graceMs),
    });
    if (report.code === 0) return report;
    this.failures.push(`${what}: ${howItEnded(report)}`);
    return undefined;
  }

  venv(what, environment) {
    return this.step(what, this.tool.venv(values.python, environment, this.cache));
  }

  install(what, words, environment) {
    return this.step(what, this.tool.install(words, environment, this.cache));
  }

  async iteration(project, worker) {
    const start = performance.now();
    const own = join(this.folder, `work-${worker}-${this.numbers++}`);
    const environment = join(own, "env");
    mkdirSync(join(own, "dist"), { recursive: true });
    try {
      const built = await this.build(project, own, environment);
      if (built === undefined) return false;
      this.publish(project, join(own, "dist"), built);
      const clean = this.tool.clean(this.cache, project.name, "-q");
      if ((await this.step(`clean ${project.name}`, clean)) === undefined) return false;
      await this.verify(environment, project.requires);
      this.iterations.push(performance.now() - start);
      return true;
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  }

  async build({ name, sdist, stem, requires, backend, backendPath, below }, own, environment) {
    const unpacked = await this.step(`unpack ${name}`, { file: "tar", args: ["-xzf", sdist, "-C", own] });
    if (unpacked === undefined) return undefined;
    const tree = join(own, stem);
    // Other bytes each time, in a module that the wheel holds.
    const module = readdirSync(join(tree, below)).find((entry) => entry === name.replaceAll("-", "_")) ?? ".";
    writeFileSync(join(tree, below, module, "_factory.py"), `NUMBER = ${this.numbers}\nAT = ${Date.now()}\n`);
    if ((await this.venv(`venv for ${name}`, environment)) === undefined) return undefined;
    if (requires.length > 0) {
      const installed = await this.install(`requirements of ${name}`, requires, environment);
      if (installed === undefined) return undefined;
    }
    const task = JSON.stringify([backend, backendPath, join(own, "dist")]);
    const python = join(environment, "bin/python");
    const build = { file: "env", args: ["-C", tree, python, "-c", buildWheelScript, task] };
    const report = await this.step(`build ${name}`, build);
    return report === undefined ? undefined : /^wheel: (.*)$/m.exec(report.stdout)?.[1];
  }

  /** As careful as anybody who replaces a file that is being served: it is whole at every moment. */
  publish({ name }, dist, filename) {
    const aside = join(this.index, `.${filename}.${this.numbers++}`);
    copyFileSync(join(dist, filename), aside);
    renameSync(aside, join(this.index, "simple", name, filename));
  }

  async verify(environment, requires) {
    const names = requires.map((text) => ({ name: /^[\w-]+/.exec(text)[0].replaceAll("_", "-") }));
    const damage = await damageOf(environment, names);
    if (damage.length > 0) this.damages.push(damage.slice(0, 5).join("; "));
  }

  async installOthers(worker, i) {
    const start = performance.now();
    const environment = join(this.folder, `install-${worker}-${i}`);
    const wanted = this.others.filter((_, n) => (n + i + worker) % 3 !== 0);
    const made = await this.venv("venv", environment);
    const done = made && (await this.install(`install ${wanted.join(" ")}`, wanted, environment));
    if (done !== undefined) {
      await this.verify(environment, wanted);
      this.installs.push(performance.now() - start);
    }
    rmSync(environment, { recursive: true, force: true });
  }

  summary(name) {
    const figures = {
      name,
      iterations: this.iterations.length,
      medianIterationMs: median(this.iterations),
      installs: this.installs.length,
      medianInstallMs: median(this.installs),
      failed: this.failures.length,
      damaged: this.damages.length,
      examples: this.failures.slice(0, 5).map((text) => text.slice(0, 1500)),
      damages: this.damages.slice(0, 5),
    };
    table(`${name}, ${values.seconds} s, ${values.workers} building, ${values.installers} installing`, [
      ["iterations (unpack, venv, install, build, publish, clean)", figures.iterations],
      ["median iteration", seconds(figures.medianIterationMs)],
      ["installations of other versions", figures.installs],
      ["median installation", seconds(figures.medianInstallMs)],
      ["failed steps", figures.failed],
      ["damaged environments", figures.damaged],
    ]);
    for (const text of figures.examples) console.log(`  example: ${text}`);
    for (const text of figures.damages) console.log(`  damage: ${text}`);
    return figures;
  }
}

const broken = [];
const result = await inScratch(async (scratch) => {
  const python = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
  const wheels = await chooseWheels(scratch, 10_000);
  const sources = makeSources(join(scratch, "sources"), wheels, python);
  if (sources.length === 0) return undefined;
  const storms = [await storm(scratch, "murre", murre, { wheels, sources, python })];
  const uvFile = values.uv ? findUv() : undefined;
  if (values.uv && uvFile === undefined) console.log("uv is missing (UV_BINARY, PATH)");
  if (uvFile !== undefined)
    storms.push(await storm(scratch, "uv", (places) => uv(uvFile, places), { wheels, sources, python }));
  return { seconds: Number(values.seconds), projects: sources.map(({ name }) => name), storms };
});
if (result === undefined) console.log("pip's configuration names no index with the projects of the factory");
else {
  const [own, other] = result.storms;
  if (own.failed > 0) broken.push(`${own.failed} steps failed`);
  if (own.damaged > 0) broken.push(`${own.damaged} environments were damaged`);
  if (own.iterations === 0) broken.push("nothing was built");
  if (other !== undefined && own.iterations < other.iterations)
    broken.push(`${own.iterations} iterations, and uv made ${other.iterations}`);
  finish("factory-loop", result, broken, values.json);
}
