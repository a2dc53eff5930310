// Promise 2 under fire: processes that change one environment at once beside readers.
//   node storms/environment/change-environment.mjs [--rounds 100] [--seed 1] [--json FILE]
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { indexedWheel, seededRandom, writeIndex } from "@murre/test-kit";
import { brokenRows, finish, inScratch, runMurre, table, transactionLeavings } from "../kit.mjs";

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    json: { type: "string" },
  },
});
const random = seededRandom(Number(options.seed));

/** Install A, install B and uninstall C at once. A needs C, so that two final states are possible; A and B bring two distributions each. */
async function changeTogether(scratch, rounds) {
  const specs = [
    { name: "a", version: "1.0", requiresDist: ["a-twin", "c"], files: { "shared/a.py": "a", "a/__init__.py": "a" } },
    { name: "a-twin", version: "1.0", files: { "shared/twin_a.py": "a" } },
    { name: "b", version: "1.0", requiresDist: ["b-twin"], files: { "shared/b.py": "b", "b/__init__.py": "b" } },
    { name: "b-twin", version: "1.0", files: { "shared/twin_b.py": "b" } },
    { name: "c", version: "1.0", files: { "shared/c.py": "c", "c/__init__.py": "c" } },
  ];
  writeIndex(join(scratch, "index"), await Promise.all(specs.map((spec) => indexedWheel(spec))));
  const index = ["--index-url", join(scratch, "index/simple"), "--no-config"];
  const report = { rounds, outcomes: {}, reads: 0, mixtures: [], failures: [], damaged: 0 };
  const serial = new Set(["a,a-twin,b,b-twin", "a,a-twin,b,b-twin,c"]);
  for (let round = 0; round < rounds; round++) {
    const env = join(scratch, `env-${round}`);
    const change = async (...words) => {
      const ended = await runMurre(["pip", ...words, "-p", env]);
      if (ended.code !== 0) report.failures.push(`round ${round}, ${words[0]}: ${ended.stderr}`);
    };
    await runMurre(["venv", env, "-q"]);
    await change("install", "c", ...index);
    const running = { isOver: false };
    const reader = async (command) => {
      while (!running.isOver) {
        const { code, stdout, stderr } = await runMurre(["pip", ...command, "-p", env]);
        report.reads += 1;
        const names = new Set(stdout.match(/\b(?:a|b)(?:-twin)?(?===)/g) ?? []);
        const isHalf = (name) => names.has(name) !== names.has(`${name}-twin`);
        const isMixture = command[0] === "freeze" && (isHalf("a") || isHalf("b"));
        if (isMixture || /incomplete|twin.*not installed/.test(stdout) || code > 1 || /error/.test(stderr))
          report.mixtures.push(`round ${round}: ${command[0]} ${code}: ${stdout}${stderr}`);
      }
    };
    const readers = [reader(["freeze"]), reader(["check"]), reader(["list"])];
    const later = async (...words) => {
      await sleep(random() * 400);
      await change(...words);
    };
    await Promise.all([later("install", "a", ...index), later("install", "b", ...index), later("uninstall", "c")]);
    running.isOver = true;
    await Promise.all(readers);
    const { stdout } = await runMurre(["pip", "freeze", "-p", env]);
    const state = stdout.trim().replaceAll(/==.*/g, "").split("\n").join(",");
    report.outcomes[state] = (report.outcomes[state] ?? 0) + 1;
    if (!serial.has(state)) report.failures.push(`round ${round}: ended as ${state}`);
    report.damaged += brokenRows(env).length + transactionLeavings(env).length;
  }
  return report;
}

await inScratch(async (scratch) => {
  process.env.MURRE_CACHE_DIR = join(scratch, "cache");
  const report = await changeTogether(scratch, Number(options.rounds));
  const { rounds, outcomes, reads, mixtures, failures, damaged } = report;
  table(`${rounds} rounds, ${reads} reads beside them`, Object.entries(outcomes));
  const broken = [...mixtures, ...failures, ...(damaged > 0 ? [`${damaged} damages or leavings`] : [])];
  finish("change-environment", report, broken, options.json);
});
