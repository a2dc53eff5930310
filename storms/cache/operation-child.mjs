// What a kill falls into: node operation-child.mjs SCENARIO CACHE WHEELS
import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createUnpacker, installableWheel } from "@murre/wheel";
import { beginCacheOperation, maintainCache } from "@murre/cache";

const [scenario, cacheFolder, wheels] = process.argv.slice(2);

/** Fetches (by copying into a partial download), unpacks and publishes every wheel, one after the other: the same calls each time. */
async function fill() {
  const cache = beginCacheOperation(cacheFolder);
  const unpacker = createUnpacker({ workers: 0 });
  const found = [];
  for (const filename of readdirSync(wheels).toSorted()) {
    const path = join(wheels, filename);
    const project = filename.split("-")[0].replaceAll("_", "-");
    const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
    const entry = await cache.addOnce({
      key: filename,
      lookup: (find) => find(project, sha256),
      async make(maker) {
        const partial = await maker.beginPartial({ url: `http://index/${filename}`, readValidators: (kept) => kept });
        partial.make();
        partial.note({ etag: '"1"' });
        copyFileSync(path, partial.path);
        const job = { wheelPath: partial.path, filename, expectedHashes: { sha256 } };
        const made = await maker.add(project, async (destination) =>
          installableWheel(await unpacker.unpack({ ...job, destination })),
        );
        partial.remove();
        return made;
      },
    });
    cache.documents.write(["metadata", project, sha256], `Name: ${project}\n`);
    cache.documents.write(["index", "00", project], "page");
    found.push(entry.filesFolder);
  }
  if (!cache.validate()) throw new Error("the lease was lost");
  console.log(JSON.stringify(found));
  await unpacker.close();
  cache.end();
}

const maintenance = maintainCache(cacheFolder);
const scenarios = {
  fill,
  clean: () => maintenance.clean(),
  "clean a project": () => maintenance.clean([readdirSync(wheels).toSorted()[0].split("-")[0]]),
  prune: () => maintenance.prune({ maxBytes: 1 }),
};
await scenarios[scenario]();
