import { temporaryFolder } from "@murre/test-kit";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { findConfiguredOptions, type ConfiguredRequest } from "./configured-options.ts";

interface World {
  readonly env?: Record<string, string>;
  readonly files?: Record<string, string>;
  readonly request?: Partial<ConfiguredRequest>;
}

/** `name=value <origin>`, of a project below a folder, with a home of its own. */
function configured({ env = {}, files = {}, request = {} }: World): readonly string[] {
  const root = temporaryFolder("configured");
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const cwd = join(root, "top", "project");
  mkdirSync(cwd, { recursive: true });
  const settings = {
    env: { XDG_CONFIG_DIRS: join(root, "system"), ...env },
    cwd,
    home: join(root, "home"),
    platform: "linux" as const,
  };
  const { configFile } = request;
  const own = configFile === undefined ? {} : { configFile: join(root, configFile) };
  return findConfiguredOptions(settings, { command: ["pip", "install"], ...request, ...own })
    .filter(({ origin }) => !origin.startsWith("/etc/"))
    .map(({ name, values, origin }) => `${name}=${values.join(",")} <${origin.replace(`${root}/`, "")}>`);
}

const user = "home/.config/pip/pip.conf";

describe("the first that says it counts", () => {
  const files = {
    [user]: "[global]\ntarget = g\n[install]\ntarget = i\n",
    "top/uv.toml": '[pip]\ntarget = "u"\n',
  };
  const all = { PIP_TARGET: "p", MURRE_TARGET: "m" };
  test.each<[string, World, string]>([
    ["murre's variable", { env: all, files }, "target=m <MURRE_TARGET>"],
    ["uv's files", { env: { PIP_TARGET: "p" }, files }, "target=u <top/uv.toml [pip]>"],
    ["pip's variable", { env: { PIP_TARGET: "p" }, files: { [user]: files[user] } }, "target=p <PIP_TARGET>"],
    ["the command's section", { files: { [user]: files[user] } }, `target=i <${user} [install]>`],
    ["[global]", { files: { [user]: "[global]\ntarget = g" } }, `target=g <${user} [global]>`],
    ["an empty one is none", { env: { MURRE_TARGET: " ", PIP_TARGET: "p" } }, "target=p <PIP_TARGET>"],
    ["uv's variable", { env: { UV_LINK_MODE: "copy" } }, "link-mode=copy <UV_LINK_MODE>"],
  ])("%s", (_, world, expected) => expect(configured(world)).toEqual([expected]));

  test("nothing where nothing is to be read, and no variables, nor files of the user's, for the isolated", () => {
    expect(configured({ env: all, files, request: { ignoreConfiguration: true } })).toEqual([]);
    const own = { ...files, "home/.config/uv/uv.toml": "offline = true" };
    expect(configured({ env: all, files: own, request: { isolated: true } })).toEqual(["target=u <top/uv.toml [pip]>"]);
  });
});

describe("uv's files", () => {
  const project = {
    "top/pyproject.toml": '[tool.uv]\nlink-mode = "copy"\n',
    "top/project/pyproject.toml": "[project]\n",
  };
  test.each<[string, World, readonly string[]]>([
    ["the nearest project that says something", { files: project }, ["link-mode=copy <top/pyproject.toml [tool.uv]>"]],
    [
      "a uv.toml goes before a project's table",
      { files: { ...project, "top/uv.toml": "offline = true" } },
      ["offline=true <top/uv.toml>"],
    ],
    [
      "the project's, then the user's, then the system's, and lists together",
      {
        files: {
          "top/uv.toml": 'constraint = ["a"]\nlink-mode = "copy"',
          "home/.config/uv/uv.toml": 'constraint = ["b"]\nlink-mode = "clone"',
          "system/uv/uv.toml": 'constraint = ["c"]\noffline = true',
        },
      },
      ["constraint=a,b,c <top/uv.toml>", "link-mode=copy <top/uv.toml>", "offline=true <system/uv/uv.toml>"],
    ],
    [
      "what they say of single projects together, the nearest last",
      {
        files: {
          "top/uv.toml": '[prerelease-package]\na = "allow"\n[exclude-newer-package]\nx = "P1D"',
          "home/.config/uv/uv.toml": 'prerelease-package = { a = "disallow", b = "explicit" }',
          "system/uv/uv.toml": '[exclude-newer-package]\nx = "P2D"\ny = "P3D"',
        },
      },
      [
        "prerelease-package=a=disallow,b=explicit,a=allow <top/uv.toml>",
        "exclude-newer-package=x=P2D,y=P3D,x=P1D <top/uv.toml>",
      ],
    ],
    [
      "the one that is named, and no other",
      { files: { ...project, "own.toml": "offline = true" }, request: { configFile: "own.toml" } },
      ["offline=true <own.toml>"],
    ],
    ["a project's file that is broken says nothing here", { files: { "top/pyproject.toml": "[tool.uv" } }, []],
    [
      "what is said of pip is for its commands",
      { files: { "top/uv.toml": "offline = true\n[pip]\nsystem = true" }, request: { command: ["sync"] } },
      ["offline=true <top/uv.toml>"],
    ],
    [
      "a project's commands read its indexes themselves",
      {
        files: { "top/pyproject.toml": '[tool.uv]\noffline = true\nindex-url = "https://a/"' },
        request: { command: ["lock"] },
      },
      ["offline=true <top/pyproject.toml [tool.uv]>"],
    ],
  ])("%s", (_, world, expected) => expect(configured(world)).toEqual(expected));
});

describe("pip's options", () => {
  test.each<[string, readonly string[], World, readonly string[]]>([
    [
      "count where pip's command has them",
      ["pip", "list"],
      { env: { PIP_TARGET: "t", PIP_FORMAT: "json" } },
      ["format"],
    ],
    [
      "of all commands those of all",
      ["venv"],
      { env: { PIP_QUIET: "1", PIP_TARGET: "t", PIP_PYTHON: "x" } },
      ["quiet"],
    ],
    [
      "in the section of the command",
      ["pip", "freeze"],
      { files: { [user]: "[freeze]\nall=1\n[list]\nuser=1" } },
      ["all"],
    ],
    ["pip sync has those of install", ["pip", "sync"], { files: { [user]: "[install]\ntarget=t" } }, ["target"]],
    [
      "by pip's other spellings",
      ["pip", "list"],
      { env: { PIP_LOG_FILE: "l", PIP_REQUIRE_VENV: "1" } },
      ["log", "require-virtualenv"],
    ],
    ["not what operations hear", ["pip", "install"], { env: { PIP_INDEX_URL: "x", PIP_NO_BUILD_ISOLATION: "0" } }, []],
    [
      "not what are none",
      ["pip", "install"],
      { env: { PIP_HELP: "1", PIP_CONFIG_FILE: "/dev/null", PIP_NO: "1" } },
      [],
    ],
  ])("%s", (_, command, world, names) => {
    const found = configured({ ...world, request: { command } }).map((text) => text.slice(0, text.indexOf("=")));
    expect(found.toSorted()).toEqual([...names].toSorted());
  });
});
