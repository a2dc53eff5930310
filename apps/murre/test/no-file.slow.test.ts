import { CACHE_LAYOUT } from "@murre/cache";
import { indexedWheel, selfSigned, temporaryFolder, writeIndex } from "@murre/test-kit";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, run, succeeded, type CommandWorld, type Environment, type Run } from "./command-world.ts";

const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));
const timeout = 120_000;

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

/** What can lie where a file belongs. A run that reads one is killed by the test world, and has no exit code. */
const kinds: Readonly<Record<string, (path: string) => void | Promise<void>>> = {
  pipe: (path) => void execFileSync("mkfifo", [path]),
  folder: (path) => void mkdirSync(path),
  socket: async (path) => {
    // A socket's own path is short.
    const made = join(temporaryFolder("s"), "s");
    const server = createServer().listen(made);
    servers.push(server);
    await once(server, "listening");
    renameSync(made, path);
  },
};

async function put(kind: string, path: string): Promise<string> {
  mkdirSync(dirname(path), { recursive: true });
  await kinds[kind]?.(path);
  return path;
}

const wheel = { name: "one", version: "1.0", files: { "one.py": "1" } };

describe.skipIf(process.platform === "win32")("where a file belongs", () => {
  let base: CommandWorld;
  let made: Environment;
  let served = "";

  beforeAll(async () => {
    base = makeCommandWorld();
    served = join(base.folder, "index");
    writeIndex(served, [await indexedWheel(wheel), await indexedWheel({ ...wheel, name: "two" })]);
    made = await base.environment("made");
    succeeded(await made.pip("install", "one", "--no-config", "-i", join(served, "simple")));
  });

  const folder = () => temporaryFolder("no-file");
  const index = () => ["--no-config", "-i", join(served, "simple")];
  /** An environment with `one`, and its dist-info. */
  function copied() {
    const at = join(folder(), "env");
    cpSync(made.folder, at, { recursive: true, verbatimSymlinks: true });
    const lib = join(at, "lib", readdirSync(join(at, "lib"))[0] ?? "", "site-packages");
    return { at, distInfo: join(lib, "one-1.0.dist-info") };
  }
  const replaced = async (kind: string, path: string) => {
    rmSync(path, { recursive: true, force: true });
    return put(kind, path);
  };
  const murre = (words: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = folder()) =>
    run(process.execPath, [bin, ...words], cwd, { MURRE_CACHE_DIR: join(folder(), "cache"), ...env });
  const target = () => ["--target", join(folder(), "target")];

  type Place = (kind: string) => Promise<Run>;
  const refused: readonly (readonly [string, Place, RegExp])[] = [
    [
      "a wheel",
      async (kind) =>
        murre(["pip", "install", await put(kind, join(folder(), "one-1.0-py3-none-any.whl")), ...target()]),
      /MURRE_/,
    ],
    [
      "an archive of sources",
      async (kind) => murre(["pip", "install", await put(kind, join(folder(), "one-1.0.tar.gz")), ...target()]),
      /MURRE_/,
    ],
    [
      "a wheel to download",
      async (kind) =>
        murre(["pip", "download", await put(kind, join(folder(), "one-1.0-py3-none-any.whl")), "-d", folder()]),
      /MURRE_/,
    ],
    [
      "a certificate",
      async (kind) =>
        murre(["pip", "install", "one", "--no-config", "-i", "https://127.0.0.1:9/simple", ...target()], {
          SSL_CERT_FILE: await put(kind, join(folder(), "own.pem")),
          PIP_RETRIES: "0",
        }),
      /own\.pem: the certificates cannot be read.*MURRE_INVALID_TRANSPORT_SETTINGS/,
    ],
    [
      "an index page",
      async (kind) => {
        const simple = join(folder(), "simple");
        await put(kind, join(simple, "one/index.html"));
        return murre(["pip", "install", "one", "--no-config", "-i", simple, ...target()]);
      },
      /MURRE_/,
    ],
    [
      "METADATA in an environment",
      async (kind) => {
        const { at, distInfo } = copied();
        await replaced(kind, join(distInfo, "METADATA"));
        return murre(["pip", "check", "-p", at]);
      },
      /^/,
    ],
    [
      "RECORD in an environment",
      async (kind) => {
        const { at, distInfo } = copied();
        await replaced(kind, join(distInfo, "RECORD"));
        return murre(["pip", "uninstall", "one", "-p", at]);
      },
      /RECORD.*MURRE_/s,
    ],
    [
      "requirements",
      async (kind) =>
        murre(["pip", "install", "-r", await put(kind, join(folder(), "r.txt")), ...index(), ...target()]),
      /r\.txt.*MURRE_REQUIREMENTS_UNREADABLE/s,
    ],
    [
      "constraints",
      async (kind) =>
        murre(["pip", "install", "one", "-c", await put(kind, join(folder(), "c.txt")), ...index(), ...target()]),
      /c\.txt.*MURRE_REQUIREMENTS_UNREADABLE/s,
    ],
    [
      "pip's configuration",
      async (kind) =>
        murre(["pip", "install", "one", "-i", join(served, "simple"), ...target()], {
          PIP_CONFIG_FILE: await put(kind, join(folder(), "pip.conf")),
        }),
      /pip\.conf.*MURRE_INVALID_PIP_CONFIGURATION/s,
    ],
    [
      "netrc",
      async (kind) =>
        murre(["pip", "install", "one", "--no-config", "-i", "http://127.0.0.1:9/simple", ...target()], {
          NETRC: await put(kind, join(folder(), "netrc")),
          PIP_RETRIES: "0",
        }),
      /netrc.*MURRE_NOT_A_FILE/s,
    ],
    [
      "pyproject.toml of sources",
      async (kind) => {
        const project = folder();
        await put(kind, join(project, "pyproject.toml"));
        return murre(["pip", "install", project, ...target()]);
      },
      /MURRE_/,
    ],
  ];
  /** Pipes that are waited for, as a shell may have made them; and folders that count as no file, as for pip. */
  const exceptions = new Set([
    "requirements pipe",
    "constraints pipe",
    "pip's configuration folder",
    "netrc folder",
    "a certificate folder",
  ]);
  const rows = refused.flatMap(([what, place, says]) =>
    Object.keys(kinds)
      .filter((kind) => !exceptions.has(`${what} ${kind}`))
      .map((kind) => [what, kind, place, says] as const),
  );

  test.each(rows)("%s (%s) ends the command with a code", { timeout }, async (_what, kind, place, says) => {
    const { code, stderr } = await place(kind);
    expect([code, stderr]).toEqual([1, expect.stringMatching(says)]);
  });

  const passed: readonly (readonly [string, Place, RegExp])[] = [
    [
      "a find-links folder",
      async (kind) => {
        const links = folder();
        cpSync(served, links, { recursive: true });
        const found = readdirSync(links, { recursive: true, encoding: "utf8" }).find((name) => name.endsWith(".whl"));
        renameSync(join(links, found ?? ""), join(links, "one-1.0-py3-none-any.whl"));
        await put(kind, join(links, "one-2.0-py3-none-any.whl"));
        return murre(["pip", "install", "one", "--no-config", "--no-index", "-f", links, ...target()]);
      },
      /one==1\.0/,
    ],
    [
      ".python-version",
      async (kind) => {
        const at = folder();
        await put(kind, join(at, ".python-version"));
        return murre(["venv"], {}, at);
      },
      /./,
    ],
    [
      "pyproject.toml above",
      async (kind) => {
        const at = folder();
        await put(kind, join(at, "pyproject.toml"));
        return murre(["venv"], {}, at);
      },
      /requires-python is not known/,
    ],
    [
      "what else lies in a dist-info",
      async (kind) => {
        const { at, distInfo } = copied();
        await put(kind, join(distInfo, "REQUESTED.orig"));
        return murre(["pip", "list", "-p", at]);
      },
      /one/,
    ],
    [
      "direct_url.json in an environment",
      async (kind) => {
        const { at, distInfo } = copied();
        await replaced(kind, join(distInfo, "direct_url.json"));
        return murre(["pip", "freeze", "-p", at]);
      },
      /where it came from cannot be read.*direct_url/,
    ],
    [
      "a folder of authorities",
      async (kind) => {
        const at = folder();
        writeFileSync(join(at, "own.pem"), selfSigned);
        await put(kind, join(at, "other.pem"));
        return murre(["pip", "install", "one", ...index(), ...target()], { SSL_CERT_DIR: at });
      },
      /one==1\.0/,
    ],
  ];

  test.each(
    passed.flatMap(([what, place, says]) => Object.keys(kinds).map((kind) => [what, kind, place, says] as const)),
  )("%s passes over a %s", { timeout }, async (_what, kind, place, says) => {
    const ended = succeeded(await place(kind));
    expect(ended.stdout + ended.stderr).toMatch(says);
  });

  test.each(["pipe", "folder", "socket"])("a %s in the cache is a miss", { timeout }, async (kind) => {
    const cache = join(folder(), "cache");
    const install = () =>
      run(process.execPath, [bin, "pip", "install", "one", ...index(), ...target()], base.folder, {
        MURRE_CACHE_DIR: cache,
      });
    succeeded(await install());
    const inside = () =>
      readdirSync(join(cache, CACHE_LAYOUT), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
    const files = inside().filter((path) => !/\/pkg\//.test(path));
    expect(files.length).toBeGreaterThan(5);
    for (const path of files) await replaced(kind, path);
    succeeded(await install());
    succeeded(await run(process.execPath, [bin, "cache", "verify"], base.folder, { MURRE_CACHE_DIR: cache }));
    succeeded(await run(process.execPath, [bin, "cache", "clean"], base.folder, { MURRE_CACHE_DIR: cache }));
  });
});

describe.skipIf(process.platform === "win32")("requirements", () => {
  const shell = (script: string, world: CommandWorld, ...words: string[]) =>
    run("bash", ["-c", script, process.execPath, bin, ...words], world.folder, { MURRE_CACHE_DIR: world.cache });

  test.each([
    [`"$0" "$@" -r <(echo one)`],
    [`echo one | "$0" "$@" -r /dev/stdin`],
    [`echo one | "$0" "$@" -r -`],
    [`echo one > r.txt; "$0" "$@" -r /dev/stdin < r.txt`],
    [`mkfifo p; (sleep 0.2; echo one) > p & "$0" "$@" -r p`],
    [`"$0" "$@" one -r /dev/null -c /dev/null -c <(echo 'one<2')`],
  ])("may come as in %s", { timeout }, async (script) => {
    const world = makeCommandWorld();
    writeIndex(join(world.folder, "index"), [await indexedWheel(wheel)]);
    const words = ["pip", "install", "--no-config", "-i", join(world.folder, "index/simple"), "--target", "target"];
    succeeded(await shell(script, world, ...words));
    expect(existsSync(join(world.folder, "target/one.py"))).toBe(true);
  });

  test("that never end are refused", { timeout }, async () => {
    const world = makeCommandWorld();
    const words = ["pip", "install", "--no-config", "--no-index", "--target", "target", "-r", "-"];
    const { code, stderr } = await shell(`"$0" "$@" < /dev/zero`, world, ...words);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/standard input: cannot be read: is larger.*MURRE_REQUIREMENTS_UNREADABLE/),
    ]);
  });

  test.each([["-"], ["pipe"]])("that are waited for end by the first signal: %s", { timeout }, async (file) => {
    const world = makeCommandWorld();
    execFileSync("mkfifo", [join(world.folder, "pipe")]);
    const words = ["pip", "install", "--no-config", "--no-index", "--target", "target", "-r", file, "-v"];
    const child = spawn(process.execPath, [bin, ...words, "--cache-dir", world.cache], { cwd: world.folder });
    const ended = once(child, "close");
    const err = text(child.stderr);
    // It opens the pipe: then it waits for its writer.
    const writer = file === "-" ? undefined : await open(join(world.folder, "pipe"), "w");
    if (file === "-") await once(child.stderr, "data");
    child.kill("SIGTERM");
    expect(await ended).toEqual([null, "SIGTERM"]);
    expect(await err).toMatch(/interrupted\n$/);
    await writer?.close();
  });
});
