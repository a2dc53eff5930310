// One process of test/stale-wheel.slow.test.ts: it walks through an installation of a folder, and is held at each of the five named points.
import { beginCacheOperation } from "@murre/cache";
import { createBuilder } from "@murre/build";
import { findInterpreter } from "@murre/python";
import { createUnpacker } from "@murre/wheel";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const [, , folder, name] = process.argv;
const tree = join(folder, "tree");
const interpreter = findInterpreter(
  undefined,
  { env: process.env, cwd: "/", platform: process.platform, home: homedir() },
  { preference: "any" },
);

/** Resolves when the walk has come to this point, and holds it there until `go()`. */
function holdAt() {
  let arrive, go;
  const arrived = new Promise((resolve) => (arrive = resolve));
  const released = new Promise((resolve) => (go = resolve));
  return { arrived, go, pass: () => (arrive(), released) };
}

/** The steps of one installation. Each runs until the walk stands before the next one. */
async function* installation(content) {
  const cache = beginCacheOperation(join(folder, "cache"));
  const [beforeBuild, beforePublish] = [holdAt(), holdAt()];
  const unpacker = createUnpacker({ workers: 0 });
  const builder = createBuilder({
    cache,
    interpreter,
    environments: {
      async make() {
        await beforeBuild.pass();
        return { python: interpreter.executable, env: process.env, add: async () => {} };
      },
    },
    unpacker: () => ({
      ...unpacker,
      async unpack(job) {
        await beforePublish.pass();
        return unpacker.unpack(job);
      },
    }),
    settings: {
      isolation: "isolated",
      configSettings: {},
      constraints: [],
      timeoutMs: undefined,
      logFolder: join(folder, "logs"),
      platform: process.platform,
    },
    chain: [],
    onEvent: () => {},
    signal: undefined,
  });
  const source = { kind: "directory", path: tree, project: "demo", shown: "./tree" };
  try {
    // See stale: the source has just changed, so what was built before does not count.
    writeFileSync(join(tree, "src.py"), content);
    const wheel = builder.wheel(source);
    wheel.catch(() => {});
    await Promise.race([beforeBuild.arrived, wheel]);
    yield "saw";
    // Rebuild.
    beforeBuild.go();
    await Promise.race([beforePublish.arrived, wheel]);
    yield "rebuilt";
    // Publish.
    beforePublish.go();
    await wheel;
    yield "published";
    // Resolve: the metadata of that wheel.
    const metadata = await builder.metadata(source);
    yield `resolved ${/^Version: (.*)$/m.exec(metadata)?.[1]}`;
    // Install: looked up once more, linked out, and read where it was linked to.
    const entry = await builder.wheel(source);
    const target = join(folder, `environment-${name}`);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target);
    for (const { path } of entry.manifest.details())
      if (path.endsWith(".py")) linkSync(join(entry.filesFolder, path), join(target, path));
    yield `installed ${JSON.stringify(readFileSync(join(target, "demo.py"), "utf8"))}`;
  } finally {
    builder.close();
    cache.end();
    await unpacker.close();
  }
}

let walk;
for await (const line of createInterface({ input: process.stdin })) {
  const [word, content] = JSON.parse(line);
  try {
    if (word === "begin") walk = installation(content);
    const { value = "ended" } = await walk.next();
    process.stdout.write(`${value}\n`);
  } catch (error) {
    process.stdout.write(`failed ${JSON.stringify(String(error))}\n`);
  }
}
