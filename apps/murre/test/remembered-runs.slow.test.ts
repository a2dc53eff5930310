import { isRemote } from "@murre/files";
import { indexedWheel, serveFolder, temporaryFolder, writeIndex, type FolderServer } from "@murre/test-kit";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type CommandWorld, type Environment, type Run } from "./command-world.ts";

// A run that changes nothing is remembered, and said again as long as all that it has looked at is as it was. Here it is made visible: what is
// remembered is given a further line.

interface Place {
  readonly world: CommandWorld;
  readonly environment: Environment;
  readonly site: string;
  readonly requirements: string;
  readonly index: string;
  readonly words: Readonly<Record<Command, readonly string[]>>;
}
type Command = "list" | "check" | "sync" | "install";

/** Changes younger than this may hide others (milliseconds). */
const settledMs = 2200;
const mark = "said again\n";

let server: FolderServer;
const served = temporaryFolder("served");
const wheels = async (version: string) =>
  Promise.all([
    indexedWheel({ name: "app", version: "1.0", requiresDist: ["lib"], files: { "app.py": "" } }),
    indexedWheel({ name: "lib", version, files: { "lib.py": `v = ${version}` } }),
  ]);

beforeAll(async () => {
  writeIndex(served, await wheels("1.0"));
  server = await serveFolder(served, { cacheControl: "max-age=600" });
});
afterAll(() => server.close());

/** An environment with two distributions, made as users make it. */
async function makePlace(): Promise<Place> {
  const world = makeCommandWorld();
  const environment = await world.environment("env");
  const requirements = world.write("requirements.txt", "app==1.0\nlib==1.0\n");
  const index = `${server.url}/simple/`;
  const places = ["-p", environment.folder, "--index-url", index];
  succeeded(await world.murre("pip", "sync", requirements, ...places));
  const [python = ""] = readdirSync(join(environment.folder, "lib"));
  return {
    world,
    environment,
    requirements,
    index,
    site: join(environment.folder, "lib", python, "site-packages"),
    words: {
      list: ["pip", "list", "-p", environment.folder],
      check: ["pip", "check", "-p", environment.folder],
      sync: ["pip", "sync", requirements, ...places],
      install: ["pip", "install", "app", ...places],
    },
  };
}

/** Adds to what is remembered, so that it can be told from what is found again. */
function markAll({ world }: Place): number {
  const code = join(world.cache, "code");
  const runs = readdirSync(code, { recursive: true, encoding: "utf8" }).filter((path) =>
    /runs\/[0-9a-f]{32}$/.test(path),
  );
  for (const run of runs) {
    const [head = "", ...facts] = readFileSync(join(code, run), "utf8").split("\n");
    const [until, count, sayings] = JSON.parse(head) as [number, number, unknown[]];
    writeFileSync(join(code, run), [JSON.stringify([until, count, [...sayings, [1, mark]]]), ...facts].join("\n"));
  }
  return runs.length;
}

const withoutTimes = ({ code, stdout, stderr }: Run) => ({ code, stdout, stderr: stderr.replaceAll(/ in \d\S*/g, "") });
const isRemembered = ({ stdout }: Run): boolean => stdout.endsWith(mark);

