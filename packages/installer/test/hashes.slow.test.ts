import { indexedWheel, serveFolder, temporaryFolder, writeIndex, type IndexedFile } from "@murre/test-kit";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { InstallOptions } from "../src/api/operations.ts";
import { sdistOf, toyBackend, writeProject } from "./source-world.ts";
import { openInstaller } from "./world.ts";

/** What one row of the table says: where nothing is said, the requirement is `top`, which needs `lib`, and no page has a hash. */
interface Said {
  readonly lines?: readonly string[];
  readonly constraints?: readonly string[];
  /** Further files, by name. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly options?: Partial<InstallOptions>;
  /** What the page says of lib. */
  readonly claims?: Partial<IndexedFile>;
  readonly format?: "html" | "json";
  /** How top requires lib. */
  readonly requires?: string;
}

interface Row {
  /** Of lib, by algorithm: its own in one run, that of other bytes in another one. */
  readonly digest: (algorithm?: string) => string;
  readonly right: (algorithm?: string) => string;
  /** lib's URL. */
  readonly url: string;
  /** The folder of the requirements file. */
  readonly here: string;
}

const wheel = await indexedWheel({ name: "lib", version: "1.0" }, { hashes: {} });
const right = (algorithm = "sha256") => createHash(algorithm).update(wheel.data).digest("hex");
const wrong = (algorithm = "sha256") => createHash(algorithm).update("other bytes").digest("hex");

const algorithms = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];
const strong = ["sha256", "sha384", "sha512"];

const places: readonly (readonly [string, (row: Row) => Said])[] = [
  ...strong.map(
    (name) =>
      [
        `a line's --hash=${name}`,
        ({ digest }: Row) => ({ lines: [`lib==1.0 --hash=${name}:${digest(name)}`] }),
      ] as const,
  ),
  ["in capitals", ({ digest }) => ({ lines: [`lib==1.0 --hash=sha256:${digest().toUpperCase()}`] })],
  [
    "one of several of a line",
    ({ digest }) => ({ lines: [`lib==1.0 --hash=sha256:${"1".repeat(64)} --hash=sha512:${digest("sha512")}`] }),
  ],
  [
    "a line of a file that another one includes",
    ({ digest }) => ({ lines: ["-r inner.txt"], files: { "inner.txt": `lib==1.0 --hash=sha256:${digest()}` } }),
  ],
  [
    "a constraint of what is required",
    ({ digest }) => ({ lines: ["lib"], constraints: [`lib==1.0 --hash=sha256:${digest()}`] }),
  ],
  ["a constraint of a dependency", ({ digest }) => ({ constraints: [`lib==1.0 --hash=sha256:${digest()}`] })],
  [
    "a constraint in a requirements file",
    ({ digest }) => ({ lines: ["-c c.txt", "lib"], files: { "c.txt": `lib --hash=sha512:${digest("sha512")}` } }),
  ],
  [
    "PIP_CONSTRAINT",
    ({ digest, here }) => ({
      lines: ["lib"],
      files: { "c.txt": `lib --hash=sha256:${digest()}` },
      env: { PIP_CONSTRAINT: join(here, "c.txt"), PIP_CONFIG_FILE: "/dev/null" },
      options: { ignoreConfiguration: false },
    }),
  ],
  [
    "a line, whose constraint is met",
    ({ digest, right: own }) => ({
      lines: [`lib==1.0 --hash=sha256:${digest()}`],
      constraints: [`lib --hash=sha256:${own()}`],
    }),
  ],
  [
    "a constraint, whose line is met",
    ({ digest, right: own }) => ({
      lines: [`lib==1.0 --hash=sha256:${own()}`],
      constraints: [`lib --hash=sha512:${digest("sha512")}`],
    }),
  ],
  ["a constraint's URL, of a dependency", ({ url, digest }) => ({ constraints: [`lib @ ${url}#sha256=${digest()}`] })],
  [
    "a constraint's URL, whose line has the same without a hash",
    ({ url, digest }) => ({ lines: [`lib @ ${url}`], constraints: [`lib @ ${url}#egg=lib&sha256=${digest()}`] }),
  ],
  ...algorithms.map(
    (name) =>
      [`#${name}= of a line`, ({ url, digest }: Row) => ({ lines: [`lib @ ${url}#${name}=${digest(name)}`] })] as const,
  ),
  [
    "the fragment of a URL alone",
    ({ url, digest }) => ({ lines: [`${url}#egg=lib&sha256=${digest().toUpperCase()}`] }),
  ],
  [
    "one of two in a fragment",
    ({ url, digest, right: own }) => ({ lines: [`lib @ ${url}#sha256=${own()}&sha512=${digest("sha512")}`] }),
  ],
  [
    "a fragment, whose line's --hash is met",
    ({ url, digest, right: own }) => ({ lines: [`lib @ ${url}#sha512=${digest("sha512")} --hash=sha256:${own()}`] }),
  ],
  ["a dependency's URL", ({ url, digest }) => ({ requires: `lib @ ${url}#sha256=${digest()}` })],
  ["a dependency's URL, sha384", ({ url, digest }) => ({ requires: `lib @ ${url}#sha384=${digest("sha384")}` })],
  [
    "a dependency's URL, with more in its fragment",
    ({ url, digest }) => ({ requires: `lib @ ${url}#egg=lib&sha256=${digest()}&x=y ; python_version > "3"` }),
  ],
  [
    "a dependency's URL, which the user names without",
    ({ url, digest }) => ({
      lines: ["top", `lib @ ${url}`],
      requires: `lib @ ${url.replace("/lib-", "/x/../lib-")}#sha256=${digest()}`,
    }),
  ],
  ["the fragment of a page's link", ({ digest }) => ({ claims: { hashes: { sha256: digest() } }, format: "html" })],
  ["a page's md5", ({ digest }) => ({ claims: { hashes: { md5: digest("md5") } }, format: "html" })],
  ["a JSON page", ({ digest }) => ({ claims: { hashes: { sha512: digest("sha512") } }, format: "json" })],
  [
    "the link of a find-links page",
    ({ url, digest }) => ({
      files: { "links.html": `<a href="${url}#sha256=${digest()}">lib</a>` },
      options: { findLinks: ["links.html"] },
      claims: { project: "other" },
    }),
  ],
  [
    "a find-links URL",
    ({ url, digest }) => ({ options: { findLinks: [`${url}#sha1=${digest("sha1")}`] }, claims: { project: "other" } }),
  ],
];

