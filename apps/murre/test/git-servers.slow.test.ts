import { serveFolder } from "@murre/test-kit";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { git } from "../../../packages/vcs/test/repository-world.ts";
import { succeeded } from "./command-world.ts";
import { canServeGit, serveSilence, serveSmart, startDaemon } from "./git-servers.ts";
import { GitWorld } from "./git-world.ts";
import { findNginx, startNginxProxy } from "./web-servers.ts";

const timeout = 120_000;
const nginx = findNginx();
const password = "s3cr3t/w@rd";
const encoded = encodeURIComponent(password);
const credentials = { username: "somebody", password };

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

function opened<T extends { close(): Promise<void> }>(server: T): T {
  closing.push(() => server.close());
  return server;
}

/** A bare repository with two commits in a folder that can be served. */
async function makeWorld() {
  const world = await GitWorld.make();
  const lib = { name: "lib", version: "1.0" };
  const project = world.project("lib", lib);
  project.git("tag", "-a", "v1", "-m", "one");
  const next = project.commit({ ...lib, version: "2.0" });
  project.git("update-ref", "refs/pull/7/head", project.first);
  const root = join(world.folder, "served");
  mkdirSync(root);
  git(world.folder, ["clone", "--quiet", "--mirror", project.folder, join(root, "lib.git")]);
  git(join(root, "lib.git"), ["update-server-info"]);
  const environment = await world.environment();
  return {
    world,
    root,
    first: project.first,
    next,
    install: (url: string, env: NodeJS.ProcessEnv = {}, ...words: string[]) =>
      world.pip(["install", url, ...words, "-p", environment.folder], env),
    installed: environment.installed,
  };
}

const startBackend = async (root: string) => opened(await serveSmart(root));

describe("servers", () => {
  test.for<[string, boolean, (root: string) => Promise<{ readonly url: string }>]>([
    ["git daemon", canServeGit, async (root: string) => opened(await startDaemon(root))],
    ["git http-backend", true, startBackend],
    [
      "git http-backend behind nginx",
      nginx !== undefined,
      async (root: string) => opened(await startNginxProxy(nginx ?? "", (await startBackend(root)).url)),
    ],
    ["files alone (the dumb protocol)", true, async (root: string) => opened(await serveFolder(root))],
  ])("all forms of revisions by %s", { timeout }, async ([, isThere, start], { skip }) => {
    if (!isThere) return skip("is not on this machine");
    const { world, root, first, next, install, installed } = await makeWorld();
    const { url } = await start(root);
    const forms: readonly (readonly [revision: string, commit: string])[] = [
      ["", next],
      ["@main", next],
      ["@v1", first],
      ["@refs/pull/7/head", first],
      [`@${first}`, first],
      [`@${next.slice(0, 10)}`, next],
    ];
    for (const [revision, commit] of forms) {
      succeeded(await install(`lib @ git+${url}/lib.git${revision}`));
      expect([revision, await installed()]).toEqual([revision, [`lib @ git+${url}/lib.git@${commit}`]]);
    }
    const nowhere = await install(`lib @ git+${url}/nowhere.git`);
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining("MURRE_REPOSITORY_NOT_FOUND")]);
    const missing = await install(`lib @ git+${url}/lib.git@nope`);
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining("MURRE_REVISION_NOT_FOUND")]);
    world.work();
    const offline = ["lib @ ".concat(`git+${url}/lib.git@main`), {}, "--offline", "--reinstall"] as const;
    succeeded(await install(...offline));
    expect(world.work()).toEqual({ fetches: 0, lookups: 0, wheels: [] });
    succeeded(await world.murre(["cache", "clean"]));
    expect((await install(...offline)).stderr).toContain("MURRE_REPOSITORY_OFFLINE");
  });
});

const startClosed = async (root: string) => opened(await serveSmart(root, credentials)).url;

