import { indexedWheel, serveFolder, writeIndex, type FolderServer } from "@murre/test-kit";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { sdistOf, toyBackend, writeProject } from "../../../packages/installer/test/source-world.ts";
import { makeCommandWorld, run, succeeded } from "./command-world.ts";

const timeout = 120_000;
const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));
const lib = { name: "lib", version: "1.5" };
const credentials = { username: "somebody", password: "secret" };

const servers: FolderServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A wheel and archives of its sources as files and behind servers, a folder of sources, and an index that has the project too. */
async function makeWorld() {
  const world = makeCommandWorld();
  const [wheel, sdist] = [await indexedWheel(lib), await sdistOf(lib)];
  const files = join(world.folder, "files");
  mkdirSync(files);
  for (const { filename, data } of [wheel, sdist]) writeFileSync(join(files, filename), data);
  const server = await serveFolder(files);
  const closed = await serveFolder(files, { credentials });
  servers.push(server, closed);
  writeIndex(join(world.folder, "index"), [wheel, await indexedWheel(toyBackend)]);
  writeProject(join(world.folder, "sources"), lib);
  const environment = await world.environment("env");
  const index = ["--no-config", "--index-url", join(world.folder, "index/simple")];
  const env = { HOOK_LOG: join(world.folder, "hooks.txt"), MURRE_CACHE_DIR: world.cache };
  /** `murre pip install` or `sync`. */
  const pip = async (words: readonly string[], variables: Readonly<Record<string, string>> = {}) => {
    const all = ["pip", ...words, "-p", environment.folder, ...index];
    return succeeded(await run(process.execPath, [bin, ...all], world.folder, { ...env, ...variables }));
  };
  return {
    ...world,
    wheel,
    sdist,
    server,
    closed,
    environment,
    url: (name: string) => pathToFileURL(join(world.folder, name)).href,
    pip,
    /** `murre pip sync` of a file that holds this one requirement. */
    sync: (requirement: string, ...words: string[]) =>
      pip(["sync", world.write("wanted.txt", `${requirement}\n`), ...words]),
    freeze: async () => succeeded(await environment.pip("freeze")).stdout.trim(),
    /** What PEP 610's file of the one `lib` says; undefined where there is none. */
    directUrl(): unknown {
      const [python = ""] = readdirSync(join(environment.folder, "lib"));
      const site = join(environment.folder, "lib", python, "site-packages");
      const found = readdirSync(site).filter((name) => /^lib-.*\.dist-info$/.test(name));
      expect(found).toEqual(["lib-1.5.dist-info"]);
      const file = join(site, "lib-1.5.dist-info/direct_url.json");
      return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as unknown) : undefined;
    },
  };
}

function archive(url: string, data: Buffer) {
  const digest = createHash("sha256").update(data).digest("hex");
  const direct = { url, archive_info: { hash: `sha256=${digest}`, hashes: { sha256: digest } } };
  return { direct, pinned: `${url}#sha256=${digest}` };
}

/** pip tells of other environments since 22.3. */
const canAskPip = spawnSync("python3", ["-m", "pip", "--help"], { encoding: "utf8" }).stdout?.includes("--python <");