const folder = temporaryFolder("hashes");
mkdirSync(join(folder, "direct"));
writeFileSync(join(folder, "direct", wheel.filename), wheel.data);
const server = await serveFolder(folder);
afterAll(() => server.close());
let runs = 0;

/** Installs what a row says in a folder of its own, and tells what is there afterwards. */
async function install(kind: "file" | "http", cacheFolder: string, say: (row: Row) => Said, digest: Row["digest"]) {
  const here = `run-${runs++}`;
  const base = kind === "file" ? pathToFileURL(folder).href : server.url;
  const said = say({ digest, right, here: join(folder, here), url: `${base}/direct/${wheel.filename}` });
  const top = await indexedWheel({ name: "top", version: "1.0", requiresDist: [said.requires ?? "lib"] });
  const format =
    kind === "file" ? { format: "html" as const } : said.format === undefined ? {} : { format: said.format };
  writeIndex(join(folder, here), [top, { ...wheel, ...said.claims }], format);
  const own = createHash("sha256").update(top.data).digest("hex");
  const isAsked = [...(said.lines ?? []), ...(said.constraints ?? [])].some((line) => line.includes("--hash"));
  const lines = said.lines ?? [isAsked ? `top==1.0 --hash=sha256:${own}` : "top"];
  const files = { "r.txt": lines.join("\n"), "c0.txt": (said.constraints ?? []).join("\n"), ...said.files };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, here, name), `${text}\n`);
  const installer = openInstaller(join(folder, here), cacheFolder, { ...process.env, ...said.env });
  const target = join(folder, here, "target");
  const outcome = await installer
    .install({
      target,
      indexUrl: `${base}/${here}/simple/`,
      ignoreConfiguration: true,
      requirementFiles: [join(folder, here, "r.txt")],
      constraintFiles: [join(folder, here, "c0.txt")],
      ...said.options,
    })
    .then(
      () => "installed",
      (error: unknown) => `${(error as { code?: unknown }).code}: ${(error as Error).message}`,
    );
  return { outcome, hasLib: existsSync(join(target, "lib-1.0.dist-info")) };
}

describe.each(["file", "http"] as const)("a hash is kept wherever it is said: %s", (kind) => {
  const warm = join(folder, `warm-${kind}`);

  test("the same bytes are in the cache, and nobody asked for a hash", async () => {
    for (const lines of [["lib"], ["top"]])
      expect((await install(kind, warm, () => ({ lines }), right)).hasLib).toBe(true);
    const direct = await install(kind, warm, ({ url }) => ({ lines: [`lib @ ${url}`] }), right);
    expect(direct).toEqual({ outcome: "installed", hasLib: true });
  });

  test.each(places)("%s", async (_, say) => {
    // What is refused does not get into the cache, so that one cold cache serves all.
    for (const cache of [join(folder, `cold-${kind}`), warm]) {
      const outcome: unknown = expect.stringMatching(/^MURRE_(?:HASH_MISMATCH|NO_SOLUTION)/);
      expect(await install(kind, cache, say, wrong)).toEqual({ outcome, hasLib: false });
    }
    expect(await install(kind, warm, say, right)).toEqual({ outcome: "installed", hasLib: true });
  });
});

