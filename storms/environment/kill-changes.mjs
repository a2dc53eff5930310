// Promise 2 under fire: commands that change an environment of real wheels are killed at random moments; which state is found, and which after the next command?
//   node storms/environment/kill-changes.mjs [--kills 100] [--on plain|mounts|overlay|cache] [--change upgrade|sync|small|editable]
//     [--uv PATH] [--pip PYTHON] [--seed 1]
// Every second kill of murre falls into the moments after the commit, when another program could see a mixture; all others anywhere in the run.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seededRandom } from "@murre/test-kit";
import { contestants, killed, makeReleases, ran, succeeded } from "./changing-tools.mjs";
import { brokenRows, finish, inScratch, listing, median, table, transactionLeavings, writeEditable } from "../kit.mjs";

const { values: options } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    on: { type: "string", default: "plain" },
    change: { type: "string", default: "upgrade" },
    uv: { type: "string" },
    pip: { type: "string" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  },
});
const random = seededRandom(Number(options.seed));
const isOne = (state) => state === "old" || state === "new";

/** Where an environment lies: each gives one in the old state, and what undoes its mounts. */
function placing(scratch, tool, prepare) {
  const mount = (...words) => execFileSync("mount", words);
  const unmount = (path) => () => spawnSync("umount", ["-l", path]);
  let lower;
  const plain = async (id) => {
    await prepare(join(scratch, id));
    return { env: join(scratch, id), undo: [] };
  };
  return {
    plain,
    cache: plain, // the cache is what lies elsewhere
    async mounts(id) {
      const env = join(scratch, id);
      await succeeded(tool.venv(env));
      const bin = join(scratch, `${id}-bin`);
      execFileSync("cp", ["-a", join(env, "bin"), bin]);
      mkdirSync(join(env, "share"));
      mount("--bind", bin, join(env, "bin"));
      mount("-t", "tmpfs", "none", join(env, "share"));
      await prepare(env);
      return { env, undo: [unmount(join(env, "bin")), unmount(join(env, "share"))] };
    },
    /** The old state lies in the lower layer, made once. */
    async overlay(id) {
      if (lower === undefined) {
        lower = join(scratch, `${id}-lower`);
        mkdirSync(lower);
        await prepare(join(lower, "env"));
      }
      const [merged, layers] = [join(scratch, id), join(scratch, `${id}-layers`)];
      for (const folder of [merged, layers]) mkdirSync(folder);
      mount("-t", "tmpfs", "none", layers);
      for (const folder of ["upper", "work"]) mkdirSync(join(layers, folder));
      mount(
        "-t",
        "overlay",
        "overlay",
        "-o",
        `lowerdir=${lower},upperdir=${layers}/upper,workdir=${layers}/work`,
        merged,
      );
      return { env: join(merged, "env"), undo: [unmount(merged), unmount(layers)] };
    },
  }[options.on];
}

async function storm(scratch, tool, change, kills) {
  const { from, to } = change;
  const prepare = async (env) => {
    if (!existsSync(env) || !existsSync(join(env, "pyvenv.cfg"))) await succeeded(tool.venv(env));
    if (from !== undefined) await succeeded(from(tool, env));
  };
  const make = placing(scratch, tool, prepare);
  const counts = {
    found: { old: 0, new: 0, neither: 0 },
    untouched: 0,
    finished: 0,
    recovered: 0,
    ended: 0,
    wrong: [],
  };
  const rerun = { whole: 0, broken: [], failed: 0 };
  const id = (what) => `${tool.name}-${change.name.replaceAll(" ", "-")}-${what}`;
  const wanted = {};
  const times = [];
  const windows = [];
  for (let i = 0; i < 7; i++) {
    const { env, undo } = await make(id(`whole-${i}`));
    wanted.old = listing(env);
    const { ms, stdout } = await succeeded(to(tool, env));
    if (i > 0) times.push(ms);
    if (tool.windowOf !== undefined) windows.push(tool.windowOf(stdout));
    wanted.new = listing(env);
    for (const step of undo) step();
  }
  const stateOf = (env) => {
    const now = listing(env);
    const is = now === wanted.new ? "new" : now === wanted.old ? "old" : "neither";
    return isOne(is) && brokenRows(env).length === 0 ? is : "neither";
  };
  for (let i = 0; i < kills; i++) {
    const { env, undo } = await make(id(i));
    const aimed = i % 2 === 1 ? tool.committing?.(env) : undefined;
    if (!(await killed(to(tool, env), median(times) * (0.3 + 0.75 * random()), aimed, 12 * random())))
      counts.ended += 1;
    const found = stateOf(env);
    counts.found[found] += 1;
    if (tool.recover !== undefined) {
      await succeeded(tool.recover(env));
      const after = stateOf(env);
      if (!isOne(after) || transactionLeavings(env).length > 0)
        counts.wrong.push(`${env}: ${[...brokenRows(env), ...transactionLeavings(env)].slice(0, 3).join(", ")}`);
      else if (found === "neither") counts.recovered += 1;
      else counts[after === "new" ? "finished" : "untouched"] += 1;
    }
    const again = await ran(to(tool, env));
    if (again.code !== 0) rerun.failed += 1;
    else if (stateOf(env) === "new") rerun.whole += 1;
    else rerun.broken.push(`${env}: ${brokenRows(env).slice(0, 2).join(", ")}`);
    for (const step of undo) step();
  }
  return {
    tool: tool.name,
    change: change.name,
    on: options.on,
    kills,
    medianMs: median(times),
    windows,
    ...counts,
    rerun,
  };
}

