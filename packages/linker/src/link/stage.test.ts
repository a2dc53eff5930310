import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, test } from "vitest";
import { makeEnvironment } from "../../test/environment.ts";
import { mendAfterEach, onCall } from "../../test/faulty-fs.ts";
import type { MadeUp } from "../../test/made-up-wheel.ts";
import type { ChangePlan } from "../plan/change-plan.ts";
import { claim, claimedBy, shared } from "./link-task.ts";
import type { LinkAnswer, LinkShare } from "./link-worker.ts";
import { startLinkWorkers, type LinkWorkers } from "./link-workers.ts";
import { stageChange, type StageOptions } from "./stage.ts";
import { stageLayout } from "./stage-layout.ts";

mendAfterEach();

const wheels: readonly MadeUp[] = [
  { name: "a", files: { "a/__init__.py": "a", "a/sub/x.py": "x", "shared/a.py": "a" }, console: { tool: "a:main" } },
  { name: "b", files: { "b.py": "b", "shared/b.py": "b", "b-1.0.data/data/share/b.txt": "b" } },
  { name: "c", files: Object.fromEntries([..."123456789"].map((name) => [`c/${name}.py`, name])) },
];

/** A stage of these wheels, in a folder that is not the environment. */
function staging(more: Partial<ChangePlan> = {}) {
  const world = makeEnvironment();
  const plan: ChangePlan = { ...world.plan(wheels), ...more };
  const stage = `${world.folder}/x`;
  mkdirSync(`${stage}/stage`, { recursive: true });
  const layout = stageLayout(plan.roots, []);
  const placeOf = (target: string) => `${stage}/${layout.of(target).path}`;
  const run = (options: Partial<StageOptions> = {}) =>
    stageChange(plan, layout, [stage], { mode: "hardlink", workers: undefined, signal: undefined, ...options });
  return { ...world, plan, run, placeOf };
}

/** Workers that claim all that they are given, answer what they are told to, and note their shares. */
function madeUpWorkers(count: number, answer: (worker: number, share: LinkShare) => LinkAnswer | Promise<LinkAnswer>) {
  const shares: { worker: number; files: string[] }[] = [];
  const workers: LinkWorkers = {
    count,
    async run(worker, share) {
      shares.push({ worker, files: share.tasks.map(({ filesFolder }) => filesFolder.split("/").at(-2) ?? "") });
      for (const { number } of share.tasks) claim(share.claims, number, claimedBy.worker);
      return answer(worker, share);
    },
    close: () => {},
  };
  return { workers, shares };
}

