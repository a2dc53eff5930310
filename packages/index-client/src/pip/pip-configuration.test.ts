import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { InvalidPipConfiguration } from "../errors.ts";
import { pipConfigPlaces } from "./pip-config-files.ts";
import { loadPipConfiguration } from "./pip-configuration.ts";

const paths = (context: Parameters<typeof pipConfigPlaces>[0], existing: readonly string[] = []): readonly string[] =>
  pipConfigPlaces(context, (path) => existing.includes(path)).map(({ path }) => path);

describe("pip's documentation, Configuration, Location: the files, the later ones override", () => {
  test("on Linux", () => {
    const context = { env: {}, platform: "linux", home: "/home/me", cwd: "/", prefix: "/venv" };
    expect(paths(context)).toEqual([
      "/etc/xdg/pip/pip.conf",
      "/etc/pip.conf",
      "/home/me/.pip/pip.conf",
      "/home/me/.config/pip/pip.conf",
      "/venv/pip.conf",
    ]);
  });

  test("on Linux with XDG variables", () => {
    const env = { XDG_CONFIG_DIRS: "/a:/b", XDG_CONFIG_HOME: "/c" };
    expect(paths({ env, platform: "linux", home: "/home/me", cwd: "/" })).toEqual([
      "/a/pip/pip.conf",
      "/b/pip/pip.conf",
      "/etc/pip.conf",
      "/home/me/.pip/pip.conf",
      "/c/pip/pip.conf",
    ]);
  });

  test.each([
    [true, "/Users/me/Library/Application Support/pip/pip.conf"],
    [false, "/Users/me/.config/pip/pip.conf"],
  ])("on macOS, with the Library's folder there: %s", (there, user) => {
    const context = { env: {}, platform: "darwin", home: "/Users/me", cwd: "/", isFolder: () => there };
    expect(paths(context)).toEqual(["/Library/Application Support/pip/pip.conf", "/Users/me/.pip/pip.conf", user]);
  });

  test("on Windows", () => {
    const env = { APPDATA: "C:\\Users\\me\\AppData\\Roaming", PROGRAMDATA: "C:\\ProgramData" };
    expect(paths({ env, platform: "win32", home: "C:\\Users\\me", cwd: "C:\\", prefix: "C:\\venv" })).toEqual([
      "C:\\ProgramData\\pip\\pip.ini",
      "C:\\Users\\me\\pip\\pip.ini",
      "C:\\Users\\me\\AppData\\Roaming\\pip\\pip.ini",
      "C:\\venv\\pip.ini",
    ]);
  });

  test.each([
    ["linux", "/dev/null"],
    ["win32", "nul"],
  ])("PIP_CONFIG_FILE as the null device switches all files off on %s", (platform, device) => {
    expect(paths({ env: { PIP_CONFIG_FILE: device }, platform, home: "/home/me", cwd: "/" })).toEqual([]);
  });
});

test.each([
  [{ PIP_RETRIES: "9" }, 1],
  [{ PIP_RETRIES: "9", PIP_CONFIG_FILE: "/named.conf" }, 3],
])("isolated, with %j: neither variables nor the user's files, and all others", (env, retries) => {
  const texts: Readonly<Record<string, string>> = { "/etc/pip.conf": "1", "/h/.pip/pip.conf": "2", "/named.conf": "3" };
  const readText = (path: string) => (path in texts ? `[global]\nretries = ${texts[path]}\n` : undefined);
  const isolated = { env, platform: "linux", home: "/h", cwd: "/", readText, isolated: true };
  expect(loadPipConfiguration(isolated).retries?.value).toBe(retries);
});

const readText = (path: string) =>
  path.endsWith(".pip/pip.conf") ? "x\n[a]\nb\n" : path.endsWith("/etc/pip.conf") ? "[a]\n[a]\n" : undefined;

const loadBroken = () =>
  loadPipConfiguration({ env: { PIP_RETRIES: "many" }, platform: "linux", home: "/h", cwd: "/", readText });

describe("each value knows where it was written", () => {
  test("a file with its section, or a variable", () => {
    const home = temporaryFolder();
    mkdirSync(join(home, ".pip"));
    writeFileSync(join(home, ".pip/pip.conf"), "[install]\npre = yes\n");
    const env = { PIP_INDEX_URL: "https://e.x/simple", XDG_CONFIG_DIRS: home };
    const configuration = loadPipConfiguration({ env, platform: "linux", home, cwd: home });
    expect(configuration.pre).toEqual({ value: true, origin: `${home}/.pip/pip.conf [install]` });
    expect(configuration.indexUrl?.origin).toBe("PIP_INDEX_URL");
    expect(configuration.files.filter(({ kind, exists }) => kind === "user" && exists)).toHaveLength(1);
  });

  test("all problems are named with their files", () => {
    expect(loadBroken).toThrow(InvalidPipConfiguration);
    expect(loadBroken).toThrow(
      /\/etc\/pip\.conf:2: .*\n.*\/h\/\.pip\/pip\.conf:1: .*\n.*pip\.conf:3: .*\n.*PIP_RETRIES: retries = many: expected a number/,
    );
  });
});