describe("direct_url.json (PEP 610), and what freeze makes of it", () => {
  test("archives have their hash, whether the user named it or not", { timeout }, async () => {
    const { pip, url, server, wheel, sdist, directUrl, freeze } = await makeWorld();
    for (const { filename, data } of [wheel, sdist])
      for (const place of [url("files"), server.url]) {
        const { direct, pinned } = archive(`${place}/${filename}`, data);
        for (const requirement of [direct.url, `lib @ ${direct.url}`, `${pinned}&egg=lib`, `lib @ ${pinned}`]) {
          await pip(["install", requirement, "--reinstall"]);
          expect([directUrl(), await freeze()]).toEqual([direct, `lib @ ${pinned}`]);
        }
      }
  });

  test("an archive that lies here is installed again only when its bytes have changed", { timeout }, async () => {
    const { pip, sync, url, folder, wheel, sdist } = await makeWorld();
    const changed = async (...words: string[]) => {
      const { stdout } = await pip(["install", ...words, "--json"]);
      return (JSON.parse(stdout) as { changed: boolean }).changed;
    };
    for (const { filename } of [wheel, sdist]) {
      const path = join(folder, "files", filename);
      const place = url(`files/${filename}`);
      expect([filename, await changed(path, "--reinstall")]).toEqual([filename, true]);
      for (const same of [path, `./files/${filename}`, place, `lib @ ${place}`])
        for (const words of [[same], [same, "--no-deps"]])
          expect([words, await changed(...words)]).toEqual([words, false]);
      expect(JSON.parse((await sync(`lib @ ${place}`, "--json")).stdout)).toMatchObject({ changed: false });
      rmSync(join(folder, "cache"), { recursive: true });
      expect(await changed(path)).toBe(false); // nothing remembers its hash
    }
    const path = join(folder, "files", wheel.filename);
    await pip(["install", path]);
    const { atime, mtime } = statSync(path);
    // As old as before.
    writeFileSync(path, (await indexedWheel({ ...lib, files: { "lib.py": "x = 2\n" } })).data);
    utimesSync(path, atime, mtime);
    expect([await changed(path), await changed(path)]).toEqual([true, false]);
    expect([await changed("./sources"), await changed("./sources")]).toEqual([true, false]);
    writeFileSync(join(folder, "sources/other.py"), "");
    expect([await changed("./sources"), await changed("./sources")]).toEqual([true, false]);
  });

  test("a folder is no editable one", { timeout }, async () => {
    const { pip, url, directUrl, freeze } = await makeWorld();
    await pip(["install", "./sources"]);
    expect([directUrl(), await freeze()]).toEqual([{ url: url("sources"), dir_info: {} }, `lib @ ${url("sources")}`]);
  });

  test("the folder inside of one is in both, and what was frozen is installed again", { timeout }, async () => {
    const { pip, sync, url, folder, directUrl, freeze } = await makeWorld();
    writeProject(join(folder, "several/the lib"), lib);
    await pip(["install", `lib @ ${url("several")}#subdirectory=the%20lib`]);
    const before = [directUrl(), await freeze()];
    expect(before).toEqual([
      { url: url("several"), subdirectory: "the lib", dir_info: {} },
      `lib @ ${url("several")}#subdirectory=the%20lib`,
    ]);
    await sync(await freeze(), "--reinstall");
    expect([directUrl(), await freeze()]).toEqual(before);
  });

  test("users and passwords are used, and neither kept nor printed", { timeout }, async () => {
    const { pip, closed, write, wheel, directUrl, freeze } = await makeWorld();
    const host = closed.url.slice("http://".length);
    const { direct, pinned } = archive(`${closed.url}/${wheel.filename}`, wheel.data);
    const named = `lib @ http://somebody:secret@${host}/${wheel.filename}`;
    const file = write("requirements.txt", `lib @ http://\${LIB_USER}:\${LIB_PASSWORD}@${host}/${wheel.filename}\n`);
    for (const words of [[named], ["-r", file]]) {
      const { stdout, stderr } = await pip(["install", ...words, "--reinstall", "--no-cache"], {
        LIB_USER: credentials.username,
        LIB_PASSWORD: credentials.password,
      });
      expect(stdout + stderr).not.toContain("secret");
      expect([directUrl(), await freeze()]).toEqual([direct, `lib @ ${pinned}`]);
    }
  });

  test("names of environment variables stand for no secret, and stay", { timeout }, async () => {
    const { pip, server, wheel, directUrl, freeze } = await makeWorld();
    const place = `http://\${NOT_SET_USER}:\${NOT_SET}@${server.url.slice("http://".length)}/${wheel.filename}`;
    await pip(["install", `lib @ ${place}`]);
    const { direct, pinned } = archive(place, wheel.data);
    expect([directUrl(), await freeze()]).toEqual([direct, `lib @ ${pinned}`]);
  });

  test(
    "a URL's distribution replaces the index's, and stays until it is to be installed again",
    { timeout },
    async () => {
      const { pip, sync, server, wheel, directUrl } = await makeWorld();
      const { direct, pinned } = archive(`${server.url}/${wheel.filename}`, wheel.data);
      await sync("lib");
      expect(directUrl()).toBeUndefined();
      await sync(`lib @ ${pinned}`);
      expect(directUrl()).toEqual(direct);
      await sync("lib");
      expect(directUrl()).toEqual(direct);
      await pip(["install", "lib", "--reinstall"]);
      expect(directUrl()).toBeUndefined();
      await pip(["install", `lib @ ${pinned}`]);
      expect(directUrl()).toEqual(direct);
      await pip(["install", "lib", "--reinstall"]);
      expect(directUrl()).toBeUndefined();
    },
  );

  test(
    "what comes from the URL that is wanted stays, hash or not; another hash or place replaces it",
    { timeout },
    async () => {
      const { sync, server, closed, wheel } = await makeWorld();
      const { direct, pinned } = archive(`${server.url}/${wheel.filename}`, wheel.data);
      const other = `${closed.url.replace("//", "//somebody:secret@")}/${wheel.filename}`;
      const changed = async (requirement: string) =>
        (JSON.parse((await sync(requirement, "--json")).stdout) as { changed: boolean }).changed;
      const outcomes: [string, boolean][] = [
        [pinned, true],
        [pinned, false],
        [direct.url, false],
        [other, true],
        [other, false],
      ];
      for (const [url, expected] of outcomes) expect([url, await changed(`lib @ ${url}`)]).toEqual([url, expected]);
      await expect(changed(`lib @ ${other}#sha256=${"0".repeat(64)}`)).rejects.toThrow("MURRE_HASH_MISMATCH");
    },
  );

  test.each(["hg+http://host/lib#egg=lib", "lib @ svn+ssh://host/lib"])(
    "%s is refused with a way out",
    { timeout },
    async (requirement) => {
      const { pip } = await makeWorld();
      await expect(pip(["install", requirement])).rejects.toThrow(/of version control only git is; name an archive/);
    },
  );

  test.runIf(canAskPip === true)("pip freezes the same", { timeout }, async () => {
    const { pip, url, server, environment, folder, wheel, sdist, freeze } = await makeWorld();
    writeProject(join(folder, "several/inner"), lib);
    for (const requirement of [
      "lib",
      `lib @ ${server.url}/${wheel.filename}`,
      url(`files/${sdist.filename}`),
      "./sources",
      `lib @ ${url("several")}#subdirectory=inner`,
    ]) {
      await pip(["install", requirement, "--reinstall"]);
      const { stdout } = succeeded(
        await run("python3", ["-m", "pip", "--isolated", "--python", environment.folder, "freeze"], folder, {}),
      );
      expect(await freeze()).toBe(stdout.trim());
    }
  });
});
