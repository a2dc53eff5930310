import { indexedWheel, serveFolder, temporaryFolder, writeIndex, type FolderServer } from "@murre/test-kit";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type CommandWorld } from "./command-world.ts";

let server: FolderServer;
const root = temporaryFolder("foreign-input");

/** Each URL that a release requires: the newest is passed over, the older one does. */
const badUrls = [
  "http://[x/y.whl",
  "../y.whl",
  "http://h:99999/y.whl",
  "https://999.1.1.1/y.whl",
  "file://other-host/y.whl",
  "file:///a%2Fb/y.whl",
  "file:///a%00b/y.whl",
  "file:///%zz/y.whl",
  "ftp://h/y.whl",
  "mailto:y.whl",
];

beforeAll(async () => {
  const files = await Promise.all([
    indexedWheel({
      name: "app",
      version: "1.0",
      requiresDist: ["lib"],
      entryPoints: { console_scripts: { app: "app:main" } },
    }),
    indexedWheel({ name: "lib", version: "1.0" }),
    indexedWheel({ name: "plain", version: "1.0" }, { hashes: {} }),
    ...badUrls.flatMap((url, number) => [
      indexedWheel({ name: `bad-${number}`, version: "1.0" }),
      indexedWheel({ name: `bad-${number}`, version: "2.0", requiresDist: [`other @ ${url}`] }),
    ]),
  ]);
  writeIndex(root, files);
  server = await serveFolder(root);
});
afterAll(() => server.close());

const install = (world: CommandWorld, ...words: string[]) =>
  world.murre("pip", "install", ...words, "-i", `${server.url}/simple/`, "-t", temporaryFolder("target"));

test("a release that requires a URL from which nothing can be had is passed over", async () => {
  const names = badUrls.map((_, number) => `bad-${number}`);
  const { stdout } = succeeded(await install(makeCommandWorld(), ...names));
  expect(stdout).toBe(names.map((name) => ` + ${name}==1.0\n`).join(""));
});

test.each(badUrls)("a user who names %s is told which it is, with a code", async (url) => {
  const { code, stderr } = await install(makeCommandWorld(), `other @ ${url}`);
  expect({ code, said: /\(MURRE_[A-Z_]+\)/.test(stderr) && /y\.whl/.test(stderr) }).toEqual({ code: 1, said: true });
});

describe("what is damaged in the cache is had again, and is sound afterwards", () => {
  const kept = (cache: string) =>
    readdirSync(cache, { recursive: true, encoding: "utf8" })
      .map((path) => join(cache, path))
      .filter((path) => /\/(?:index|metadata|files|interpreters|servers)\/|\/store\/[^/]+\/manifest$/.test(path))
      .filter((path) => statSync(path).isFile());

  /** Every value of a document in its turn as another: the shape stays, the types do not. */
  const withOtherLeaves =
    (other: unknown) =>
    (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(withOtherLeaves(other));
      if (typeof value !== "object" || value === null) return other;
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withOtherLeaves(other)(inner)]));
    };
  const inFirstLine =
    (change: (value: unknown) => unknown) =>
    (text: string): string => {
      const [line = "", ...rest] = text.split("\n");
      try {
        return [JSON.stringify(change(JSON.parse(line))), ...rest].join("\n");
      } catch {
        return "";
      }
    };
  const bodies = (text: string) => text.replace(/\n\[.*$/s, (body) => body.replaceAll('"', "7"));

  test.each<[what: string, damage: (text: string) => string]>([
    ["empty", () => ""],
    ["null", () => "null"],
    ["an empty object", () => "{}\n"],
    ["an empty list", () => "[]\n"],
    ["cut off", (text) => text.slice(0, text.length / 2)],
    ["zeros", (text) => "\0".repeat(text.length)],
    ["numbers for all values", inFirstLine(withOtherLeaves(7))],
    ["null for all values", inFirstLine(withOtherLeaves(null))],
    ["objects for all values", inFirstLine(withOtherLeaves({ toString: 1 }))],
    [
      "paths that leave for all texts",
      inFirstLine((value) => JSON.parse(JSON.stringify(value).replaceAll(/"[^":]*"(?!:)/g, '"../../x"')) as unknown),
    ],
    ["releases that are none", bodies],
  ])("%s", async (_, damage) => {
    const world = makeCommandWorld();
    succeeded(await install(world, "app", "plain"));
    const paths = kept(world.cache);
    expect(paths.length).toBeGreaterThan(5);
    for (const path of paths) writeFileSync(path, damage(readFileSync(path, "utf8")));
    expect(succeeded(await install(world, "app", "plain")).stdout).toBe(" + app==1.0\n + lib==1.0\n + plain==1.0\n");
    // Everything was replaced, so that nobody has to be asked.
    expect(succeeded(await install(world, "app", "--offline")).stdout).toBe(" + app==1.0\n + lib==1.0\n");
  });
});
