// What people feel many times a day: starting, looking, having nothing to do, and one small distribution more. Beside uv, and beside Node itself.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { murre, runSync, uv } from "../storms/kit.mjs";
import { withMadeIndex } from "./growth.mjs";
import { compare } from "./harness.mjs";
import { usageMeasured } from "./usage.mjs";

/** As many as a data scientist's environment has. */
const installed = 138;
const settledMs = 2500;

/** @param {{ scratch: string, runs: number, python: string, uvFile?: string }} settings */
export function measureFelt(settings) {
  return withMadeIndex(["breadth", `${installed}`, "wheels"], settings.scratch, (url) => measure(settings, url));
}

function measure({ scratch, runs, python, uvFile }, url) {
  const places = { indexes: [url], findLinks: [] };
  const tools = [murre(places), ...(uvFile === undefined ? [] : [uv(uvFile, places)])];
  const pins = join(scratch, "pins.txt");
  writeFileSync(pins, Array.from({ length: installed }, (_, n) => `p${n}==1.0\n`).join(""));
  const top = join(scratch, "top.in");
  writeFileSync(top, "p0\n");
  // Of runs with other settings as well.
  const placeOf = ({ name }) => name.replace(/,.*/, "");
  const cacheOf = (tool) => join(scratch, `cache-${placeOf(tool)}`);
  const fullOf = (tool) => join(scratch, `full-${placeOf(tool)}`);
  for (const tool of tools) {
    runSync(tool.venv(python, fullOf(tool), cacheOf(tool)));
    runSync(tool.sync(pins, fullOf(tool), cacheOf(tool)));
  }
  const node = { name: "node", command: () => ({ file: process.execPath, args: ["-e", "0"] }) };
  const emptyOf = (tool) => (_run, own) => runSync(tool.venv(python, join(own, "env"), cacheOf(tool)));
  // The same again is said again; what that saves is seen beside a run that does not know what the last one found.
  const anew = { name: "murre, found anew", env: { MURRE_RESOLVE_ANEW: "1" } };
  const isRepeated = (title) => /^pip (?:list|sync|install) /.test(title);
  const scenarios = {
    "--version": (tool) => ({ command: () => tool.version() }),
    [`pip list of ${installed}`]: (tool) => ({ command: () => tool.list(fullOf(tool), cacheOf(tool)) }),
    [`pip sync of ${installed} pins, nothing to do`]: (tool) => ({
      command: () => tool.sync(pins, fullOf(tool), cacheOf(tool)),
    }),
    [`pip install of what is there, with ${installed - 1} dependencies`]: (tool) => ({
      command: () => tool.install(["p0"], fullOf(tool), cacheOf(tool)),
    }),
    "one small distribution more, known to the cache": (tool) => ({
      prepare: emptyOf(tool),
      command: (_run, own) => tool.install([`p${installed - 1}`], join(own, "env"), cacheOf(tool)),
    }),
    [`resolving ${installed} projects again, remembered`]: (tool) => ({
      prepare: emptyOf(tool),
      command: (_run, own) => {
        const { file, args } = tool.resolve(top, join(own, "env"), cacheOf(tool));
        return { file, args: args.filter((word) => word !== "--resolve-anew") };
      },
    }),
  };
  return Object.entries(scenarios).map(([title, scenario], at) => {
    const folder = join(scratch, `${at}`);
    mkdirSync(folder);
    const contestants = isRepeated(title) ? [tools[0], { ...tools[0], ...anew }, ...tools.slice(1)] : tools;
    const measured = contestants.map((tool) => {
      const { prepare, command } = scenario(tool);
      const usage = usageMeasured(tool.name, (own) => ({ ...command(0, own), env: tool.env }));
      return {
        ...usage,
        ...(prepare === undefined ? {} : { prepare }),
        command: (run, own) => usage.command(run, own),
      };
    });
    if (isRepeated(title)) {
      for (const tool of contestants) runSync(scenario(tool).command(0, folder));
      // What was changed a moment ago could be changed again unseen: only then a run is remembered.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, settledMs);
    }
    const result = compare(title, [...measured, node], { runs, scratch: folder, warmUp: 2 });
    for (const [index, row] of result.rows.entries()) Object.assign(row, measured[index]?.usage());
    return { ...result, kind: "felt" };
  });
}
