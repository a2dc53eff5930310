import { describe, expect, test } from "vitest";
import { checkOptions, type OptionRules } from "../src/api/check-options.ts";
import { createInstaller } from "../src/create-installer.ts";
import { operationOptions } from "../src/api/operation-options.ts";
import { reasonOf, wrongCalls } from "./wrong-options.ts";

const installer = createInstaller({
  cacheFolder: "/nowhere/cache",
  cwd: "/nowhere",
  home: "/nowhere",
  env: {},
  platform: "linux",
  version: "0.0.0",
  readStandardInput: async () => "",
});

const names = Object.keys(operationOptions) as (keyof typeof operationOptions)[];

describe("what an operation is given is refused, in words, before anything is done", () => {
  test.each(wrongCalls)("%s(%j)", async (operation, options, option, message) => {
    const error = await reasonOf(installer, operation, options);
    expect(error).toMatchObject({ code: "MURRE_INVALID_OPTION", operation, option });
    expect((error as Error).message).toMatch(typeof message === "string" ? `${operation}: ${message}` : message);
  });

  test.each(names)("%s refuses each of its options where it is of a kind that none has", async (name) => {
    for (const option of Object.keys(operationOptions[name]().options))
      expect(await reasonOf(installer, name, { [option]: Symbol("none") })).toMatchObject({ option });
  });

  test("no value is repeated that may be a secret", async () => {
    const secret = "https://somebody:secret@index.example/simple";
    for (const options of [
      { extraIndexUrls: secret },
      { noIndex: secret },
      { linkMode: secret },
      { refresh: secret },
    ]) {
      const error = await reasonOf(installer, "install", { requirements: [], ...options });
      expect(error).toMatchObject({ code: "MURRE_INVALID_OPTION" });
      expect((error as Error).message).not.toContain("secret");
    }
  });
});

test("every operation has rules", () => {
  const operations = Object.entries(installer).filter(([, value]) => typeof value === "function");
  expect(
    operations
      .map(([name]) => name)
      .filter((name) => name !== "close")
      .toSorted(),
  ).toEqual(names.toSorted());
});

describe("what is right passes", () => {
  const required = {
    requirementFiles: [],
    requirements: [],
    names: [],
    projectsFile: "list.txt",
    project: "x",
    files: [],
  };

  test.each(names)("%s with each of its options undefined, which counts as not given", (name) => {
    const { options, required: asked = [] } = operationOptions[name]() as OptionRules<Record<string, unknown>>;
    const given = Object.fromEntries(Object.keys(options).map((option) => [option, undefined]));
    const needed = Object.entries(required).filter(
      ([option]) => asked.includes(option) || (option === "requirements" && option in options),
    );
    const all = { ...given, ...Object.fromEntries(needed) };
    expect(() => checkOptions(name, operationOptions[name](), all)).not.toThrow();
  });

  test.each([
    { upgrade: "all" },
    { upgrade: ["flask"] },
    { refresh: "all", buildTimeoutSeconds: 0 },
    { requirements: [], requirementFiles: undefined, extraIndexUrls: Object.freeze(["https://h/"]) },
    { signal: AbortSignal.any([]), onEvent: async () => {} },
    Object.assign(Object.create(null) as object, { linkMode: "clone" }),
  ])("install(%j)", (options) => {
    const given = { requirements: ["flask"], ...options };
    expect(() => checkOptions("install", operationOptions.install(), given)).not.toThrow();
  });
});
