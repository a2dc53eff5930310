// Environments that others tore, made whole by `murre pip sync`: by kills of uv and pip in an upgrade, by a full disk under uv, and by uv and pip
// removing a distribution that shares files.
//   node storms/environment/torn-environments.mjs [--kills 30] [--uv PATH] [--pip PYTHON] [--seed 1] [--json FILE]
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seededRandom, writeWheel } from "@murre/test-kit";
import { contestants, killed, makeReleases, ran, succeeded } from "./changing-tools.mjs";
import { brokenRows, distInfosIn, finish, inScratch, median, placeFile, sitePackages, table } from "../kit.mjs";

const { values: options } = parseArgs({
  options: {
    kills: { type: "string", default: "30" },
    uv: { type: "string" },
    pip: { type: "string" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  },
});
const random = seededRandom(Number(options.seed));
const isStray = (row) => row.startsWith("nobody's: ");

/** NAME-VERSION of every dist-info, and what is wrong with their files. What pip had put aside (`~name`) is nobody's. */
function look(env) {
  const names = distInfosIn(sitePackages(env)).filter((name) => !name.startsWith("~"));
  const rows = brokenRows(env).filter((row) => !row.startsWith("~"));
  return {
    pins: names.map((name) => name.slice(0, -".dist-info".length).toLowerCase().replaceAll(/[_.]/g, "-")).toSorted(),
    broken: rows.filter((row) => !isStray(row)),
    strays: rows.filter(isStray).length,
  };
}

const pinsOf = (file) =>
  readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.replace("==", "-").toLowerCase().replaceAll(/[_.]/g, "-"))
    .toSorted();

/** One environment after another: torn, then synced. @param tear makes one and tears it. @returns what was found before and after */
async function heal(name, times, murre, file, tear) {
  const report = { name, torn: 0, strayBefore: 0, whole: 0, strayAfter: 0, needOverwrite: 0, failures: [] };
  for (let i = 0; i < times; i++) {
    const env = await tear(i);
    const before = look(env);
    const wanted = pinsOf(file).join();
    if (before.broken.length > 0 || before.pins.join() !== wanted) report.torn += 1;
    if (before.strays > 0) report.strayBefore += 1;
    let [command, words] = murre.install(env, file);
    let ended = await ran([command, words]);
    if (ended.code !== 0 && /MURRE_UNOWNED_FILE/.test(ended.stderr)) {
      report.needOverwrite += 1;
      words = [...words, "--overwrite"];
      ended = await ran([command, words]);
    }
    const after = look(env);
    if (after.strays > 0) report.strayAfter += 1;
    if (ended.code === 0 && after.broken.length === 0 && after.pins.join() === wanted) report.whole += 1;
    else report.failures.push(`${env}: ${ended.stderr} ${after.broken.slice(0, 3).join(", ")} ${after.pins.length}`);
  }
  table(`${name}: ${times} environments`, [
    ["torn before (files or distributions)", report.torn],
    ["with files that nobody owns, before / after", `${report.strayBefore} / ${report.strayAfter}`],
    ["whole after murre pip sync", `${report.whole}, ${report.needOverwrite} of them with --overwrite`],
  ]);
  return report;
}

/** Kills of an upgrade, all over its duration. */
async function byKills(scratch, tool, murre, { first, second }) {
  const fresh = async (id) => {
    const env = join(scratch, `${tool.name}-${id}`);
    await succeeded(tool.venv(env));
    await succeeded(tool.install(env, first));
    return env;
  };
  const times = [];
  for (let i = 0; i < 4; i++) times.push((await succeeded(tool.install(await fresh(`whole-${i}`), second))).ms);
  return heal(`${tool.name} killed in an upgrade`, Number(options.kills), murre, second, async (i) => {
    const env = await fresh(i);
    await killed(tool.install(env, second), median(times.slice(1)) * (0.2 + 0.75 * random()), undefined, 0);
    return env;
  });
}

/** A disk that fills up under a tool; then there is space again. */
async function byFullDisk(scratch, tool, murre, { second }) {
  const disks = [];
  const report = await heal(`${tool.name} on a full disk`, 6, murre, second, async (i) => {
    const disk = join(scratch, `${tool.name}-disk-${i}`);
    mkdirSync(disk);
    if (spawnSync("mount", ["-t", "tmpfs", "-o", `size=${4 + 3 * i}m`, "none", disk]).status !== 0)
      throw new Error("mounting is refused here");
    disks.push(disk);
    const env = join(disk, "env");
    await succeeded(tool.venv(env));
    await ran(tool.install(env, second));
    spawnSync("mount", ["-o", "remount,size=400m", disk]);
    return env;
  });
  for (const disk of disks) spawnSync("umount", ["-l", disk]);
  return report;
}

/** Three distributions share a file with different bytes, and another program removes the one whose bytes they are. */
async function byUninstall(scratch, tool, murreOf) {
  const wheels = join(scratch, `shared-${tool.name}`);
  for (const name of ["alpha", "beta", "gamma"])
    await writeWheel(wheels, {
      name,
      version: "1.0",
      files: { "shared/__init__.py": name, [`shared/${name}.py`]: "" },
    });
  const murre = murreOf(["--no-index", "--find-links", wheels]);
  const all = placeFile(wheels, "all.txt", "alpha==1.0\nbeta==1.0\ngamma==1.0\n");
  const left = placeFile(wheels, "left.txt", "beta==1.0\n");
  return heal(`${tool.name} removed a distribution that shares files`, 10, murre, left, async (i) => {
    const env = join(scratch, `shared-${tool.name}-${i}`);
    await succeeded(murre.venv(env));
    await succeeded(murre.install(env, all));
    await succeeded(tool.uninstall(env, ["gamma", "alpha"]));
    return env;
  });
}

await inScratch(async (scratch) => {
  const releases = await makeReleases(scratch, 29);
  const cache = join(scratch, "cache");
  const toolsOf = (places) => contestants(places, cache, options);
  const [murre, ...others] = toolsOf(releases.places);
  const reports = [];
  for (const tool of others) {
    reports.push(await byKills(scratch, tool, murre, releases));
    reports.push(await byUninstall(scratch, tool, (places) => toolsOf(places)[0]));
    if (tool.name === "uv") reports.push(await byFullDisk(scratch, tool, murre, releases));
  }
  const broken = reports.flatMap(({ failures }) => failures);
  if (others.length === 0) broken.push("nothing was tried: give --uv or --pip");
  finish("torn-environments", { reports }, broken, options.json);
});
