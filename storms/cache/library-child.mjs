// Four operations of the library at once, again and again until the deadline; one line of JSON for each on stdout.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createMurre } from "murre";
import { damageOf } from "../kit.mjs";

const { cacheFolder, folder, url, python, deadline, sets } = JSON.parse(process.argv[2]);
const murre = createMurre({ cacheFolder, cwd: folder });

async function loop(number) {
  for (let i = 0; Date.now() < deadline; i++) {
    const environment = join(folder, `library-${number}-${i}`);
    const { file, wheels } = sets[(number + i) % sets.length];
    const start = performance.now();
    const said = { kind: "library", failure: null, damage: [], fetched: 0, cached: 0, ms: 0 };
    try {
      await murre.venv({ path: environment, python, ignoreConfiguration: true });
      const report = await murre.sync({
        requirementFiles: [file],
        python: environment,
        indexUrl: url,
        ignoreConfiguration: true,
      });
      Object.assign(said, { fetched: report.fetched, cached: report.cached });
    } catch (error) {
      said.failure = `${error.code ?? error.name}: ${error.message}${error.cause === undefined ? "" : ` (${error.cause.message})`}\n${error.stack}`;
    }
    said.ms = performance.now() - start;
    if (said.failure === null) said.damage = await damageOf(environment, wheels);
    process.stdout.write(`${JSON.stringify(said)}\n`);
    rmSync(environment, { recursive: true, force: true });
  }
}
await Promise.all([0, 1, 2, 3].map(loop));