interface Change {
  readonly what: string;
  readonly of: Command;
  /** It changes nothing, so that it can be compared with itself without memory. */
  readonly reads?: true;
  readonly change: (place: Place) => unknown;
}
const metadataOf = ({ site }: Place) => join(site, "lib-1.0.dist-info/METADATA");
const changes: readonly Change[] = [
  {
    what: "a distribution that is removed by hand",
    of: "list",
    reads: true,
    change: ({ site }) => rmSync(join(site, "lib-1.0.dist-info"), { recursive: true }),
  },
  {
    what: "a distribution that is copied there",
    of: "list",
    reads: true,
    change: ({ site }) => {
      cpSync(join(site, "lib-1.0.dist-info"), join(site, "lob-1.0.dist-info"), { recursive: true });
      const file = join(site, "lob-1.0.dist-info/METADATA");
      writeFileSync(file, readFileSync(file, "utf8").replace("Name: lib", "Name: lob"));
    },
  },
  {
    what: "METADATA of the same length",
    of: "list",
    reads: true,
    change: (place) =>
      writeFileSync(metadataOf(place), readFileSync(metadataOf(place), "utf8").replace("Version: 1.0", "Version: 1.1")),
  },
  {
    what: "METADATA that requires more",
    of: "check",
    reads: true,
    change: (place) =>
      writeFileSync(
        metadataOf(place),
        readFileSync(metadataOf(place), "utf8").replace("Version: 1.0", "Version: 1.0\nRequires-Dist: more"),
      ),
  },
  {
    what: "what another murre installs",
    of: "list",
    reads: true,
    change: ({ world, environment }) => world.murre("pip", "uninstall", "lib", "-p", environment.folder),
  },
  {
    what: "what another murre installs",
    of: "sync",
    change: ({ world, environment }) => world.murre("pip", "uninstall", "lib", "-p", environment.folder),
  },
  { what: "METADATA that is gone", of: "sync", change: (place) => unlinkSync(metadataOf(place)) },
  {
    what: "another pin",
    of: "sync",
    change: ({ requirements }) => writeFileSync(requirements, "app==1.0\nlob==1.0\n"),
  },
  {
    what: "a file that takes the place of requirements",
    of: "sync",
    change: ({ requirements, world }) =>
      renameSync(world.write("other.txt", "app==1.0\nlib==1.0\nno==1\n"), requirements),
  },
  { what: "a comment", of: "sync", change: ({ requirements }) => appendFileSync(requirements, "# nothing\n") },
  {
    what: "an origin",
    of: "sync",
    change: ({ site }) =>
      writeFileSync(
        join(site, "lib-1.0.dist-info/direct_url.json"),
        JSON.stringify({ url: "file:///x/lib-1.0-py3-none-any.whl", archive_info: {} }),
      ),
  },
  {
    what: "an environment that is none any more",
    of: "install",
    change: ({ environment }) => unlinkSync(join(environment.folder, "pyvenv.cfg")),
  },
  {
    what: "a change that was interrupted",
    of: "install",
    change: ({ site }) => {
      mkdirSync(join(site, ".murre/torn"), { recursive: true });
    },
  },
  {
    what: "an interpreter that cannot be run",
    of: "install",
    change: ({ environment }) => {
      unlinkSync(environment.python);
      writeFileSync(environment.python, "#!/bin/sh\nexit 3\n");
      chmodSync(environment.python, 0o755);
    },
  },
  {
    what: "a distribution that is gone",
    of: "install",
    change: ({ world, environment }) => world.murre("pip", "uninstall", "lib", "-p", environment.folder),
  },
];

describe.skipIf(process.platform === "win32" || isRemote(served))(
  "a run that changes nothing is said again until something is another",
  () => {
    test("whatever is changed", { timeout: 240_000 }, async () => {
      const places: { row: Change; place: Place }[] = [];
      for (const row of changes) {
        const place = await makePlace();
        await place.world.murre(...place.words[row.of]);
        places.push({ row, place });
      }
      await setTimeout(settledMs);
      for (const { row, place } of places) {
        const words = place.words[row.of];
        const first = await place.world.murre(...words);
        const runs = markAll(place);
        const again = await place.world.murre(...words);
        const otherWords = await place.world.murre(...words, "--no-progress");
        await row.change(place);
        const after = await place.world.murre(...words);
        const without = row.reads === true ? await place.world.murre(...words, "--no-cache") : after;
        expect({ ...row, runs, remembered: [again, otherWords, after].map(isRemembered) }).toEqual({
          ...row,
          runs: 1,
          remembered: [true, false, false],
        });
        expect(withoutTimes({ ...again, stdout: again.stdout.slice(0, -mark.length) })).toEqual(withoutTimes(first));
        expect(withoutTimes(after)).toEqual(withoutTimes(without));
      }
    });

    test(
      "pages are asked for again when they are no longer fresh, or when that is wished",
      { timeout: 120_000 },
      async () => {
        const place = await makePlace();
        const { world, index } = place;
        const empty = await world.environment("empty");
        const words = ["pip", "install", "app", "--dry-run", "-p", empty.folder, "--index-url", index];
        await setTimeout(settledMs);
        succeeded(await world.murre(...words));
        await setTimeout(settledMs);
        succeeded(await world.murre(...words));
        expect(markAll(place)).toBe(1);
        expect(isRemembered(await world.murre(...words))).toBe(true);
        writeIndex(served, await wheels("2.0"));
        for (const word of ["--refresh", "--no-cache", "--resolve-anew", "-v"]) {
          const { stdout, code } = await world.murre(...words, word);
          expect({ word, code, isMarked: stdout.endsWith(mark) }).toEqual({ word, code: 0, isMarked: false });
        }
        // The refreshed page says another thing than the one that the remembered run rests on.
        const after = await world.murre(...words);
        expect(isRemembered(after)).toBe(false);
        expect(after.stdout).toContain("lib==2.0");
      },
    );
  },
);
