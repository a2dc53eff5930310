import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { InstallerEvent } from "../src/api/events.ts";
import type { Operations } from "../src/api/all-operations.ts";
import { makeWorld, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await makeWorld([
    { name: "one", version: "1.0" },
    { name: "two", version: "1.0" },
  ]);
});

/** The warnings that the process gets meanwhile. */
function processWarnings(): Error[] {
  const warnings: Error[] = [];
  const add = (warning: Error) => void warnings.push(warning);
  process.on("warning", add);
  onTestFinished(() => void process.off("warning", add));
  return warnings;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a listener that fails changes nothing of the operation", () => {
  const failing: readonly (readonly [what: string, listener: (event: InstallerEvent) => unknown])[] = [
    ["throws at every event", () => fail()],
    ["throws when it is done", ({ type }) => (type === "changed" ? fail() : undefined)],
    ["throws what is no error", () => fail("text")],
    ["is rejected", async () => fail()],
  ];

  test.each(failing)("one that %s", async (_, listener) => {
    const warnings = processWarnings();
    const onEvent = listener as (event: InstallerEvent) => void;
    const given = { ...world.common, onEvent };
    expect(await world.installer.install({ ...given, requirements: ["one"] })).toMatchObject({ changed: true });
    expect(await world.installed()).toEqual(["one==1.0"]);
    expect(await world.installer.uninstall({ python: world.environment, names: ["one"], onEvent })).toMatchObject({
      changed: true,
    });
    await turn();
    const told = warnings.filter(({ name }) => name === "MurreWarning");
    expect(told.length).toBeGreaterThan(0);
    // Once for each operation, however many events there were.
    expect(told.length).toBeLessThanOrEqual(2);
    expect(told[0]).toMatchObject({ code: "MURRE_WARNING_LISTENER", message: expect.stringContaining("on purpose") });
  });

  function fail(thrown: unknown = new Error("on purpose")): never {
    throw thrown instanceof Error ? thrown : `on purpose: ${String(thrown)}`;
  }
});

describe("close() ends what runs, and refuses what comes", () => {
  const open = async (): Promise<Operations> => (await makeWorld([])).installer;

  test.each<[name: string, call: (installer: Operations) => Promise<unknown>]>([
    ["list", (installer) => installer.list()],
    ["install", (installer) => installer.install({ requirements: ["one"] })],
    ["cache.clean", (installer) => installer.cache.clean()],
    ["cache.size", (installer) => installer.cache.size()],
  ])("%s afterwards", async (_, call) => {
    const installer = await open();
    await installer.close();
    await expect(call(installer)).rejects.toMatchObject({ code: "MURRE_CLOSED", name: "OperationsClosed" });
    await installer.close();
  });

  test("what runs ends before it has changed anything, or as a whole; then close() is done", async () => {
    const { installer, common } = world;
    const { installer: own } = await makeWorld([]);
    let ended = false;
    const events: string[] = [];
    const running = own
      .install({ ...common, requirements: ["two"], onEvent: ({ type }) => void events.push(type) })
      .catch((error: unknown) => error)
      .finally(() => (ended = true));
    await own.close();
    await turn();
    expect(ended).toBe(true);
    expect(await running).toMatchObject({ code: "MURRE_CLOSED" });
    expect(events).not.toContain("changed");
    expect(await installer.check({ python: world.environment, files: true })).toMatchObject({ problems: [] });
  });

  test("a block that awaits its end closes", async () => {
    const installer = await open();
    await installer[Symbol.asyncDispose]();
    await expect(installer.list()).rejects.toMatchObject({ code: "MURRE_CLOSED" });
  });
});

describe("signals", () => {
  const reason = new Error("enough");

  const rows: readonly [name: string, call: (installer: Operations, signal: AbortSignal) => Promise<unknown>][] = [
    ["venv", (installer, signal) => installer.venv({ path: "never", signal })],
    ["sync", (installer, signal) => installer.sync({ requirementFiles: ["r.txt"], signal })],
    ["install", (installer, signal) => installer.install({ requirements: ["one"], signal })],
    ["installMany", (installer, signal) => installer.installMany({ projectsFile: "r.txt", signal })],
    ["uninstall", (installer, signal) => installer.uninstall({ names: ["one"], signal })],
    ["resolve", (installer, signal) => installer.resolve({ requirements: ["one"], signal })],
    ["compile", (installer, signal) => installer.compile({ requirements: ["one"], signal })],
    ["wheel", (installer, signal) => installer.wheel({ requirements: ["one"], signal })],
    ["download", (installer, signal) => installer.download({ requirements: ["one"], signal })],
    ["build", (installer, signal) => installer.build({ signal })],
    ["lockProject", (installer, signal) => installer.lockProject({ signal })],
    ["syncProject", (installer, signal) => installer.syncProject({ signal })],
    ["list", (installer, signal) => installer.list({ signal })],
    ["show", (installer, signal) => installer.show({ names: ["one"], signal })],
    ["check", (installer, signal) => installer.check({ signal })],
    ["recover", (installer, signal) => installer.recover({ signal })],
    ["cache.clean", (installer, signal) => installer.cache.clean({ signal })],
    ["cache.prune", (installer, signal) => installer.cache.prune({ signal })],
    ["cache.size", (installer, signal) => installer.cache.size({ signal })],
    ["cache.list", (installer, signal) => installer.cache.list({ signal })],
    ["cache.verify", (installer, signal) => installer.cache.verify({ signal })],
    ["tree", (installer, signal) => installer.tree({ signal })],
    ["inspect", (installer, signal) => installer.inspect({ signal })],
    ["indexVersions", (installer, signal) => installer.indexVersions({ project: "one", signal })],
    ["hash", (installer, signal) => installer.hash({ files: ["one.whl"], signal })],
    ["describe", (installer, signal) => installer.describe({ signal })],
    ["configuration", (installer, signal) => installer.configuration({ signal })],
    ["listPythons", (installer, signal) => installer.listPythons({ signal })],
    ["findPython", (installer, signal) => installer.findPython({ signal })],
    ["pinPython", (installer, signal) => installer.pinPython({ python: "3.11", signal })],
  ];

  test.each(rows)("%s with one that is aborted is rejected with its reason", async (_, call) => {
    await expect(call(world.installer, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test("there is no operation without one", () => {
    const { cacheFolder: _, cache, close: __, ...operations } = world.installer;
    const named = [...Object.keys(operations), ...Object.keys(cache).map((name) => `cache.${name}`)];
    expect(named.toSorted()).toEqual(rows.map(([name]) => name).toSorted());
  });

  test("one that lasts for many operations is listened to by those that run", async () => {
    const controller = new AbortController();
    const added: string[] = [];
    const removed: string[] = [];
    const { signal } = controller;
    const { addEventListener, removeEventListener } = AbortSignal.prototype;
    signal.addEventListener = function (...words: unknown[]) {
      added.push(String(words[0]));
      return Reflect.apply(addEventListener, signal, words);
    };
    signal.removeEventListener = function (...words: unknown[]) {
      removed.push(String(words[0]));
      return Reflect.apply(removeEventListener, signal, words);
    };
    for (let i = 0; i < 3; i++) await world.installer.list({ python: world.environment, signal });
    expect(added).toEqual(["abort", "abort", "abort"]);
    expect(removed).toEqual(added);
  });
});
