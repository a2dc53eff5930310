// node benchmarks/own-code/projects.mjs: `murre sync` beside `uv sync` and pnpm with python.enabled, in four small repositories of npm and Python.
// It says what each tool installs, how long it takes cold, warm and with nothing to do, and ends with 1 where murre and uv differ.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { contents, inWorld, run, uv, write, writeProject } from "./world.mjs";

const workspace = '[tool.uv.workspace]\nmembers = ["packages/*"]\n[tool.uv.sources]\nlib = { workspace = true }';
const groups =
  '[dependency-groups]\ndev = ["check", { include-group = "lint" }]\nlint = ["six<2"]\ndocs = ["docs"]\n[tool.uv]\ndefault-groups = ["dev", "docs"]';

const repositories = {
  "single project": { ".": { name: "one", version: "1.0", needs: ["web"] } },
  "uv workspace": {
    ".": { name: "one", version: "1.0", needs: ["lib", "check"], more: workspace },
    "packages/lib": { name: "lib", version: "2.0", needs: ["six<2"] },
    "packages/tool": { name: "tool", version: "1.0", needs: ["docs"] },
  },
  "src layout, dynamic version": { ".": { name: "one", needs: ["six"] } },
  groups: { ".": { name: "one", version: "1.0", needs: ["web"], more: groups } },
};

/** Each command with a cache of its own, for the index that is given. */
const tools = {
  murre: (cache, index) => [["murre", "sync", "--no-config", "--index-url", index], { MURRE_CACHE_DIR: cache }],
  uv: (cache, index) => [[uv, "sync", "--no-config", "--default-index", index], { UV_CACHE_DIR: cache }],
  pnpm: (cache) => [
    ["npx", "--yes", "pnpm@12.21.0", "install", "--store-dir", cache, "--cache-dir", `${cache}-pages`],
    {},
  ],
};

let differences = 0;
await inWorld(async (folder, index) => {
  for (const [title, projects] of Object.entries(repositories)) {
    console.log(`\n${title}`);
    const outcomes = new Map();
    for (const [tool, commandOf] of Object.entries(tools)) {
      const root = join(folder, `${title}-${tool}`.replaceAll(/\W+/g, "-"));
      for (const [path, facts] of Object.entries(projects)) writeProject(join(root, path), facts);
      write(root, {
        VERSION: "3.1\n",
        "package.json": '{ "name": "site", "private": true }\n',
        "pnpm-workspace.yaml": `python:\n  enabled: true\nregistries:\n  ${index}:\n    ecosystem: pypi\n`,
      });
      const [words, env] = commandOf(`${root}-cache`, index);
      const seconds = [];
      let ended;
      for (const turn of ["cold", "warm", "nothing to do"]) {
        if (turn === "warm") rmSync(join(root, ".venv"), { recursive: true, force: true });
        ended = await run(words, root, env);
        seconds.push(`${turn} ${ended.seconds.toFixed(2)}`);
        if (ended.code !== 0) break;
      }
      const python = join(root, ".venv/bin/python");
      const found = existsSync(python) ? await contents(python, folder) : [];
      outcomes.set(tool, JSON.stringify(found));
      console.log(`  ${tool.padEnd(6)} ${seconds.join(", ")} s: ${found.join("; ") || "no environment"}`);
      if (ended.code !== 0)
        console.log(`         ended with ${ended.code}: ${`${ended.stdout}${ended.stderr}`.trim().slice(-400)}`);
    }
    if (outcomes.get("murre") !== outcomes.get("uv") || outcomes.get("murre") === "[]") {
      differences += 1;
      console.log("  murre and uv DIFFER");
    }
  }
});
console.log(`\n${differences} of 4 differ between murre and uv`);
process.exitCode = differences === 0 ? 0 : 1;