describe.each([
  ["git http-backend", true, startClosed],
  [
    "git http-backend behind nginx",
    nginx !== undefined,
    async (root: string) => opened(await startNginxProxy(nginx ?? "", (await startBackend(root)).url, credentials)).url,
  ],
])("passwords for %s", (_, isThere, start) => {
  test.runIf(isThere)("the one of a URL or variable is used, and is nowhere afterwards", { timeout }, async () => {
    const { world, root, next, install, installed } = await makeWorld();
    const host = (await start(root)).slice("http://".length);
    // What works is kept by this helper, if it is told of it.
    const kept = join(world.home, "kept");
    writeFileSync(join(world.home, ".gitconfig"), `[credential]\n\thelper = store --file ${kept}\n`);
    const named = `lib @ git+http://somebody:${encoded}@${host}/lib.git@main`;
    const file = world.write("wanted.txt", `lib @ git+http://\${NAME}:\${WORD}@${host}/lib.git@main\n`);
    const runs = [
      await install(named),
      await world.pip(["install", "-r", file, "--reinstall", "-p", join(world.folder, "env"), "--verbose"], {
        NAME: "somebody",
        WORD: encoded,
      }),
      await install(named, { GIT_TRACE_CURL: "1", GIT_CURL_VERBOSE: "1" }, "--refresh"),
      await world.murre(["pip", "list", "--json", "-p", join(world.folder, "env")]),
    ];
    for (const run of runs) succeeded(run);
    expect(await installed()).toEqual([`lib @ git+http://${host}/lib.git@${next}`]);
    const written = [...runs.map(({ stdout, stderr }) => stdout + stderr), world.everything()].join("\n");
    for (const secret of [password, encoded, Buffer.from(`somebody:${password}`).toString("base64")])
      expect(written.includes(secret)).toBe(false);
    expect(existsSync(kept)).toBe(false);
  });

  test.runIf(isThere)("wrong ones, and none, are told at once", { timeout }, async () => {
    const { world, root, install } = await makeWorld();
    const host = (await start(root)).slice("http://".length);
    for (const user of ["", "somebody@", "somebody:wr0ng@", "nobody:s3cr3t@"]) {
      const run = await install(`lib @ git+http://${user}${host}/lib.git`);
      expect([user, run.code, run.stderr]).toEqual([user, 1, expect.stringContaining("MURRE_GIT_AUTHENTICATION")]);
      expect(run.stderr + run.stdout + world.everything()).not.toMatch(/wr0ng|nobody:s3cr3t/);
    }
  });

  test.runIf(isThere)("netrc and credential helpers are asked", { timeout }, async () => {
    const { world, root, next, install, installed } = await makeWorld();
    const address = await start(root);
    const host = address.slice("http://".length);
    const forget = async () => succeeded(await world.murre(["cache", "clean"]));
    writeFileSync(join(world.home, ".netrc"), `machine 127.0.0.1 login somebody password ${password}\n`, {
      mode: 0o600,
    });
    succeeded(await install(`lib @ git+${address}/lib.git@main`));
    writeFileSync(join(world.home, ".netrc"), "", { mode: 0o600 });
    const store = join(world.home, "store");
    writeFileSync(store, `http://somebody:${encoded}@${host}\n`, { mode: 0o600 });
    writeFileSync(join(world.home, ".gitconfig"), `[credential]\n\thelper = store --file ${store}\n`);
    for (const user of ["", "somebody@"]) {
      await forget();
      succeeded(await install(`lib @ git+http://${user}${host}/lib.git@main`, {}, "--reinstall"));
      expect(await installed()).toEqual([`lib @ git+${address}/lib.git@${next}`]);
    }
  });
});

test("a token in the place of the user is enough, and no helper is told of it", { timeout }, async () => {
  const { world, root, next, install, installed } = await makeWorld();
  const token = "t0k3n";
  const { url } = opened(await serveSmart(root, { username: token, password: "" }));
  const kept = join(world.home, "kept");
  writeFileSync(join(world.home, ".gitconfig"), `[credential]\n\thelper = store --file ${kept}\n`);
  const run = succeeded(await install(`lib @ ${`git+${url}/lib.git@main`.replace("//", `//${token}@`)}`));
  expect(await installed()).toEqual([`lib @ git+${url}/lib.git@${next}`]);
  expect(run.stdout + run.stderr + world.everything()).not.toContain(token);
  expect(existsSync(kept)).toBe(false);
});

test.each(["http", "git"] as const)(
  "a host that accepts and says nothing (%s) ends with an error",
  { timeout },
  async (protocol) => {
    const { install } = await makeWorld();
    const { url } = opened(await serveSilence(protocol));
    const run = await install(`lib @ git+${url}/lib.git`, { PIP_DEFAULT_TIMEOUT: "1" });
    expect([run.code, run.stderr]).toEqual([
      1,
      expect.stringMatching(/nothing came for 1 s.*MURRE_REPOSITORY_UNREACHABLE/s),
    ]);
  },
);
