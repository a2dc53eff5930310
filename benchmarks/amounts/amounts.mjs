// Large amounts: many distributions, many files in one, many bytes in one, many processes at once. All of it made up, and served over HTTP.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { murre, runSync, uv } from "../../storms/kit.mjs";
import { compare, print } from "../harness.mjs";
import { withServer } from "../recorded-index.mjs";
import { describeUsage, usageMeasured } from "../usage.mjs";

const script = (name) => fileURLToPath(new URL(name, import.meta.url));

const gib = 2 ** 30;
const many = { wheels: 1000, files: 1, bytes: 16 };
const files = { wheels: 1, files: 100_000, bytes: 16 };
const bytes = { wheels: 1, files: 1, bytes: gib };

/** By name: what is made up, what is measured of it, and by how many processes at once. */
export const amounts = {
  "many-cold": { set: many, measure: cold },
  "many-warm": { set: many, measure: warm },
  "many-again": { set: many, measure: again },
  "many-verify": { set: many, measure: verify },
  "files-cold": { set: files, measure: cold },
  "files-warm": { set: files, measure: warm },
  "files-uninstall": { set: files, measure: uninstall },
  "bytes-cold": { set: bytes, measure: cold },
  "bytes-verify": { set: { ...bytes, files: 16, bytes: gib / 16 }, measure: verify },
  "storm-cold": { set: { wheels: 40, files: 100, bytes: 2000 }, measure: cold, processes: 12 },
  "at-once-cold": { set: { wheels: 20, files: 20, bytes: 2000 }, measure: cold, processes: 48 },
  "at-once-warm": { set: { wheels: 20, files: 20, bytes: 2000 }, measure: warm, processes: 48 },
};

/**
 * @param {{ name: string, scratch: string, runs: number, python: string, uvFile?: string, scale: number }} settings
 *   scale: a part of each set and of the processes, to try whether all of it runs
 */
export function measureAmount({ name, scratch, runs, python, uvFile, scale }) {
  const { set, measure, processes = 1 } = amounts[name];
  const part = (count) => (count === 1 ? 1 : Math.max(1, Math.round(count * scale)));
  const index = join(scratch, "index");
  const size = set.bytes > 4096 ? part(set.bytes) : set.bytes;
  execFileSync("python3", [script("made-up-index.py"), index, part(set.wheels), part(set.files), size].map(String));
  return withServer([script("serve-index.mjs"), index], scratch, (url) => {
    const places = { indexes: [`${url}simple/`], findLinks: [] };
    const tools = [murre(places), ...(uvFile === undefined ? [] : [uv(uvFile, places)])];
    const world = {
      python,
      pins: join(index, "pins.txt"),
      scratch,
      processes: processes === 1 ? 1 : Math.max(2, part(processes)),
    };
    const contestants = measure(tools, world);
    const result = compare(name, contestants, { runs, scratch: join(scratch, "runs") });
    for (const [row, contestant] of contestants.entries()) Object.assign(result.rows[row], contestant.usage());
    return [{ ...result, amount: set }];
  });
}

export function printAmount(result) {
  print(result);
  for (const row of result.rows) console.log(`  ${row.name.padEnd(22)} ${describeUsage(row)}`);
}

const environment = (folder, number = 0) => join(folder, `env-${number}`);
const shared = (tool, { scratch }) => join(scratch, `cache-${tool.name}`);
/** Syncs into new environments, by as many processes as the world has. */
function syncing(tool, world, cacheOf, before = () => {}) {
  const commands = (folder) =>
    Array.from({ length: world.processes }, (_, number) =>
      tool.sync(world.pins, environment(folder, number), cacheOf(folder)),
    );
  return {
    ...usageMeasured(tool.name, (folder) => atOnce(commands(folder), folder)),
    prepare(_run, folder) {
      for (let number = 0; number < world.processes; number++)
        runSync(tool.venv(world.python, environment(folder, number), join(world.scratch, "venv-cache")));
      before(folder);
    },
  };
}

function atOnce(commands, folder) {
  if (commands.length === 1) return commands[0];
  const list = join(folder, "commands.json");
  writeFileSync(list, JSON.stringify(commands));
  return { file: process.execPath, args: [script("at-once.mjs"), list] };
}

function cold(tools, world) {
  return tools.map((tool) => syncing(tool, world, (folder) => join(folder, "cache")));
}

/** The first turn, which does not count, fills the caches. */
function warm(tools, world) {
  return tools.map((tool) => syncing(tool, world, () => shared(tool, world)));
}

/** All of it is installed already. */
function again(tools, world) {
  return tools.map((tool) => {
    const cache = shared(tool, world);
    return syncing(
      tool,
      world,
      () => cache,
      (folder) => runSync(tool.sync(world.pins, environment(folder), cache)),
    );
  });
}

function uninstall(tools, world) {
  return tools.map((tool) => {
    const cache = shared(tool, world);
    return {
      ...usageMeasured(tool.name, (folder) => tool.uninstall("made0", environment(folder), cache)),
      prepare(_run, folder) {
        runSync(tool.venv(world.python, environment(folder), join(world.scratch, "venv-cache")));
        runSync(tool.sync(world.pins, environment(folder), cache));
      },
    };
  });
}

/** Beside nothing but sha256 of the same files, two processes at a time. */
function verify([own], world) {
  const cache = shared(own, world);
  const first = join(world.scratch, "first");
  mkdirSync(first);
  runSync(own.venv(world.python, environment(first), cache));
  runSync(own.sync(world.pins, environment(first), cache));
  const sums = `find ${JSON.stringify(cache)} -path '*/pkg/*' -type f -print0 | xargs -0 -P2 -n8 openssl dgst -sha256`;
  return [
    usageMeasured("murre cache verify", () => own.verify(cache)),
    usageMeasured("sha256, two at a time", () => ({ file: "sh", args: ["-c", sums] })),
  ];
}