const windowText = (windows) => `${median(windows).toFixed(1)} ms, ${Math.max(...windows).toFixed(1)} ms`;

await inScratch(async (scratch) => {
  const count = { upgrade: 29, sync: 60, small: 12, editable: 2 }[options.change];
  const releases = await makeReleases(scratch, count);
  const cache = join(scratch, "cache");
  if (options.on === "cache") {
    for (const folder of [cache, `${cache}-uv`]) {
      mkdirSync(folder);
      execFileSync("mount", ["-t", "tmpfs", "none", folder]);
    }
  }
  const { first, second, names } = releases;
  const install = (file) => (tool, env) => tool.install(env, file);
  let edits = 0;
  /** Three of them; each run meets sources that changed, and builds them. */
  const editable = (version) => (tool, env) => {
    const folders = ["one", "two", "three"].map((name) =>
      writeEditable(join(scratch, `${name}-${version}`), { name, version }),
    );
    for (const folder of folders) writeFileSync(join(folder, "setup.cfg"), `# edit ${++edits}\n`);
    return tool.editable(env, folders);
  };
  const changes = {
    upgrade: { name: `upgrade of ${count}`, from: install(first), to: install(second) },
    install: { name: `fresh install of ${count}`, to: install(first) },
    editable: { name: "editables to other folders", from: editable("1.0"), to: editable("2.0") },
    uninstall: { name: `uninstall of ${count}`, from: install(first), to: (tool, env) => tool.uninstall(env, names) },
  };
  const chosen = {
    upgrade: ["upgrade"],
    sync: ["install"],
    small: ["install", "upgrade", "uninstall"],
    editable: ["editable"],
  }[options.change];
  const results = [];
  try {
    for (const name of chosen)
      for (const tool of contestants(releases.places, cache, options)) {
        const kills = tool.name === "pip" ? Math.ceil(Number(options.kills) / 5) : Number(options.kills);
        const result = await storm(scratch, tool, changes[name], kills);
        results.push(result);
        const { found, untouched, finished, recovered, wrong, ended, rerun } = result;
        table(`${tool.name}, ${result.change}, ${options.on}: ${kills} kills, ${ended} of them after its end`, [
          ["found right after the kill: old / new / neither", `${found.old} / ${found.new} / ${found.neither}`],
          ...(tool.recover === undefined
            ? []
            : [
                ["moments in which a mixture can be seen: median, maximum", windowText(result.windows)],
                [
                  "untouched / finished / recovered / wrong",
                  `${untouched} / ${finished} / ${recovered} / ${wrong.length}`,
                ],
              ]),
          [
            "after the same command again: whole / broken / failed",
            `${rerun.whole} / ${rerun.broken.length} / ${rerun.failed}`,
          ],
        ]);
      }
  } finally {
    if (options.on === "cache") for (const folder of [cache, `${cache}-uv`]) spawnSync("umount", ["-l", folder]);
  }
  const mine = results.filter(({ tool }) => tool === "murre");
  const broken = mine.flatMap(({ wrong, rerun }) => [
    ...wrong,
    ...rerun.broken,
    ...(rerun.failed > 0 ? ["failed"] : []),
  ]);
  finish("kill-changes", { results }, broken, options.json);
});
