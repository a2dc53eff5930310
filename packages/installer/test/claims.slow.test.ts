import {
  indexedWheel,
  makeWheel,
  serveFolder,
  temporaryFolder,
  wheelMetadata,
  writeIndex,
  type IndexedFile,
} from "@murre/test-kit";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sdistOf, toyBackend } from "./source-world.ts";
import { makeWorld as makePlainWorld, openInstaller, type World } from "./world.ts";

const foo = { name: "foo", version: "1.0" };
const dep = { name: "dep", version: "1.0" };
const sha256Of = (data: Buffer): string => createHash("sha256").update(data).digest("hex");

async function makeWorld(files: Parameters<typeof makePlainWorld>[0]): Promise<World> {
  const world = await makePlainWorld(files);
  const env = { ...process.env, HOOK_LOG: join(world.folder, "hooks.txt") };
  const settings = { buildLogFolder: join(world.folder, "logs") };
  return { ...world, installer: openInstaller(world.folder, undefined, env, settings) };
}

async function serve(files: readonly IndexedFile[]) {
  const folder = temporaryFolder("claims");
  writeIndex(folder, files, { format: "html" });
  return serveFolder(folder);
}

async function outcome(world: World, indexUrl: string, requirements: readonly string[], more: object = {}) {
  const error = await world.installer.install({ ...world.common, indexUrl, requirements, ...more }).then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  );
  return { error, installed: await world.installed() };
}

const told = (world: World) => world.events.flatMap((event) => (event.type === "warning" ? [event.code] : []));

describe("what an index says that a wheel requires is compared with the wheel, once", () => {
  const meta = (more: string) => `Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n${more}`;

  test.each<[string, object, string, string[]]>([
    ["requires more than the wheel", foo, meta("Requires-Dist: dep\n"), ["foo==1.0"]],
    ["requires less", { ...foo, requiresDist: ["dep"] }, meta(""), ["dep==1.0", "foo==1.0"]],
    [
      "requires another version",
      { ...foo, requiresDist: ["dep"] },
      meta("Requires-Dist: dep<0.5\n"),
      ["dep==1.0", "foo==1.0"],
    ],
    [
      "requires it on another condition",
      { ...foo, requiresDist: ["dep"] },
      meta("Requires-Dist: dep; python_version<'3'\n"),
      ["dep==1.0", "foo==1.0"],
    ],
    ["has another Requires-Python", foo, meta("Requires-Python: >=3.1\n"), ["foo==1.0"]],
  ])("that %s: said, and resolved again with what it holds", async (_, spec, metadata, expected) => {
    const old = { name: "dep", version: "0.1" };
    await using server = await serve([
      await indexedWheel({ ...foo, ...spec }, { metadata }),
      await indexedWheel(old),
      await indexedWheel(dep),
    ]);
    const world = await makeWorld([]);
    const { error, installed } = await outcome(world, `${server.url}/simple`, ["foo"]);
    expect(error).toBeUndefined();
    expect(installed).toEqual(expected);
    expect(told(world)).toEqual(["MURRE_WARNING_METADATA_MISMATCH"]);
    // What was found is kept: the next one is told the truth, and nothing has to be compared.
    const next = join(world.folder, "next");
    await world.installer.venv({ path: next });
    world.events.length = 0;
    await world.installer.install({
      ...world.common,
      python: next,
      indexUrl: `${server.url}/simple`,
      requirements: ["foo"],
    });
    expect(told(world)).toEqual([]);
  });

  test.each<[string, string]>([
    ["with other line ends", wheelMetadata({ ...foo, requiresDist: ["dep>=1"] }).replaceAll("\n", "\r\n")],
    ["in another spelling", meta("Requires-Dist: Dep (>= 1)\n")],
    ["with another description", meta("Summary: other\nRequires-Dist: dep>=1\n")],
  ])("the same %s is the same", async (_, metadata) => {
    await using server = await serve([
      await indexedWheel({ ...foo, requiresDist: ["dep>=1"] }, { metadata }),
      await indexedWheel(dep),
    ]);
    const world = await makeWorld([]);
    expect((await outcome(world, `${server.url}/simple`, ["foo"])).installed).toEqual(["dep==1.0", "foo==1.0"]);
    expect(told(world)).toEqual([]);
  });

  test("without a hash it is compared as well", async () => {
    await using server = await serve([
      await indexedWheel(foo, { metadata: meta("Requires-Dist: dep\n"), hashes: {} }),
      await indexedWheel(dep),
    ]);
    const world = await makeWorld([]);
    expect((await outcome(world, `${server.url}/simple`, ["foo"])).installed).toEqual(["foo==1.0"]);
  });

  test("what cannot be met then is refused, and nothing is installed", async () => {
    const spec = { ...foo, requiresDist: ["nowhere"] };
    await using server = await serve([await indexedWheel(spec, { metadata: meta("") })]);
    const { error, installed } = await outcome(await makeWorld([]), `${server.url}/simple`, ["foo"]);
    expect(error).toMatchObject({ code: "MURRE_NO_SOLUTION" });
    expect(installed).toEqual([]);
  });

  test("what a build requires is compared, too", async () => {
    const backend = { ...toyBackend, requiresDist: ["dep"] };
    const metadata = wheelMetadata(toyBackend);
    await using server = await serve([
      await indexedWheel(backend, { metadata }),
      await sdistOf(foo),
      await indexedWheel(dep),
    ]);
    const world = await makeWorld([]);
    expect((await outcome(world, `${server.url}/simple`, ["foo"])).installed).toEqual(["foo==1.0"]);
    expect(told(world)).toEqual(["MURRE_WARNING_METADATA_MISMATCH"]);
  });
});

