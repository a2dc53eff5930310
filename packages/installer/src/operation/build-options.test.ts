import { tmpdir } from "node:os";
import { describe, expect, test } from "vitest";
import { chooseBuildOptions, refusesBuilds } from "./build-options.ts";
import type { InstallerSettings } from "../api/settings.ts";

const settings = (env: InstallerSettings["env"]): InstallerSettings => ({
  cacheFolder: "/cache",
  cwd: "/",
  home: "/home",
  env,
  platform: "linux",
  version: "0",
  readStandardInput: async () => "",
});

describe("options of builds", () => {
  test("have defaults: isolated, four hours, logs where temporary files are", () => {
    expect(chooseBuildOptions(settings({}), {})).toEqual({
      isIsolated: true,
      configSettings: {},
      constraintFiles: [],
      timeoutMs: 14_400_000,
      logFolder: tmpdir(),
    });
  });

  test("are taken from flags, then MURRE_*, then PIP_*", () => {
    const env = {
      PIP_BUILD_CONSTRAINT: "pip.txt other.txt",
      PIP_CONFIG_SETTINGS: "a=1 a=2",
      MURRE_CONFIG_SETTINGS: "b=1",
      MURRE_BUILD_TIMEOUT: "60",
    };
    expect(chooseBuildOptions(settings(env), {})).toMatchObject({
      constraintFiles: ["pip.txt", "other.txt"],
      configSettings: { b: "1" },
      timeoutMs: 60_000,
    });
    const flags = { configSettings: ["c=x=y"], buildConstraintFiles: ["flag.txt"], buildTimeoutSeconds: 0 };
    expect(chooseBuildOptions(settings(env), flags)).toMatchObject({
      constraintFiles: ["flag.txt"],
      configSettings: { c: "x=y" },
      timeoutMs: undefined,
    });
    expect(chooseBuildOptions(settings(env), { ignoreConfiguration: true })).toMatchObject({ configSettings: {} });
  });

  test.each([
    [{ MURRE_NO_BUILD_ISOLATION: "1" }, false],
    [{ MURRE_NO_BUILD_ISOLATION: "0" }, true],
    // pip reads this variable as the value of "build isolation" itself.
    [{ PIP_NO_BUILD_ISOLATION: "0" }, false],
    [{ PIP_NO_BUILD_ISOLATION: "false" }, false],
    [{ PIP_NO_BUILD_ISOLATION: "1" }, true],
    [{ PIP_NO_BUILD_ISOLATION: "0", MURRE_NO_BUILD_ISOLATION: "no" }, true],
  ])("isolation with %j: %s", (env, isIsolated) => {
    expect(chooseBuildOptions(settings(env), {}).isIsolated).toBe(isIsolated);
    expect(chooseBuildOptions(settings(env), { buildIsolation: !isIsolated }).isIsolated).toBe(!isIsolated);
  });

  test.each([
    [{ MURRE_NO_BUILD: "1" }, {}, true],
    [{ MURRE_NO_BUILD: "0" }, {}, false],
    [{ MURRE_NO_BUILD: "1" }, { noBuild: false }, false],
    [{ MURRE_NO_BUILD: "1" }, { ignoreConfiguration: true }, false],
    [{}, { noBuild: true }, true],
  ])("nothing is built with %j and %j: %s", (env, options, refuses) => {
    expect(refusesBuilds(settings(env), options)).toBe(refuses);
  });
});
