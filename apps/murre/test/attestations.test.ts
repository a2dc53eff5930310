import { parseLockFile } from "@murre/requirements";
import { indexedWheel, provenanceBy, serveFolder, temporaryFolder, writeIndex } from "@murre/test-kit";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { attested, identity, indexOf, publisher, wheelOf, type Claims } from "./attested-index.ts";
import { makeCommandWorld, succeeded } from "./command-world.ts";

describe("a lock file says who published what it locks", () => {
  test.each(["json", "html"] as const)("as the index's page in %s leads to it", async (format) => {
    await using index = await indexOf({ alpha: attested("alpha"), beta: {} }, { format });
    expect((await index.lock()).identities).toEqual({ alpha: [identity("alpha")], beta: undefined });
    expect(readFileSync(join(index.world.folder, "pylock.toml"), "utf8")).toContain(
      `attestation-identities = [{ kind = "GitHub", repository = "o/alpha", workflow = "r.yml" }]\n`,
    );
  });

  test("by pip lock, and for all platforms too", async () => {
    await using index = await indexOf({ alpha: attested("alpha") });
    const words = ["--no-config", "-i", `${index.server.url}/simple/`, "-o", "-", "alpha"];
    for (const more of [[], ["--universal"]]) {
      const { stdout } = succeeded(await index.world.murre("pip", "lock", ...words, ...more));
      expect(parseLockFile(stdout).lock.packages[0]?.attestationIdentities).toEqual([identity("alpha")]);
    }
  });

  test("one file of a release is asked about: the first wheel by name, else the sdist", async () => {
    const folder = temporaryFolder("index");
    const wheel = (tag: string, claims: Claims) =>
      indexedWheel({ name: "alpha", version: "1.0", tags: `py3-none-${tag}` }, claims);
    writeIndex(folder, [
      await wheel("win_amd64", attested("win")),
      await wheel("manylinux_2_17_x86_64", attested("linux")),
      await wheel("any", {}),
      { project: "alpha", filename: "alpha-1.0.tar.gz", data: Buffer.from("x"), ...attested("sdist") },
    ]);
    await using server = await serveFolder(folder);
    const world = makeCommandWorld();
    const { stdout } = succeeded(
      await world.murre("pip", "lock", "--no-config", "-i", `${server.url}/simple/`, "-o", "-", "--universal", "alpha"),
    );
    const [entry] = parseLockFile(stdout).lock.packages;
    expect(entry?.source).toMatchObject({ wheels: { length: 3 }, sdist: {} });
    expect(entry?.attestationIdentities).toEqual([identity("linux")]);
    expect(server.requests.filter(({ path }) => path.endsWith(".provenance"))).toHaveLength(1);
  });

  test("several publishers stand there once each, in one order", async () => {
    const [a, b] = [publisher("a"), publisher("b")];
    await using index = await indexOf({ alpha: { provenance: provenanceBy(b, a, b) } });
    expect((await index.lock()).identities).toEqual({ alpha: [identity("a"), identity("b")] });
  });

  test("an index that says nothing of it is asked for nothing more", async () => {
    await using index = await indexOf({ alpha: {}, beta: {} });
    await index.lock();
    expect(index.server.requests.map(({ path }) => path).toSorted()).toEqual([
      `/files/${wheelOf("alpha")}.metadata`,
      `/files/${wheelOf("beta")}.metadata`,
      "/simple/alpha/",
      "/simple/beta/",
    ]);
  });

  test("nothing of it is asked for requirements.txt, or to install", async () => {
    await using index = await indexOf({ alpha: attested("alpha") });
    const from = ["--no-config", "-i", `${index.server.url}/simple/`];
    succeeded(await index.world.murre("pip", "compile", "a.in", ...from));
    const environment = await index.world.environment("env");
    succeeded(await index.world.murre("pip", "install", "-p", environment.python, ...from, "alpha"));
    expect(index.asked()).toEqual([]);
  });
});