describe("the verdict on a file is that of its own name, whatever the cache holds under its hash", () => {
  async function files() {
    const wheel = await makeWheel(foo);
    const sdist = (await sdistOf(foo)).data;
    return {
      wheel,
      sdist,
      named: (filename: string, data: Buffer, more: Partial<IndexedFile> = {}): IndexedFile => ({
        project: "foo",
        filename,
        data,
        hashes: { sha256: sha256Of(data) },
        ...more,
      }),
    };
  }

  const metadata = "Metadata-Version: 2.1\nName: foo\nVersion: 2.0\n";
  test.each<[string, string, "wheel" | "sdist", Partial<IndexedFile>, string]>([
    ["another version", "foo-2.0-py3-none-any.whl", "wheel", {}, "foo==2.0"],
    ["another version, promised beside", "foo-2.0-py3-none-any.whl", "wheel", { metadata }, "foo==2.0"],
    ["a post release in two readings", "foo-1.0.post1-py3-none-any.whl", "wheel", {}, "foo"],
    ["another project", "bar-1.0-py3-none-any.whl", "wheel", { project: "bar" }, "bar"],
    ["sources as a wheel", "foo-1.0-py3-none-any.whl", "sdist", { metadata: wheelMetadata(foo) }, "foo"],
    ["a wheel as sources", "foo-1.0.zip", "wheel", {}, "foo"],
    ["sources of another version", "foo-2.0.zip", "sdist", {}, "foo==2.0"],
  ])("%s is refused", async (_, filename, kind, more, requirement) => {
    const { named, ...data } = await files();
    const backend = await indexedWheel(toyBackend);
    await using honest = await serve([named("foo-1.0-py3-none-any.whl", data.wheel)]);
    await using sources = await serve([named("foo-1.0.zip", data.sdist), backend]);
    await using other = await serve([named(filename, data[kind], more), backend]);
    const [cold, warm] = [await makeWorld([]), await makeWorld([])];
    for (const server of [honest, sources]) {
      const filled = await outcome(warm, `${server.url}/simple`, ["foo"], { reinstall: true });
      expect(filled.error).toBeUndefined();
    }
    await warm.installer.uninstall({ python: warm.environment, names: ["foo"] });
    const [without, withCache] = [
      await outcome(cold, `${other.url}/simple`, [requirement]),
      await outcome(warm, `${other.url}/simple`, [requirement]),
    ];
    expect(without.error).toMatchObject({ code: expect.stringMatching(/^MURRE_/) });
    expect(withCache.error).toMatchObject({ code: expect.stringMatching(/^MURRE_/) });
    expect([without.installed, withCache.installed]).toEqual([[], []]);
  });

  test.each([
    ["the version in another spelling", "foo-1.0.0-py3-none-any.whl", "wheel"],
    ["the name in another spelling", "Foo-1.0-py3-none-any.whl", "wheel"],
    ["other tags", "foo-1.0-py2.py3-none-any.whl", "wheel"],
    ["a build number", "foo-1.0-1-py3-none-any.whl", "wheel"],
    ["sources in another spelling", "Foo-1.0.zip", "sdist"],
  ] as const)("%s is taken from the cache", async (_, filename, kind) => {
    const { named, ...data } = await files();
    const backend = await indexedWheel(toyBackend);
    await using first = await serve([
      named(kind === "wheel" ? "foo-1.0-py3-none-any.whl" : "foo-1.0.zip", data[kind]),
      backend,
    ]);
    await using second = await serve([named(filename, data[kind]), backend]);
    const world = await makeWorld([]);
    await outcome(world, `${first.url}/simple`, ["foo"]);
    const { error, installed } = await outcome(world, `${second.url}/simple`, ["foo"], { reinstall: true });
    expect(error).toBeUndefined();
    expect(installed).toEqual(["foo==1.0"]);
    expect(second.requests.filter(({ path }) => path === `/files/${filename}`)).toEqual([]);
  });
});

