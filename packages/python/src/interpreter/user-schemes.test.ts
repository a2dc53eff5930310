import { describe, expect, test } from "vitest";
import type { Interpreter } from "./interpreter.ts";
import { userSchemesOf } from "./user-schemes.ts";

interface Kind {
  readonly implementation?: string;
  readonly version?: readonly [number, number];
  readonly freeThreaded?: boolean;
  readonly basePrefix?: string;
  readonly machine?: string;
}

function interpreter({ implementation = "cpython", version = [3, 11], machine, ...rest }: Kind): Interpreter {
  const platform =
    machine === undefined ? { os: "linux", architecture: "x86_64" } : { os: "windows", platform: machine };
  const { basePrefix = "/usr", freeThreaded = false } = rest;
  return { implementation, basePrefix, tagTarget: { implementation, version, freeThreaded, platform } } as Interpreter;
}

/** What `sysconfig.get_paths` of the user's scheme says, which the platform prefers. */
describe("the user's own folder of an interpreter", () => {
  test.each<[kind: Kind, platform: NodeJS.Platform, env: NodeJS.ProcessEnv, purelib: string, scripts: string]>([
    [{}, "linux", {}, "/home/u/.local/lib/python3.11/site-packages", "/home/u/.local/bin"],
    [{}, "linux", { PYTHONUSERBASE: "/own" }, "/own/lib/python3.11/site-packages", "/own/bin"],
    [{}, "linux", { PYTHONUSERBASE: "" }, "/home/u/.local/lib/python3.11/site-packages", "/home/u/.local/bin"],
    [
      { version: [3, 13], freeThreaded: true },
      "linux",
      {},
      "/home/u/.local/lib/python3.13t/site-packages",
      "/home/u/.local/bin",
    ],
    [
      { implementation: "pypy", version: [3, 10] },
      "linux",
      {},
      "/home/u/.local/lib/pypy3.10/site-packages",
      "/home/u/.local/bin",
    ],
    [{}, "darwin", {}, "/home/u/.local/lib/python3.11/site-packages", "/home/u/.local/bin"],
    [
      { basePrefix: "/Library/Frameworks/Python.framework/Versions/3.11" },
      "darwin",
      {},
      "/home/u/Library/Python/3.11/lib/python/site-packages",
      "/home/u/Library/Python/3.11/bin",
    ],
    [
      { machine: "win-amd64" },
      "win32",
      { APPDATA: "C:\\U\\Roaming" },
      "C:\\U\\Roaming\\Python\\Python311\\site-packages",
      "C:\\U\\Roaming\\Python\\Python311\\Scripts",
    ],
    [
      { machine: "win32" },
      "win32",
      { APPDATA: "C:\\U\\Roaming" },
      "C:\\U\\Roaming\\Python\\Python311-32\\site-packages",
      "C:\\U\\Roaming\\Python\\Python311-32\\Scripts",
    ],
  ])("%j on %s with %j: %s", (kind, platform, env, purelib, scripts) => {
    const schemes = userSchemesOf(interpreter(kind), { env, home: "/home/u", platform });
    expect([schemes.purelib, schemes.platlib, schemes.scripts]).toEqual([purelib, purelib, scripts]);
  });
});
