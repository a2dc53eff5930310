import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { brokenRecords, makeWorld } from "./world.ts";

/** An environment into which something else than an installer of wheels has written. */
async function worldWith(files: Readonly<Record<string, string>>) {
  const world = await makeWorld([
    { name: "tool", version: "2.0", files: { "tool/__init__.py": "new" } },
    { name: "other", version: "1.0", files: { "shared/other.py": "" } },
  ]);
  const lib = join(world.environment, "lib");
  const site = join(lib, readdirSync(lib).find((name) => name.startsWith("python")) ?? "", "site-packages");
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(site, path)), { recursive: true });
    writeFileSync(join(site, path), text.replaceAll("<site>", site));
  }
  const uninstall = () =>
    world.installer.uninstall({ python: world.environment, onEvent: world.common.onEvent, names: ["tool"] });
  const left = () =>
    readdirSync(site)
      .filter((name) => name !== ".murre")
      .toSorted();
  return { world, site, uninstall, left };
}

const pkgInfo = "Metadata-Version: 1.1\nName: tool\nVersion: 1.0\n";
const eggInfo = {
  "tool-1.0-py3.11.egg-info/PKG-INFO": pkgInfo,
  "tool-1.0-py3.11.egg-info/entry_points.txt": "[console_scripts]\ntool = tool:main\n",
  "tool/__init__.py": "old",
  "tool/__pycache__/__init__.cpython-311.pyc": "",
  "../../../bin/tool": "#!python",
};

describe("an egg-info goes as with pip", () => {
  test("by its installed-files.txt, with its bytecode, its scripts and all of itself", async () => {
    const { uninstall, left, world } = await worldWith({
      ...eggInfo,
      "tool-1.0-py3.11.egg-info/installed-files.txt": "../tool/__init__.py\n../../../../bin/tool\nPKG-INFO\n",
      "mine.py": "",
    });
    expect((await uninstall()).removed).toEqual([{ name: "tool", version: "1.0" }]);
    expect(left()).toEqual(["mine.py"]);
    expect(existsSync(join(world.environment, "bin/tool"))).toBe(false);
  });

  test("or by its top_level.txt, of which namespaces stay", async () => {
    const { uninstall, left } = await worldWith({
      ...eggInfo,
      "tool-1.0-py3.11.egg-info/top_level.txt": "tool\nspace\nalone\n",
      "tool-1.0-py3.11.egg-info/namespace_packages.txt": "space\n",
      "space/of_others.py": "",
      "alone.py": "",
    });
    await uninstall();
    expect(left()).toEqual(["space"]);
  });

  test("is replaced by an upgrade: its files are owned", async () => {
    const { world, site, left } = await worldWith({
      ...eggInfo,
      "tool-1.0-py3.11.egg-info/installed-files.txt": "../tool/__init__.py\nPKG-INFO\n",
    });
    await world.installer.install({ ...world.common, requirements: ["tool==2.0"] });
    expect([readFileSync(join(site, "tool/__init__.py"), "utf8"), left(), brokenRecords(site)]).toEqual([
      "new",
      ["tool", "tool-2.0.dist-info"],
      [],
    ]);
  });
});

test("an egg-link goes with its line of easy-install.pth; the project stays", async () => {
  const { uninstall, left, site, world } = await worldWith({
    "project/tool.egg-info/PKG-INFO": pkgInfo,
    "project/tool.py": "",
    "tool.egg-link": "<site>/project\n.",
    "easy-install.pth": "/elsewhere\n<site>/project\n",
  });
  expect(await world.installed()).toEqual(["tool==1.0"]);
  await uninstall();
  expect(left()).toEqual(["easy-install.pth", "project"]);
  expect(readFileSync(join(site, "easy-install.pth"), "utf8")).toBe("/elsewhere\n");
  expect(readdirSync(join(site, "project"))).toEqual(["tool.egg-info", "tool.py"]);
});

test("an editable installation goes by its RECORD, with the .pth or finder that it brought", async () => {
  const { uninstall, left } = await worldWith({
    "tool-1.0.dist-info/METADATA": pkgInfo,
    "tool-1.0.dist-info/direct_url.json": '{"url":"file:///src/tool","dir_info":{"editable":true}}',
    "tool-1.0.dist-info/RECORD":
      "__editable__.tool-1.0.pth,,\n__editable___tool_finder.py,,\ntool-1.0.dist-info/METADATA,,\ntool-1.0.dist-info/RECORD,,\n",
    "__editable__.tool-1.0.pth": "import __editable___tool_finder",
    "__editable___tool_finder.py": "",
    "__pycache__/__editable___tool_finder.cpython-311.pyc": "",
  });
  await uninstall();
  expect(left()).toEqual([]);
});