describe("a stage", () => {
  test.each<[string, number | undefined]>([
    ["in the calling thread", undefined],
    ["by no workers at all", 0],
    ["by one worker", 1],
    ["by more workers than wheels", 4],
  ])("has every file that the plan places, made %s", async (_, count) => {
    const { run, placeOf, site, env } = staging();
    const workers = count === undefined ? undefined : startLinkWorkers(count);
    try {
      expect(await run({ workers })).toEqual({ cloned: 0, linked: 18, copied: 0 });
    } finally {
      workers?.close();
    }
    const text = (path: string) => readFileSync(placeOf(path), "utf8");
    expect(["a/sub/x.py", "shared/a.py", "shared/b.py", "c/9.py"].map((path) => text(`${site}/${path}`))).toEqual([
      "x",
      "a",
      "b",
      "9",
    ]);
    expect(text(`${env}/share/b.txt`)).toBe("b");
    expect(text(`${env}/bin/tool`)).toMatch(/^#!\/env\/bin\/python\n/);
    expect(text(`${site}/a-1.0.dist-info/RECORD`)).toMatch(/^a\/__init__\.py,sha256=/m);
    expect(statSync(placeOf(`${env}/bin/tool`)).mode & 0o100).toBe(0o100);
    expect(readdirSync(env)).toEqual(["lib"]);
  });

  test("shares the wheels out by their number of files, the largest first, and to the calling thread", async () => {
    const { workers, shares } = madeUpWorkers(1, () => ({ ok: true, cloned: 1, linked: 2, copied: 3 }));
    const { run, placeOf, site } = staging();
    // Of c's ten files, which this thread has, and eight of a and b.
    expect(await run({ workers })).toEqual({ cloned: 1, linked: 12, copied: 3 });
    expect(shares).toEqual([{ worker: 0, files: ["a", "b"] }]);
    expect(readdirSync(placeOf(`${site}/c`))).toHaveLength(9);
  });

  test.each<[string, (share: LinkShare) => Promise<LinkAnswer>]>([
    ["that never gets to run", () => new Promise(() => {})],
    ["that ended before it did anything", () => Promise.reject(new Error("a link worker ended with code 1"))],
  ])("does the share of a worker %s, and waits for none", async (_, run) => {
    const workers: LinkWorkers = { count: 2, run: (__, share) => run(share), close: () => {} };
    expect(await staging().run({ workers })).toEqual({ cloned: 0, linked: 18, copied: 0 });
  });

  test("that this thread cannot make waits for what the workers have begun, and for nothing else", async () => {
    const { run, folder } = staging();
    onCall("linkSync", (_, to) => (to.startsWith(`${folder}/x/`) && to.endsWith("/c/5.py") ? "EIO" : undefined));
    let isStopped = false;
    const { workers } = madeUpWorkers(2, async (worker, { numbers }) => {
      if (worker === 1) throw new Error("a link worker ended with code 1");
      while (Atomics.load(numbers, shared.aborted) === 0) await new Promise(setImmediate);
      isStopped = true;
      return { ok: false, code: "EUNKNOWN", message: "aborted", path: "" };
    });
    await expect(run({ workers })).rejects.toMatchObject({ message: expect.stringContaining("EIO") });
    expect(isStopped).toBe(true);
  });
});

test("what all threads have placed is told while they place", async () => {
  const { run } = staging();
  let heard = () => {};
  const isTold = new Promise<void>((resolve) => (heard = resolve));
  let byWorker = 0;
  const { workers } = madeUpWorkers(1, async (_, { tasks, numbers }) => {
    byWorker = Atomics.add(numbers, shared.placed, 100 * tasks.length) + 100 * tasks.length;
    await isTold; // else the stage never ends
    return { ok: true, cloned: 0, linked: 100 * tasks.length, copied: 0 };
  });
  const counts = await run({ workers, onPlaced: (files) => files > byWorker && heard() });
  expect(counts.linked).toBeGreaterThan(byWorker);
});

describe("what stands in the environment and comes back", () => {
  const standing = () => {
    const world = makeEnvironment();
    const old = `${world.folder}/old`;
    mkdirSync(`${old}/tree/deep`, { recursive: true });
    writeFileSync(`${old}/tree/deep/x`, "x");
    symlinkSync("deep/x", `${old}/tree/link`);
    return old;
  };

  test("is the same inode where it can be, links stay links, bytes are written with their permissions", async () => {
    const old = standing();
    const { run, placeOf, env, plan } = staging();
    const copies: ChangePlan["copies"] = [
      { from: `${old}/tree`, target: `${env}/lib/tree` },
      { from: Buffer.from("#!new"), target: `${env}/lib/script`, executable: true },
      { from: Buffer.from("plain"), target: `${env}/lib/plain` },
    ];
    Object.assign(plan, { copies, scaffold: [`${env}/lib`, ...plan.scaffold] });
    await run();
    const staged = (path: string) => placeOf(`${env}/lib/${path}`);
    expect(lstatSync(staged("tree/deep/x")).ino).toBe(lstatSync(`${old}/tree/deep/x`).ino);
    expect(readlinkSync(staged("tree/link"))).toBe("deep/x");
    expect([readFileSync(staged("script"), "utf8"), statSync(staged("script")).mode & 0o100]).toEqual(["#!new", 0o100]);
    expect([readFileSync(staged("plain"), "utf8"), statSync(staged("plain")).mode & 0o111]).toEqual(["plain", 0]);
  });

  test.each(["EXDEV", "EMLINK", "EPERM"])("is a copy where linking says %s", async (code) => {
    const old = standing();
    const { run, placeOf, env, plan } = staging();
    Object.assign(plan, {
      copies: [{ from: `${old}/tree/deep/x`, target: `${env}/lib/x` }],
      scaffold: [`${env}/lib`, ...plan.scaffold],
    });
    onCall("linkSync", (from) => (from.startsWith(old) ? code : undefined));
    await run();
    expect(readFileSync(placeOf(`${env}/lib/x`), "utf8")).toBe("x");
    expect(lstatSync(placeOf(`${env}/lib/x`)).ino).not.toBe(lstatSync(`${old}/tree/deep/x`).ino);
  });

  test("is not put over what is staged already", async () => {
    const old = standing();
    const { run, env, plan } = staging();
    const twice = { from: `${old}/tree/deep/x`, target: `${env}/lib/x` };
    Object.assign(plan, { copies: [twice, twice], scaffold: [`${env}/lib`, ...plan.scaffold] });
    await expect(run()).rejects.toMatchObject({ code: "MURRE_LINK_FAILED", path: expect.stringMatching(/\/lib\/x$/) });
  });
});

describe("a stage that cannot be made says where, and why", () => {
  test.each<[string, Parameters<typeof onCall>[0], string, string]>([
    ["a folder", "mkdirSync", "/shared", "ENOSPC"],
    ["a file", "linkSync", "/c/5.py", "EIO"],
    ["a generated file", "writeFileSync", "/bin/tool", "EROFS"],
  ])("%s", async (_, call, place, code) => {
    const { run, folder } = staging();
    const isIt = (path: string) => path.startsWith(`${folder}/x/`) && path.endsWith(place);
    onCall(call, (path, to) => (isIt(path) || isIt(to) ? code : undefined));
    await expect(run()).rejects.toMatchObject({
      code: "MURRE_LINK_FAILED",
      path: expect.stringMatching(new RegExp(`${place}$`)),
      message: expect.stringContaining(code),
    });
  });

  test.each<[string, LinkAnswer | Error, object]>([
    [
      "a worker's answer",
      { ok: false, code: "EIO", message: "EIO: made up", path: "/there/x" },
      { code: "MURRE_LINK_FAILED", path: "/there/x", message: expect.stringContaining("EIO: made up") },
    ],
    [
      "a worker that ended",
      new Error("a link worker ended with code 1"),
      { code: "MURRE_LINK_FAILED", message: expect.stringContaining("ended with code 1") },
    ],
  ])("%s", async (_, answer, error) => {
    const { workers } = madeUpWorkers(2, (worker) => {
      if (worker === 0) return { ok: true, cloned: 0, linked: 0, copied: 0 };
      if (answer instanceof Error) throw answer;
      return answer;
    });
    await expect(staging().run({ workers })).rejects.toMatchObject(error);
  });
});

describe("a wheel of many files", () => {
  const filesOf = (folder: string, count: number) =>
    Object.fromEntries([...Array(count).keys()].map((file) => [`${folder}/${file}.py`, `${file}`]));
  // All but one folder has more than enough files for a part of its own.
  const large = {
    name: "large",
    files: {
      ...filesOf("large/a", 1001),
      ...filesOf("large/a/b", 1002),
      ...filesOf("large/ü", 1003),
      "large/c/x": "x",
    },
  };
  const winner = { name: "winner", files: { "large/a/7.py": "won" } };
  const spread = { name: "spread", files: { ...filesOf("s", 1100), ...filesOf("spread-1.0.data/data/share/s", 1100) } };
  const flat = { name: "flat", files: filesOf("flat", 2100) };

  test.each<[string, readonly MadeUp[], number]>([
    ["is cut between folders", [large], 3],
    ["of which another one wins a file", [large, winner], 4],
    ["of which a part lies outside of site-packages", [spread], 3],
    ["has them in one folder and a few beside", [flat], 2],
  ])("that %s has all of them in their places, once", async (_, made, pieces) => {
    const world = makeEnvironment();
    const plan = world.plan(made);
    const stages = ["alone", "shared"].map((name) => `${world.folder}/${name}`);
    const layout = stageLayout(plan.roots, []);
    const workers = startLinkWorkers(1);
    let given = 0;
    const counting: LinkWorkers = {
      ...workers,
      run: (at, share) => ((given = share.claims.length), workers.run(at, share)),
    };
    try {
      for (const [index, stage] of stages.entries()) {
        mkdirSync(`${stage}/stage`, { recursive: true });
        const options = { mode: "hardlink", workers: index === 0 ? undefined : counting, signal: undefined } as const;
        const { linked } = await stageChange(plan, layout, [stage], options);
        expect(linked).toBe(
          plan.tasks.reduce((sum, { entry, skip }) => sum + entry.manifest.head.fileCount - skip.size, 0),
        );
      }
    } finally {
      workers.close();
    }
    const [alone, shared] = stages.map((stage) => contentOf(stage));
    expect(shared).toEqual(alone);
    expect(given).toBe(pieces);
  });

  /** Path to inode, and to the text of what is no link. */
  const contentOf = (stage: string) =>
    readdirSync(stage, { recursive: true, encoding: "utf8" })
      .toSorted()
      .map((path) => {
        const stat = lstatSync(`${stage}/${path}`);
        if (stat.isDirectory()) return path;
        return [path, stat.nlink > 1 ? stat.ino : readFileSync(`${stage}/${path}`, "utf8")];
      });
});

describe("an operation that is aborted", () => {
  test.each<[string, (share: LinkShare, abort: () => void) => LinkAnswer]>([
    [
      "tells the workers by a number, which a loop of system calls can look at",
      (share, abort) => {
        abort();
        return { ok: false, code: "EUNKNOWN", message: `saw ${Atomics.load(share.numbers, 0)}`, path: "" };
      },
    ],
    [
      "does not take what was finished nevertheless",
      (_, abort) => (abort(), { ok: true, cloned: 0, linked: 0, copied: 0 }),
    ],
  ])("%s, and its reason is what is thrown", async (_, answer) => {
    const stop = new AbortController();
    const reason = new Error("Ctrl-C");
    const { workers } = madeUpWorkers(1, (__, share) => answer(share, () => stop.abort(reason)));
    await expect(staging().run({ workers, signal: stop.signal })).rejects.toBe(reason);
  });
});