describe("a lock file that is written again", () => {
  test("keeps what it says of the files that it has, and nothing is asked", async () => {
    await using index = await indexOf({ alpha: attested("alpha"), beta: attested("beta") });
    const before = await index.lock();
    const text = readFileSync(join(index.world.folder, "pylock.toml"), "utf8");
    index.server.forget();
    expect((await index.lock("--no-cache")).identities).toEqual(before.identities);
    expect(index.asked()).toEqual([]);
    expect(readFileSync(join(index.world.folder, "pylock.toml"), "utf8")).toBe(text);
  });

  test("keeps it where the index says nothing any more", async () => {
    await using index = await indexOf({ alpha: attested("alpha") });
    await index.lock();
    writeIndex(index.folder, [await indexedWheel({ name: "alpha", version: "1.0" })]);
    expect((await index.lock("--no-cache")).identities).toEqual({ alpha: [identity("alpha")] });
  });

  test.each<[string, { readonly version: string; readonly files?: Record<string, string> }]>([
    ["another version", { version: "2.0" }],
    ["other bytes of the same name", { version: "1.0", files: { "alpha/x.py": "x = 1\n" } }],
  ])("asks anew about %s", async (_, spec) => {
    await using index = await indexOf({ alpha: attested("alpha") });
    await index.lock();
    writeIndex(index.folder, [await indexedWheel({ name: "alpha", ...spec }, attested("else"))]);
    const { identities } = await index.lock("--no-cache", "--upgrade-package=alpha");
    expect(identities).toEqual({ alpha: [identity("else")] });
  });

  test.each([["--upgrade"], ["--upgrade-package=alpha"], ["--refresh"], ["--refresh-package=alpha"]])(
    "asks anew with %s",
    async (word) => {
      await using index = await indexOf({ alpha: attested("alpha") });
      await index.lock();
      const place = join(index.folder, "files", `${wheelOf("alpha")}.provenance`);
      writeFileSync(place, JSON.stringify(provenanceBy(publisher("alpha"), publisher("more"))));
      const { identities } = await index.lock(word);
      expect(identities).toEqual({ alpha: [identity("alpha"), identity("more")] });
    },
  );

  test("offline it is what the cache knows, and one warning says what it does not", async () => {
    await using index = await indexOf({ alpha: attested("alpha"), beta: attested("beta") });
    await index.lock();
    succeeded(await index.world.murre("cache", "clean"));
    const online = await index.lock("--upgrade");
    const offline = await index.lock("--upgrade", "--offline");
    expect(offline).toEqual(online);
    succeeded(await index.world.murre("cache", "clean", "beta"));
    const from = ["--no-config", "-i", `${index.server.url}/simple/`];
    // The page and its metadata are there again, the provenance is not.
    succeeded(await index.world.murre("pip", "compile", "a.in", ...from));
    const { identities, stderr } = await index.lock("--upgrade", "--offline");
    expect(identities).toEqual({ alpha: [identity("alpha")], beta: undefined });
    expect(stderr.match(/warning/g)).toHaveLength(1);
    expect(stderr).toContain("beta (");
  });
});

describe("what is wrong with it fails nothing, and is told in one warning", () => {
  const wrong: Readonly<Record<string, readonly [claims: Claims, reason: string]>> = {
    missing: [{ provenanceUrl: "../../files/none.provenance" }, "404"],
    page: [{ provenance: "<html>" }, "it is no JSON"],
    later: [{ provenance: { version: 2, attestation_bundles: [] } }, "it has version 2"],
    kindless: [{ provenance: provenanceBy({ repository: "r" }) }, "no publisher with a kind"],
    huge: [{ provenance: " ".repeat(5 * 1024 ** 2) }, "more than 4194304 bytes"],
    nobody: [{ provenanceUrl: "https://[" }, "it is no address"],
    silent: [{ provenanceUrl: "http://127.0.0.1:9/x" }, "cannot be reached"],
  };
  const names = Object.keys(wrong);
  const claims = (some: readonly string[]) => Object.fromEntries(some.map((name) => [name, wrong[name]?.[0] ?? {}]));

  test.each([names.slice(0, 3), names.slice(3, 6), names.slice(6)].map((some) => ({ some })))(
    "$some",
    async ({ some }) => {
      await using index = await indexOf({ alpha: attested("alpha"), ...claims(some) });
      const { identities, stderr } = await index.lock("--retries", "0");
      expect(identities["alpha"]).toEqual([identity("alpha")]);
      expect(some.map((name) => identities[name])).toEqual(some.map(() => undefined));
      expect(stderr.match(/warning/g)).toHaveLength(1);
      for (const name of some) expect(stderr).toContain(`${name} (`);
      for (const name of some) expect(stderr.replaceAll(/\s+/g, " ")).toContain(wrong[name]?.[1]);
    },
  );

  test("of many the first are named", async () => {
    await using index = await indexOf(claims(["huge", "kindless", "later", "missing", "page"]));
    expect((await index.lock()).stderr).toMatch(/huge \(.*kindless \(.*later \(.* and 2 more/s);
  });

  test("an address of a file of this machine is none, and one of another scheme", async () => {
    const at = (provenanceUrl: string) => ({ provenanceUrl });
    await using index = await indexOf({ alpha: at("file:///etc/passwd"), beta: at("ftp://e.x/p") });
    const { identities, stderr } = await index.lock();
    expect({ identities, stderr }).toEqual({ identities: { alpha: undefined, beta: undefined }, stderr: "" });
  });
});

test("a project's lock file says it too, and keeps it", async () => {
  await using index = await indexOf({ alpha: attested("alpha") });
  index.world.write("pyproject.toml", `[project]\nname = "own"\nversion = "1"\ndependencies = ["alpha"]\n`);
  const from = ["--no-config", "-i", `${index.server.url}/simple/`];
  const entry = async (...words: string[]) => {
    succeeded(await index.world.murre("lock", ...from, ...words));
    const { packages } = parseLockFile(readFileSync(join(index.world.folder, "pylock.toml"), "utf8")).lock;
    return packages.find(({ name }) => name === "alpha");
  };
  expect((await entry())?.attestationIdentities).toEqual([identity("alpha")]);
  index.server.forget();
  index.world.write("pyproject.toml", `[project]\nname = "own"\nversion = "1"\ndependencies = ["alpha>=1"]\n`);
  expect((await entry("--no-cache"))?.attestationIdentities).toEqual([identity("alpha")]);
  expect(index.asked()).toEqual([]);
});