const configured = { options: { ignoreConfiguration: false } } as const;

describe("a hash of what a build needs", () => {
  test.each([
    ["buildConstraintFiles", (file: string) => ({ options: { buildConstraintFiles: [file] } })],
    ["PIP_BUILD_CONSTRAINT", (file: string) => ({ env: { PIP_BUILD_CONSTRAINT: file }, ...configured })],
    ["MURRE_BUILD_CONSTRAINT", (file: string) => ({ env: { MURRE_BUILD_CONSTRAINT: file }, ...configured })],
  ])("%s: no other bytes run, not even where they built the wheel that is in the cache", async (_, said) => {
    const backend = await indexedWheel(toyBackend, { hashes: {} });
    const sdist = await sdistOf({ name: "app", version: "1.0" });
    const own = createHash("sha256").update(backend.data).digest("hex");
    const cache = join(folder, `builds-${runs}`);
    const hooks = join(folder, `hooks-${runs}`);
    const build = async (constraint: string) => {
      const here = join(folder, `run-${runs++}`);
      writeIndex(here, [backend, sdist]);
      writeFileSync(join(here, "build.txt"), `${constraint}\n`);
      const { env = {}, options = {} }: Pick<Said, "env" | "options"> = said(join(here, "build.txt"));
      const installer = openInstaller(here, cache, { ...process.env, HOOK_LOG: hooks, ...env });
      const target = join(here, "target");
      const places = { target, indexUrl: join(here, "simple"), ignoreConfiguration: true, requirements: ["app"] };
      return installer.install({ ...places, ...options }).then(
        () => "installed",
        (error: unknown) => (error as Error).message,
      );
    };
    const refused =
      /build\.txt:1: toy_backend-1\.0-py3-none-any\.whl of toy-backend.*: the hash is another one: expected sha256:/;
    expect(await build(`toy-backend --hash=sha256:${wrong()}`)).toMatch(refused);
    expect(existsSync(hooks)).toBe(false);
    expect(await build("toy-backend")).toBe("installed");
    expect(await build(`toy-backend --hash=sha256:${wrong()}`)).toMatch(refused);
    expect(await build(`toy-backend --hash=sha256:${own}`)).toBe("installed");
  });
});

describe("where hashes are required", () => {
  const hashed = `lib==1.0 --hash=sha256:${right()}`;
  test.each<[string, string[], NonNullable<Said["options"]>, string]>([
    ["a dependency without one", ["top==1.0 --hash=TOP"], {}, "MURRE_HASH_REQUIRED"],
    ["a requirement beside one that has it", ["top", hashed], {}, "MURRE_HASH_REQUIRED"],
    ["--require-hashes", ["lib==1.0"], { requireHashes: true }, "MURRE_HASH_REQUIRED"],
    ["a folder", [hashed, "./sources"], {}, "MURRE_HASH_REQUIRED"],
    ["a folder with a hash", [`./sources --hash=sha256:${right()}`], {}, "MURRE_HASH_REQUIRED"],
    ["a folder with a fragment", [`app @ SOURCES#sha256=${right()}`], {}, "MURRE_HASH_REQUIRED"],
    ["a fragment is one", [`lib @ URL#sha256=${right()}`], { requireHashes: true }, "installed"],
    ["a weak one in a fragment", [`lib @ URL#md5=${right("md5")}`], { requireHashes: true }, "MURRE_HASH_REQUIRED"],
    ["a weak one, of no name", [`URL#sha1=${right("sha1")}`], { requireHashes: true }, "MURRE_HASH_REQUIRED"],
    [
      "a weak one, and nothing is followed",
      [`lib @ URL#md5=${right("md5")}`],
      { requireHashes: true, dependencies: "none" },
      "MURRE_HASH_REQUIRED",
    ],
    ["a fragment asks for no others", [`lib @ URL#sha256=${right()}`, "top"], {}, "installed"],
  ])("%s", async (_, lines, options, outcome) => {
    const sources = join(folder, `sources-${runs}`);
    writeProject(sources, { name: "app", version: "1.0" });
    const top = await indexedWheel({ name: "top", version: "1.0", requiresDist: ["lib"] });
    const topHash = `sha256:${createHash("sha256").update(top.data).digest("hex")}`;
    const said = await install(
      "file",
      join(folder, "warm-file"),
      ({ url }) => ({
        lines: lines.map((line) =>
          line
            .replace("TOP", topHash)
            .replace("URL", url)
            .replace("./sources", sources)
            .replace("SOURCES", pathToFileURL(sources).href),
        ),
        options,
      }),
      right,
    );
    expect(said.outcome).toMatch(new RegExp(`^${outcome}`));
  });
});
