import {
  indexedWheel,
  temporaryFolder,
  writeIndex,
  writeWheel,
  type IndexedFile,
  type WheelSpec,
} from "@murre/test-kit";
import { mkdirSync, readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type CommandWorld } from "./command-world.ts";
import { findNginx, startNginx, startPythonServer, type WebServer } from "./web-servers.ts";

/** An application with dependencies; `lib` says in its module which publication it is. */
const wheels = (publication: string): WheelSpec[] => [
  { name: "app", version: "1.0", requiresDist: ["lib>=1", "extra-part; extra == 'more'"], providesExtra: ["more"] },
  { name: "lib", version: "1.1", requiresDist: ["leaf"], files: { "lib.py": `publication = "${publication}"\n` } },
  { name: "lib", version: "0.9" },
  { name: "leaf", version: "2.0" },
  { name: "extra-part", version: "3.0" },
];

type Publish = (root: string, publication: string, time: Date) => Promise<void>;

/** METADATA has to come out of the wheel: nothing of it stands beside. */
async function withoutMetadata(spec: WheelSpec, claims: Partial<IndexedFile>): Promise<IndexedFile> {
  const { project, filename, data } = await indexedWheel(spec);
  return { project, filename, data, ...claims };
}

/** PEP 503 pages, as a plain web server has them. */
const publishIndex =
  (claims: { hashes?: Record<string, string> }): Publish =>
  async (root, publication, time) => {
    const files = await Promise.all(wheels(publication).map((spec) => withoutMetadata(spec, claims)));
    writeIndex(root, files, { format: "html" });
    setTimes(root, time);
  };

/** One folder for each project, and no page: the server lists it. */
const publishFolders: Publish = async (root, publication, time) => {
  for (const spec of wheels(publication)) {
    const folder = join(root, "simple", spec.name);
    mkdirSync(folder, { recursive: true });
    await writeWheel(folder, spec);
  }
  setTimes(root, time);
};

function setTimes(root: string, time: Date): void {
  for (const path of readdirSync(root, { recursive: true, encoding: "utf8" })) utimesSync(join(root, path), time, time);
}

interface Served {
  readonly what: string;
  readonly publish: Publish;
  readonly start: (root: string) => Promise<WebServer>;
  readonly ranges: boolean;
  readonly hashes: boolean;
  /** The pages are made by the server. */
  readonly listed: boolean;
}

const nginx = findNginx();
if (nginx === undefined) console.log("nginx is not installed: its tests are left out");
const nginxServers: readonly Served[] =
  nginx === undefined
    ? []
    : [true, false].flatMap((ranges) =>
        [true, false].map((hashes) => ({
          what: `nginx ${ranges ? "with" : "without"} ranges, pages ${hashes ? "with" : "without"} hashes`,
          publish: publishIndex(hashes ? {} : { hashes: {} }),
          start: (root: string) => startNginx(nginx, root, { ranges }),
          ranges,
          hashes,
          listed: false,
        })),
      );
const servers: readonly Served[] = [
  ...nginxServers,
  {
    what: "python -m http.server, listings without hashes",
    publish: publishFolders,
    start: startPythonServer,
    ranges: false,
    hashes: false,
    listed: true,
  },
];

describe.each(servers)("murre pip install over HTTP from $what", ({ publish, start, ranges, hashes, listed }) => {
  const root = temporaryFolder("served");
  const world: CommandWorld = makeCommandWorld();
  let server: WebServer;

  beforeAll(async () => {
    await publish(root, "first", new Date("2026-01-01T10:00:00Z"));
    server = await start(root);
    await server.requests();
  });

  afterAll(() => server.close());

  /** Installs into a new environment, and tells what that environment holds and what was asked of the server. */
  async function install(name: string) {
    const environment = await world.environment(name);
    const words = ["install", "app[more]", "--no-config", "-i", `${server.url}/simple`];
    const { stderr } = succeeded(await environment.pip(...words));
    const requests = await server.requests();
    const ofWheels = requests.filter(({ path }) => path.endsWith(".whl"));
    return {
      stderr,
      installed: await environment.installed(),
      publication: await environment.print("import lib, leaf, app, extra_part; print(lib.publication)"),
      ranged: ofWheels.filter(({ status }) => status === 206).length,
      pages: requests.filter(({ path }) => !path.endsWith(".whl")),
      wheels: ofWheels,
      transferred: ofWheels.filter(({ status }) => status === 200).map(({ path }) => path.split("/").at(-1)),
    };
  }

  test("what is named comes with everything it needs, and each wheel is transferred once", async () => {
    const first = await install("first");
    expect(first.installed).toEqual(["app==1.0", "extra-part==3.0", "leaf==2.0", "lib==1.1"]);
    expect(first.publication).toBe("first");
    expect(first.stderr).not.toContain("warning");
    const whole = ["app-1.0", "extra_part-3.0", "leaf-2.0", "lib-1.1"].map((stem) => `${stem}-py3-none-any.whl`);
    // A server without ranges answers the first request for one with the whole file, which is then not read.
    const refusals = ranges ? 0 : first.transferred.length - whole.length;
    expect([...new Set(first.transferred)].toSorted()).toEqual(whole);
    expect(refusals).toBeLessThanOrEqual(1);
    expect(first.transferred).toHaveLength(whole.length + refusals);
    expect(first.wheels.some(({ status }) => status === 206)).toBe(ranges);
  });

  test("what did not change is not transferred again", async () => {
    const second = await install("second");
    expect(second.publication).toBe("first");
    expect(second.transferred).toEqual([]);
    // A file with a known hash is not even asked for; the others are asked for with their validators.
    expect(second.wheels.filter(({ status }) => status !== 206).map(({ status }) => status)).toEqual(
      Array.from({ length: second.wheels.length - second.ranged }, () => 304),
    );
    // Once in a command, though its metadata is read and it is installed.
    const asked = second.wheels.filter(({ status }) => status === 304).map(({ path }) => path);
    expect(asked).toHaveLength(new Set(asked).size);
    expect(second.wheels.length > 0).toBe(!hashes);
    // A listing has no validators.
    expect(second.pages.every(({ status }) => status === (listed ? 200 : 304))).toBe(true);
  });

  test("a file that was published again under its name with other bytes is noticed", async () => {
    await publish(root, "second", new Date("2026-01-01T11:00:00Z"));
    const third = await install("third");
    expect(third.publication).toBe("second");
    expect(third.transferred).toContain("lib-1.1-py3-none-any.whl");
    const again = await install("fourth");
    expect(again.publication).toBe("second");
    expect(again.transferred).toEqual([]);
  });
});