describe("what nobody can know the files of is refused, and nothing is touched", () => {
  test.each<[what: string, files: Readonly<Record<string, string>>]>([
    ["a single egg-info file, as of distutils", { "tool-1.0-py3.11.egg-info": pkgInfo, "tool.py": "" }],
    ["an egg-info that lists nothing", { "tool-1.0-py3.11.egg-info/PKG-INFO": pkgInfo }],
    [
      "a dist-info without RECORD, of a system's package manager",
      { "tool-1.0.dist-info/METADATA": pkgInfo, "tool-1.0.dist-info/INSTALLER": "rpm\n" },
    ],
  ])("%s", async (_, files) => {
    const { uninstall, left } = await worldWith(files);
    const before = left();
    await expect(uninstall()).rejects.toMatchObject({ code: "MURRE_NO_RECORD", distribution: "tool" });
    expect(left()).toEqual(before);
  });
});

test("a RECORD that names what is no file of the distribution is told, and only its own files go", async () => {
  const { uninstall, left, site, world } = await worldWith({
    "tool-1.0.dist-info/METADATA": pkgInfo,
    "tool-1.0.dist-info/RECORD":
      "../../../../outside,,\n../../../bin,,\n../../../pyvenv.cfg,,\ntool/__init__.py,,\ntool-1.0.dist-info/RECORD,,\n",
    "tool/__init__.py": "",
    "../../../../outside": "mine",
    "mine.py": "",
  });
  await uninstall();
  expect(
    ["../outside", "bin/python", "pyvenv.cfg"].filter((path) => !existsSync(join(world.environment, path))),
  ).toEqual([]);
  expect([left(), existsSync(join(site, "mine.py"))]).toEqual([["mine.py"], true]);
  const warnings = world.events.flatMap((event) => (event.type === "warning" ? [event] : []));
  expect(warnings).toMatchObject([{ code: "MURRE_WARNING_FOREIGN_ROW" }]);
  const told = ["../../../../outside", join(world.environment, "bin"), join(world.environment, "pyvenv.cfg")];
  for (const row of told) expect(warnings[0]?.message).toContain(JSON.stringify(row));
});

test("an egg-info whose top_level.txt or entry points lead elsewhere takes nothing along", async () => {
  const { uninstall, left, world } = await worldWith({
    ...eggInfo,
    "tool-1.0-py3.11.egg-info/top_level.txt": "tool\n..\n../..\nother-1.0.dist-info\nmine/sub\n",
    "tool-1.0-py3.11.egg-info/entry_points.txt": "[console_scripts]\n../lib = tool:main\n../../outside = tool:main\n",
    "other-1.0.dist-info/METADATA": "",
    "mine/sub.py": "",
    "../../../../outside": "mine",
  });
  await uninstall();
  expect([left(), existsSync(join(world.folder, "outside"))]).toEqual([["mine", "other-1.0.dist-info"], true]);
});

test("a --target folder that pip made can be changed: its RECORDs name scripts where they were before pip moved them", async () => {
  const { world } = await worldWith({});
  const target = join(world.folder, "target");
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), text);
  };
  put("tool-1.0.dist-info/METADATA", pkgInfo);
  put("tool-1.0.dist-info/RECORD", "tool/__init__.py,,\n../../bin/tool,,\ntool-1.0.dist-info/RECORD,,\n");
  put("tool/__init__.py", "old");
  put("bin/tool", "#!python");
  await world.installer.install({ ...world.common, requirements: ["tool==2.0"], target, upgrade: "all" });
  expect([readdirSync(target).toSorted(), brokenRecords(target)]).toEqual([["tool", "tool-2.0.dist-info"], []]);
});

describe("a version that is none of PEP 440 is shown as it stands, and ends no command", () => {
  test.each(["1.0-unknown-local", "2004d-foo", "unknown", "1.x"])("%s", async (version) => {
    const info = version.includes("-") ? `tool-${version}.egg-info` : `tool-${version}.dist-info`;
    const metadata = `Metadata-Version: 2.1\nName: tool\nVersion: ${version}\nRequires-Python: nonsense\n`;
    const { world, left, uninstall } = await worldWith({
      [`${info}/PKG-INFO`]: metadata,
      [`${info}/METADATA`]: metadata,
      [`${info}/RECORD`]: `${info}/METADATA,,\n${info}/PKG-INFO,,\n${info}/RECORD,,\n`,
      [`${info}/installed-files.txt`]: "PKG-INFO\nMETADATA\nRECORD\ninstalled-files.txt\n",
    });
    const { installer, common } = world;
    const { python } = common;
    const [pin] = (await installer.list({ python })).distributions;
    expect(pin).toMatchObject({ name: "tool", hasArbitraryVersion: true });
    const shown = await installer.show({ python, names: ["tool"] });
    expect(shown.distributions[0]?.version).toBe(pin?.version);
    expect((await installer.check({ python })).problems).toEqual([]);
    expect((await installer.install({ ...common, requirements: ["other"] })).added).toMatchObject([{ name: "other" }]);
    expect((await uninstall()).removed).toMatchObject([{ name: "tool" }]);
    expect(left().filter((name) => name.startsWith("tool"))).toEqual([]);
  });
});
