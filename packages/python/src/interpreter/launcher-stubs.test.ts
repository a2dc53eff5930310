import { temporaryFolder } from "@murre/test-kit";
import { zipSync } from "fflate";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readLauncherStubs } from "./launcher-stubs.ts";

const files = ["t32", "w32", "t64", "w64", "t64-arm", "w64-arm"].map((name) => `pip/_vendor/distlib/${name}.exe`);

/** An interpreter for Windows, with pip's wheel for ensurepip, or pip installed, or neither. */
function interpreter(platform: string, brings: "bundled" | "installed" | "nothing" | "a broken wheel") {
  const folder = temporaryFolder("stubs");
  const bundled = join(folder, "Lib/ensurepip/_bundled");
  mkdirSync(bundled, { recursive: true });
  const members = Object.fromEntries(files.map((name) => [name, Buffer.from(`bytes of ${name}`)]));
  if (brings === "bundled") writeFileSync(join(bundled, "pip-99.0-py3-none-any.whl"), zipSync(members));
  if (brings === "a broken wheel") writeFileSync(join(bundled, "pip-99.0-py3-none-any.whl"), "no zip");
  if (brings === "installed") {
    mkdirSync(join(folder, "site/pip/_vendor/distlib"), { recursive: true });
    for (const name of files) writeFileSync(join(folder, "site", name), `bytes of ${name}`);
  }
  return {
    tagTarget: { implementation: "cpython", version: [3, 11], platform: { os: "windows", platform } },
    standardLibrary: join(folder, "Lib"),
    baseSitePackages: [join(folder, "site")],
  } as const;
}

test.each([
  ["win-amd64", "64"],
  ["win-arm64", "64-arm"],
  ["win32", "32"],
])("on %s those of its architecture", (platform, suffix) => {
  for (const brings of ["bundled", "installed"] as const) {
    const { console, gui } = readLauncherStubs(interpreter(platform, brings)) ?? {};
    expect([console, gui].map((data) => Buffer.from(data ?? []).toString())).toEqual([
      `bytes of pip/_vendor/distlib/t${suffix}.exe`,
      `bytes of pip/_vendor/distlib/w${suffix}.exe`,
    ]);
  }
});

test("where there are none, and elsewhere than on Windows, nothing", () => {
  expect(readLauncherStubs(interpreter("win-amd64", "nothing"))).toBeUndefined();
  expect(readLauncherStubs(interpreter("win-amd64", "a broken wheel"))).toBeUndefined();
  expect(readLauncherStubs(interpreter("win-mips", "bundled"))).toBeUndefined();
  const linux = {
    implementation: "cpython",
    version: [3, 11],
    platform: { os: "linux", architecture: "x86_64" },
  } as const;
  expect(readLauncherStubs({ ...interpreter("win-amd64", "bundled"), tagTarget: linux })).toBeUndefined();
});
