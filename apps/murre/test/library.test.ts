import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { reasonOf, wrongCalls } from "../../../packages/installer/test/wrong-options.ts";
import type * as Library from "../src/index.ts";

const bundle = new URL("../dist/index.js", import.meta.url).href;
const library = (await import(bundle)) as typeof Library;
const { createMurre, errors } = library;

describe("the library as it is published refuses options that it cannot follow", () => {
  test.each(wrongCalls)("%s(%j)", async (operation, options, option) => {
    const error = await reasonOf(createMurre({ cacheFolder: "/nowhere/cache" }), operation, options);
    expect(error).toBeInstanceOf(errors.InvalidOption);
    expect(error).toMatchObject({ code: "MURRE_INVALID_OPTION", operation, option });
  });

  test.each<[settings: unknown, message: string]>([
    [null, "createMurre: takes an object of options, not null"],
    [{ cacheDir: "/c" }, 'createMurre: there is no option "cacheDir"; its options are cacheFolder, cwd, env, threads'],
    [{ cachefolder: "/c" }, 'createMurre: there is no option "cachefolder"; did you mean cacheFolder?'],
    [{ threads: Number.NaN }, "createMurre: threads has to be a whole number above 0, not NaN"],
    [{ threads: 0 }, "createMurre: threads has to be a whole number above 0, not 0"],
    [{ env: { HOME: 1 } }, "createMurre: env has to be an object of texts, not an object"],
    [{ cwd: "" }, "createMurre: cwd has to be a text that is not empty, not an empty text"],
  ])("createMurre(%j)", (settings, message) => {
    expect(() => createMurre(settings as Library.MurreSettings)).toThrow(message);
  });

  test("and takes the process's own variables, and undefined for what is not given", () => {
    const settings: object = { env: process.env, threads: undefined };
    expect(createMurre(settings)).toHaveProperty("install");
  });
});

describe("isMurreError looks at what an error is made of", () => {
  const { isMurreError } = library;
  const foreign = Object.assign(new Error("of another copy"), { code: "MURRE_NO_SOLUTION" });
  test.each<[what: string, error: unknown, is: boolean]>([
    ["one of this copy", new errors.NothingRequired(["a.txt"]), true],
    ["one of another copy", foreign, true],
    ["one of another realm", runInNewContext('Object.assign(new Error("x"), { code: "MURRE_NO_SOLUTION" })'), true],
    ["the system's", Object.assign(new Error("x"), { code: "ENOENT" }), false],
    ["one without a code", new Error("MURRE_NO_SOLUTION"), false],
    ["an object", { code: "MURRE_NO_SOLUTION" }, false],
    ["a code that is no text", Object.assign(new Error("x"), { code: 3 }), false],
    ["the reason of a signal", AbortSignal.abort().reason, false],
    ["nothing", undefined, false],
  ])("%s", (_, error, is) => {
    expect(isMurreError(error)).toBe(is);
  });

  test("and at its code", () => {
    expect(isMurreError(foreign, "MURRE_NO_SOLUTION")).toBe(true);
    expect(isMurreError(foreign, "MURRE_NO_INTERPRETER", "MURRE_NO_SOLUTION")).toBe(true);
    expect(isMurreError(foreign, "MURRE_NO_INTERPRETER")).toBe(false);
    // @ts-expect-error: there is no such code
    expect(isMurreError(foreign, "MURRE_NO_SOLUTIONS")).toBe(false);
    const caught: unknown = new errors.InvalidOption("install", "requirement", "there is none");
    // The compiler knows the fields of the class that has the code.
    expect(isMurreError(caught, "MURRE_INVALID_OPTION") ? caught.option : "").toBe("requirement");
  });

  test("every code of murre's passes", () => {
    const codes = Object.values(errors).flatMap((one) => /"MURRE_\w+"/.exec(one.toString())?.[0].slice(1, -1) ?? []);
    expect(codes.length).toBeGreaterThan(60);
    for (const code of codes) expect(isMurreError(Object.assign(new Error("x"), { code }))).toBe(true);
  });
});

test("every type that an operation takes or gives is exported", () => {
  const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), "utf8");
  const api = [
    "operations",
    "inspection-options",
    "inspection-reports",
    "report-format",
    "all-operations",
    "resolution",
    "reports",
    "events",
    "cache-operations",
  ];
  const declared = api.flatMap((name) => {
    const text = read(`packages/installer/src/api/${name}.ts`);
    const own = [...text.matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, found = ""]) => found);
    const passed = [...text.matchAll(/^export type \{([^}]*)\}/gm)].flatMap(
      ([, list = ""]) => list.match(/\w+/g) ?? [],
    );
    return [...own, ...passed];
  });
  const exported = new Set<string>(read("apps/murre/src/index.ts").match(/\w+/g));
  expect(declared.length).toBeGreaterThan(45);
  expect(declared.filter((name) => !exported.has(name))).toEqual([]);
});

describe("errors", () => {
  const packages = fileURLToPath(new URL("../../../packages", import.meta.url));
  const declared = readdirSync(packages)
    .filter((name) => !["cli", "resolver", "test-kit"].includes(name))
    .flatMap((name) => {
      const src = join(packages, name, "src");
      const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) =>
        /^errors(?:\.ts$|\/)/.test(file),
      );
      const text = files.map((file) => readFileSync(join(src, file), "utf8")).join("\n");
      return [...text.matchAll(/^export class (\w+)/gm)].map(([, found]) => found);
    });

  test("are all exported, each with a code of its own kind", () => {
    expect(declared.length).toBeGreaterThan(80);
    expect(Object.keys(errors).toSorted()).toEqual(
      // Two packages have one of this name: that of an archive's own hash has another one here.
      [...new Set(declared), "ArchiveHashMismatch"].toSorted(),
    );
    const error = new errors.NothingRequired(["a.txt"]);
    const code: Library.ErrorCode = error.code;
    expect(code).toBe("MURRE_NOTHING_REQUIRED");
  });

  test("are the ones that operations end with", async () => {
    const list = createMurre({ cacheFolder: "/nowhere/cache" }).list({ python: "9.99" });
    await expect(list).rejects.toBeInstanceOf(errors.NoInterpreter);
  });
});
