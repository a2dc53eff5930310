import {
  hostileSdists,
  hostileWheelName,
  hostileWheels,
  serveFolder,
  temporaryFolder,
  writeIndex,
  type FolderServer,
} from "@murre/test-kit";
import { mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operations } from "../src/api/all-operations.ts";
import { openInstaller, snapshot } from "./world.ts";

/**
 * The corpus of `packages/test-kit` through the whole of an installation: its own tests unpack every archive of it, here some of each code come
 * from a path, from an index of files and from one over HTTP, at first and again; and then from one that tells the metadata, so that nobody
 * looks at the archive before it is unpacked.
 */
const each = 3;

/** The first, the last, and one of the middle: they are of different kinds. */
function some<T>(all: readonly T[]): T[] {
  return [...new Set(Array.from({ length: each }, (_, index) => Math.round((index * (all.length - 1)) / (each - 1))))]
    .map((index) => all[index])
    .filter((one) => one !== undefined);
}

const wheels = Object.entries(hostileWheels).flatMap(([code, cases]) =>
  some(cases.filter(({ job }) => job === undefined)).map(({ what, make }) => ({
    code,
    what,
    make,
    project: "x",
    filename: hostileWheelName,
  })),
);
const sdists = Object.entries(hostileSdists).flatMap(([code, cases]) =>
  some(cases).map((one) => ({ ...one, code, project: "demo" })),
);

/** Where this is found while metadata is read, the release is passed over as if it were not there, and the only one is missing then. */
const passedOver = new Set([
  "MURRE_AMBIGUOUS_ARCHIVE",
  "MURRE_ARCHIVE_TOO_LARGE",
  "MURRE_CORRUPT_ARCHIVE",
  "MURRE_INVALID_METADATA",
  "MURRE_INVALID_WHEEL",
  "MURRE_NOT_A_ZIP",
  "MURRE_UNSAFE_PATH",
  "MURRE_UNSUPPORTED_WHEEL",
]);

const folder = temporaryFolder("hostile");
const environment = join(folder, "env");
const pages = join(folder, "pages");
const cache = join(folder, "cache");
let installer: Operations;
let server: FolderServer;
let before: Record<string, string>;

beforeAll(async () => {
  mkdirSync(pages);
  installer = openInstaller(folder, cache, process.env, { threads: 0 });
  await installer.venv({ path: environment });
  server = await serveFolder(pages);
  before = snapshot(environment);
});
afterAll(() => server.close());

async function verdict(indexUrl: string, requirement: string): Promise<unknown> {
  const asked = { python: environment, indexUrl, ignoreConfiguration: true, requirements: [requirement] };
  const error = await installer.install(asked).catch((reason: unknown) => reason);
  return (error as { code?: unknown }).code ?? "installed";
}

test.each([...wheels, ...sdists])("$code: $what, wherever it comes from", async (hostile) => {
  const { code, project, filename, make } = hostile;
  const data = Buffer.from(await make());
  const place = mkdtempSync(join(pages, "index-"));
  const name = basename(place);
  writeIndex(place, [{ project, filename, data }]);
  const told = `${name}-told`;
  const metadata = `Metadata-Version: 2.2\nName: ${project}\nVersion: 1.0\n`;
  writeIndex(join(pages, told), [{ project, filename, data, metadata }]);

  const found: unknown[] = [];
  for (const _ of ["cold", "warm"]) {
    found.push(await verdict(join(place, "simple"), join(place, "files", filename)));
    found.push(await verdict(join(place, "simple"), project));
    found.push(await verdict(`${server.url}/${name}/simple`, project));
  }
  // The first of three is named by its path: of that one its own error ends the run.
  const said = found.map((one, index) =>
    index % 3 > 0 && passedOver.has(code) && one === "MURRE_NO_SOLUTION" ? code : one,
  );
  expect(said).toEqual(said.map(() => code));
  const afterwards = await verdict(`${server.url}/${told}/simple`, project);
  expect([afterwards, await verdict(`${server.url}/${told}/simple`, project)]).toEqual([code, code]);
  expect(left()).toEqual([]);
});

/** What was on its way into the cache, entries for wheels, and anything with a name that hostile members have. */
function left(): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((path) => /^cache\/v\d+\/(?:tmp|partial)\/.|(?:^|\/)(?:evil|smuggled|extra)[^/]*$/.test(path));
}

test("nothing of all that is in the environment or in the store", () => {
  expect(snapshot(environment)).toEqual(before);
  const names = readdirSync(cache, { recursive: true, encoding: "utf8" });
  expect(names.filter((path) => path.endsWith(".dist-info") || path.endsWith(".py"))).toEqual([]);
});
