import {
  indexedWheel,
  serveFolder,
  temporaryFolder,
  writeIndex,
  type FolderServer,
  type IndexedFile,
} from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded } from "./command-world.ts";

/** More bytes than are asked for first when METADATA is read out of a wheel. */
const large = Buffer.from(Array.from({ length: 300_000 }, (_, index) => Math.imul(index, 2_654_435_761) >>> 24));

const wheels = (claims: Partial<IndexedFile> = {}) =>
  Promise.all([
    indexedWheel({ name: "app", version: "1.0", requiresDist: ["lib"], zip: { stored: true } }, claims),
    indexedWheel(
      { name: "lib", version: "1.0", files: { "lib/__init__.py": "", "lib/data.bin": large }, zip: { stored: true } },
      claims,
    ),
  ]);

async function indexOf(files: readonly IndexedFile[], options: Parameters<typeof serveFolder>[1] = {}) {
  const folder = temporaryFolder("shared-fetches");
  writeIndex(folder, files);
  const server = await serveFolder(folder, options);
  return { server, folder, index: ["--index-url", `${server.url}/simple/`, "--no-config"] };
}

const bodiesOf = (server: FolderServer, suffix: string) =>
  server.requests.filter(({ path, status }) => path.endsWith(suffix) && status !== 304);

describe("processes that miss the same at the same time", () => {
  const together = 5;
  const plan = async (index: readonly string[]) => {
    const world = makeCommandWorld();
    const { folder } = await world.environment("env");
    const words = ["pip", "install", "app", "--dry-run", "-p", folder, ...index];
    for (const one of await Promise.all(Array.from({ length: together }, () => world.murre(...words)))) succeeded(one);
  };

  test("ask once for each page and for each metadata file (PEP 658)", { timeout: 60_000 }, async () => {
    const { server, index } = await indexOf(await wheels(), { latencyMs: 150, cacheControl: "max-age=600" });
    await plan(index);
    const bodies = server.requests.filter(({ bytes }) => bytes > 0).map(({ path }) => path);
    expect(bodies.toSorted()).toEqual([
      "/files/app-1.0-py3-none-any.whl.metadata",
      "/files/lib-1.0-py3-none-any.whl.metadata",
      "/simple/app/",
      "/simple/lib/",
    ]);
    await server.close();
  });

  test("read the metadata out of a wheel once where nothing stands beside it", { timeout: 60_000 }, async () => {
    const files = (await wheels()).map(({ project, filename, data }) => ({ project, filename, data }));
    const { server, index } = await indexOf(files, { latencyMs: 150, cacheControl: "max-age=600" });
    await plan(index);
    const read = bodiesOf(server, "lib-1.0-py3-none-any.whl").map(({ headers }) => headers.range);
    expect(new Set(read).size).toBe(read.length);
    expect(read.length).toBeGreaterThan(0);
    await server.close();
  });
});

describe("a download that was cut off", () => {
  const path = "/files/lib-1.0-py3-none-any.whl";
  /** As often as a process tries: it gives up with the first bytes. */
  const cuts = [{ cutAfterBytes: 100_000 }, ...Array.from({ length: 5 }, () => ({ cutAfterBytes: 0 }))];

  test("is continued by the next process where it ended", { timeout: 60_000 }, async () => {
    const { server, index } = await indexOf(await wheels(), { failures: { [path]: cuts } });
    const world = makeCommandWorld();
    const { pip } = await world.environment("env");
    const install = () => pip("install", "lib", ...index);
    expect((await install()).stderr).toMatch(/MURRE_DOWNLOAD_INTERRUPTED/);
    server.forget();
    succeeded(await install());
    const continued = server.requests.filter((request) => request.path === path);
    expect(continued.map(({ status, headers: { range } }) => [status, range])).toEqual([[206, "bytes=100000-"]]);
    expect(continued[0]?.headers["if-range"]).toMatch(/^"/);
    await server.close();
  });

  test("begins anew when the file is another one now, or the server knows no ranges", { timeout: 60_000 }, async () => {
    const world = makeCommandWorld();
    const { pip } = await world.environment("env");
    const served = async (claims: Partial<IndexedFile>, options: Parameters<typeof serveFolder>[1]) => {
      const { server, folder, index } = await indexOf(await wheels(claims), {
        failures: { [path]: cuts },
        ...options,
      });
      const install = () => pip("install", "lib", ...index, "--reinstall");
      expect((await install()).code).toBe(1);
      return { server, folder, install };
    };
    const changing = await served({ hashes: {} }, {});
    const other = await indexedWheel({ name: "lib", version: "1.0", files: { "lib/other.py": "1" } }, { hashes: {} });
    writeIndex(changing.folder, [other]);
    const rangeless = await served({}, { ranges: false });
    for (const { server, install } of [changing, rangeless]) {
      server.forget();
      succeeded(await install());
      expect(server.requests.filter((request) => request.path === path).map(({ status }) => status)).toEqual([200]);
      await server.close();
    }
  });
});

describe("hashes of the user's own", () => {
  const wrong = "0".repeat(64);

  test.each([
    ["an index without hashes, whose server says that nothing has changed", { hashes: {} }],
    ["an index with hashes", {}],
  ])("are compared with what the cache has already: %s", { timeout: 60_000 }, async (_, claims) => {
    const { server, index } = await indexOf(await wheels(claims));
    const world = makeCommandWorld();
    const first = await world.environment("first");
    succeeded(await first.pip("install", "lib", ...index));
    const file = world.write("requirements.txt", `lib==1.0 --hash=sha256:${wrong}\n`);
    const second = await world.environment("second");
    const { code, stderr } = await second.pip("install", "-r", file, ...index);
    expect([code, await second.installed()]).toEqual([1, []]);
    expect(stderr).toMatch(/\(MURRE_(?:HASH_MISMATCH|NO_SOLUTION)\)/);
    await server.close();
  });

  test("of a URL are compared with what was fetched from there before", { timeout: 60_000 }, async () => {
    const { server } = await indexOf(await wheels());
    const world = makeCommandWorld();
    const url = `${server.url}/files/lib-1.0-py3-none-any.whl`;
    const first = await world.environment("first");
    succeeded(await first.pip("install", `lib @ ${url}`, "--no-config"));
    const second = await world.environment("second");
    const file = world.write("requirements.txt", `lib @ ${url} --hash=sha256:${wrong}\n`);
    const { code, stderr } = await second.pip("install", "-r", file, "--no-config");
    expect([code, await second.installed()]).toEqual([1, []]);
    expect(stderr).toMatch(/\(MURRE_HASH_MISMATCH\)/);
    await server.close();
  });
});