describe("what came over HTTP reaches nothing of this machine", () => {
  test.each([
    ["a wheel of an index", (url: string) => ["foo", { indexUrl: `${url}/simple` }] as const],
    [
      "a wheel of a find-links page",
      (url: string) => ["foo", { noIndex: true, findLinks: [`${url}/simple/foo/`] }] as const,
    ],
    ["a wheel that the user named by its URL", (url: string) => [`${url}/files/foo-1.0-py3-none-any.whl`, {}] as const],
  ])("by what is required in %s", async (_, how) => {
    const world = await makeWorld([dep]);
    const local = `file://${world.index}/files/dep-1.0-py3-none-any.whl`;
    for (const place of [local, local.replace("file:", "FILE:"), `file://${world.index}/files`]) {
      await using server = await serve([await indexedWheel({ ...foo, requiresDist: [`dep @ ${place}`] })]);
      const [requirement, options] = how(server.url);
      const { error, installed } = await outcome(world, world.common.indexUrl, [requirement], options);
      expect(error).toMatchObject({ message: expect.stringContaining("came over HTTP") });
      expect(installed).toEqual([]);
    }
  });

  test("an older release without such a requirement is taken", async () => {
    const old = await indexedWheel({ name: "foo", version: "0.9" });
    await using server = await serve([old, await indexedWheel({ ...foo, requiresDist: ["dep @ file:///dep"] })]);
    expect((await outcome(await makeWorld([]), `${server.url}/simple`, ["foo"])).installed).toEqual(["foo==0.9"]);
  });

  test("by what the build of its sources requires", async () => {
    const world = await makeWorld([toyBackend]);
    const sdist = await sdistOf({
      ...foo,
      buildSystemRequires: [`toy-backend @ file://${world.index}/files/toy_backend-1.0-py3-none-any.whl`],
    });
    await using server = await serve([sdist]);
    const { error, installed } = await outcome(world, `${server.url}/simple`, ["foo"]);
    expect(error).toMatchObject({
      code: "MURRE_BUILD_REQUIREMENTS",
      message: expect.stringContaining("came over HTTP"),
    });
    expect(installed).toEqual([]);
  });

  test("what the user named by path may name more of it, and what the user named as well is the user's", async () => {
    const world = await makeWorld([dep]);
    const local = `file://${world.index}/files/dep-1.0-py3-none-any.whl`;
    const spec = { ...foo, requiresDist: [`dep @ ${local}`] };
    writeIndex(join(world.folder, "own"), [await indexedWheel(spec)]);
    await using server = await serve([await indexedWheel(spec)]);
    const own = join(world.folder, "own/files/foo-1.0-py3-none-any.whl");
    for (const requirements of [[own], ["foo", `dep @ ${local}`]]) {
      const { error } = await outcome(world, `${server.url}/simple`, requirements, { reinstall: true });
      expect(error).toBeUndefined();
    }
    expect(await world.installed()).toEqual(["dep==1.0", "foo==1.0"]);
  });

  test("by a list of projects", async () => {
    const world = await makeWorld([dep]);
    const folder = temporaryFolder("list");
    writeIndex(folder, [], {});
    await using server = await serveFolder(folder, {
      failures: {
        "/list.txt": [{ status: 200, body: `dep @ file://${world.index}/files/dep-1.0-py3-none-any.whl\n` }],
      },
    });
    const { failures } = await world.installer.installMany({ ...world.common, projectsFile: `${server.url}/list.txt` });
    expect(failures).toMatchObject([{ message: expect.stringContaining("came over HTTP") }]);
  });
});

describe("URLs that the user does not name", () => {
  async function begin() {
    const world = await makeWorld([]);
    const depServer = await serve([await indexedWheel(dep)]);
    const url = `${depServer.url}/files/dep-1.0-py3-none-any.whl`;
    const server = await serve([await indexedWheel({ ...foo, requiresDist: [`dep @ ${url}`] })]);
    return {
      world,
      url,
      index: `${server.url}/simple`,
      wheel: `${server.url}/files/foo-1.0-py3-none-any.whl`,
      close: () => Promise.all([server.close(), depServer.close()]),
    };
  }

  test("are followed, unless the user says otherwise: then they have to be named", async () => {
    const { world, url, index, wheel, close } = await begin();
    const strict = { transitiveUrls: false };
    const refused = await outcome(world, index, ["foo"], strict);
    expect(refused.error).toMatchObject({ code: "MURRE_NO_SOLUTION", message: expect.stringContaining(`name ${url}`) });
    expect(refused.installed).toEqual([]);
    for (const [requirements, options] of [
      [["foo"], {}],
      [["foo", `dep @ ${url}`], strict],
      [["foo"], { ...strict, constraintFiles: [world.requirements(`dep @ ${url}`, "c.txt")] }],
      [[wheel], strict],
    ] as const) {
      const { error, installed } = await outcome(world, index, requirements, options);
      expect(error).toBeUndefined();
      expect(installed).toEqual(["dep==1.0", "foo==1.0"]);
      await world.installer.uninstall({ python: world.environment, names: ["dep", "foo"] });
    }
    await close();
  });

  test("are not followed where the variable says so", async () => {
    const { world, index, close } = await begin();
    const installer = openInstaller(world.folder, undefined, { ...process.env, MURRE_NO_TRANSITIVE_URLS: "1" });
    const options = { ...world.common, ignoreConfiguration: false, indexUrl: index, requirements: ["foo"] };
    await expect(installer.install(options)).rejects.toMatchObject({ code: "MURRE_NO_SOLUTION" });
    await expect(installer.install({ ...options, transitiveUrls: true })).resolves.toMatchObject({ changed: true });
    await close();
  });
});
