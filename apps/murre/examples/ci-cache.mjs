// A job of a CI service: murre's cache is restored from where the service keeps it, used, made small, and kept for the next job.
// node ci-cache.mjs KEPT REQUIREMENTS_FILE ENVIRONMENT
import { cpSync, existsSync, lstatSync, renameSync, rmSync } from "node:fs";
import { resolve } from "node:path";
import { createMurre } from "murre";

const [kept, requirements, environment] = process.argv.slice(2).map((path) => resolve(path));
const cacheFolder = resolve("murre-cache");

// Restored: a copy will do; it need not be on the same file system, and times and owners need not be those of then.
if (existsSync(kept)) cpSync(kept, cacheFolder, { recursive: true });

const murre = createMurre({ cacheFolder });
await murre.venv({ path: environment, existing: "refresh" });
const { fetched, cached } = await murre.sync({ python: environment, requirementFiles: [requirements] });
console.log(`${fetched} fetched, ${cached} from the cache`);

// Kept: without what no job of the last month used.
await murre.cache.prune({ olderThanMs: 30 * 24 * 3600 * 1000 });
await murre.close();
rmSync(kept, { recursive: true, force: true });
// A process that used the cache a moment ago still answers there, on a socket; tar and cp -r pass it over by themselves.
cpSync(cacheFolder, `${kept}.new`, { recursive: true, filter: (path) => !lstatSync(path).isSocket() });
renameSync(`${kept}.new`, kept);
console.log("kept for the next job");
