import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { TestEnvironment } from "../../test/environment.ts";
import { mend, mendAfterEach, mountMadeUp, onCall, overlay, type MadeUpMount } from "../../test/faulty-fs.ts";
import { assertFree, onStep, plainly, replaceFile, upgradable } from "../../test/upgradable.ts";
import { parseStamp, readStampText, type Stamp } from "../state/stamp.ts";
import { readEnvironment } from "./reader.ts";
import { withWriter, type CommitEnd, type CommitOptions } from "./writer.ts";

mendAfterEach();

const stampOf = ({ state }: TestEnvironment): Stamp | undefined => parseStamp(readStampText(state.stamp));

describe("a change", () => {
  test("is made ready, committed and carried out, and leaves a stamp and nothing else", async () => {
    const world = await upgradable();
    const end = await world.upgrade();
    expect(end).toMatchObject({ end: "done", counts: { linked: 6, copied: 0, cloned: 0 } });
    expect(world.snapshot()).toEqual(world.after);
    assertFree(world);
    expect(readdirSync(world.state.trash)).toEqual([]);
    const { distributions = {} } = stampOf(world) ?? {};
    expect(Object.keys(distributions).toSorted()).toEqual(["a-2.0.dist-info", "b-1.0.dist-info"]);
    expect(distributions["a-2.0.dist-info"]?.archive).toMatch(/^[\da-f]{64}$/);
  });

  test("on Windows, where a folder is renamed only to where none stands, the next one is committed as well", async () => {
    const world = await upgradable();
    expect(
      await world.upgrade({}, () => mkdirSync(world.state.commit, { recursive: true }), { platform: "win32" }),
    ).toMatchObject({ end: "done" });
    expect(world.snapshot()).toEqual(world.after);
  });

  test("that its caller gives up ends the lock, and the next one has it", async () => {
    const world = await upgradable();
    const gaveUp = withWriter(world.state, world.writerOptions(), () => Promise.reject(new Error("given up")));
    await expect(gaveUp).rejects.toThrow("given up");
    assertFree(world);
    expect(await world.upgrade()).toMatchObject({ end: "done" });
  });

  test("whose operation is aborted before the commit leaves everything as it was", async () => {
    const world = await upgradable();
    const stop = new AbortController();
    const reason = new Error("Ctrl-C");
    const ended = world.upgrade({}, () => stop.abort(reason), { signal: stop.signal });
    await expect(ended).rejects.toBe(reason);
    expect(world.snapshot()).toEqual(world.before);
    assertFree(world);
  });
});

describe("nothing planned from an old state is committed", () => {
  test.each<[string, (world: TestEnvironment) => void, Record<string, string | undefined>]>([
    ["a file that goes has another's bytes", ({ site }) => replaceFile(`${site}/top.py`, "!"), { "top.py": "!" }],
    ["a file that goes is gone", ({ site }) => rmSync(`${site}/same.py`), { "same.py": undefined }],
    ["a folder that goes has more in it", ({ site }) => writeFileSync(`${site}/a/mine.py`, ""), { "a/mine.py": "" }],
    [
      "something stands where a new file belongs",
      ({ site }) => writeFileSync(`${site}/new.py`, "!"),
      { "new.py": "!" },
    ],
    [
      "what says that it is installed is gone",
      ({ site }) => rmSync(`${site}/a-1.0.dist-info`, { recursive: true }),
      {
        "a-1.0.dist-info": undefined,
        "a-1.0.dist-info/INSTALLER": undefined,
        "a-1.0.dist-info/METADATA": undefined,
        "a-1.0.dist-info/RECORD": undefined,
      },
    ],
  ])("%s", async (_, change, changed) => {
    const world = await upgradable();
    // The last thing that is made ready: what is to be done, with all that goes and comes, is known by then.
    onCall("writeFileSync", (path) => {
      if (path.endsWith("/journal")) change(world);
    });
    const end = await world.upgrade();
    expect(end).toEqual({ end: "again", committed: false, reason: expect.stringContaining("changed while") });
    const inSite = Object.entries(changed).map(([path, content]) => [`lib/site-packages/${path}`, content]);
    const expected = Object.entries({ ...world.before, ...Object.fromEntries(inSite) }).filter(
      ([, is]) => is !== undefined,
    );
    expect(world.snapshot()).toEqual(Object.fromEntries(expected));
    assertFree(world);
  });

  test("the lease on the cache was lost meanwhile", async () => {
    const world = await upgradable();
    const end = await world.upgrade({ validate: () => false });
    expect(end).toEqual({ end: "again", committed: false, reason: "the lease on the cache was lost" });
    expect(world.snapshot()).toEqual(world.before);
    assertFree(world);
  });

  const tickets = ({ state }: TestEnvironment) =>
    readdirSync(`${state.lock}/tickets`).map((name) => `${state.lock}/tickets/${name}`);
  /** What another process does that takes this one for dead. */
  const revoke = (world: TestEnvironment) => {
    for (const ticket of tickets(world)) renameSync(ticket, `${world.folder}/revoked`);
  };

  test.each<
    [
      string,
      (world: TestEnvironment, upgrade: (options?: Partial<CommitOptions>) => Promise<CommitEnd>) => Promise<CommitEnd>,
    ]
  >([
    ["when everything is made ready", (world, upgrade) => upgrade({ validate: () => (revoke(world), true) })],
    [
      "while it is made ready",
      (world, upgrade) => {
        onCall("linkSync", (_, to) => {
          if (to.endsWith("/top.py") && existsSync(`${world.state.lock}/tickets`)) revoke(world);
        });
        return upgrade();
      },
    ],
  ])("the lock was taken away %s", async (_, run) => {
    const world = await upgradable();
    const end = await run(world, world.upgrade);
    expect(end).toEqual({ end: "again", committed: false, reason: "the environment's lock was lost" });
    expect(world.snapshot()).toEqual(world.before);
    mend();
    expect(await world.upgrade()).toMatchObject({ end: "done" });
    expect(world.snapshot()).toEqual(world.after);
  });

  test("a transaction that somebody else has committed meanwhile is not replaced", async () => {
    const world = await upgradable();
    const blocked = () => mkdirSync(`${world.state.commit}/left-9`, { recursive: true });
    expect(await world.upgrade({ validate: () => (blocked(), true) })).toMatchObject({
      end: "again",
      committed: false,
    });
    expect(world.snapshot()).toEqual(world.before);
  });
});

describe("what the file system refuses leaves the environment as it was", () => {
  const isStaged = (path: string) => path.includes("/lock/tickets/");

  test.each<[string, Parameters<typeof onCall>[0], (path: string, to: string) => boolean, string]>([
    ["a folder of the stage", "mkdirSync", (path) => isStaged(path) && path.endsWith("/stage"), "ENOSPC"],
    ["a staged file", "linkSync", (_, to) => isStaged(to) && to.endsWith("/new.py"), "EIO"],
    ["a generated file", "writeFileSync", (path) => isStaged(path) && path.endsWith("/RECORD"), "ENOSPC"],
    ["the journal", "writeFileSync", (path) => path.endsWith("/journal"), "EDQUOT"],
    ["a stamp", "writeFileSync", (path) => path.endsWith("/stamp.undo"), "EROFS"],
    ["the commit", "renameSync", (_, to) => to.endsWith("/.murre/commit"), "EACCES"],
  ])("%s", async (_, call, isIt, code) => {
    const world = await upgradable();
    onCall(call, (path, to) => (isIt(path, to) ? code : undefined));
    await expect(world.upgrade()).rejects.toMatchObject({
      code: "MURRE_LINK_FAILED",
      message: expect.stringContaining(code),
    });
    expect(world.snapshot()).toEqual(world.before);
    mend();
    assertFree(world);
    expect(await world.upgrade()).toMatchObject({ end: "done" });
    expect(world.snapshot()).toEqual(world.after);
  });

  test("each step after the commit: all before it are taken back, and the next change works", async () => {
    const counting = await upgradable();
    let all = 0;
    onStep((step) => void (all = step));
    await counting.upgrade();
    mend();
    expect(all).toBeGreaterThan(10);
    // The last two are the stamp, which is the last step, and the way to the trash.
    for (let refused = 1; refused < all; refused++) {
      const world = await upgradable();
      onStep((step) => (step === refused ? "EIO" : undefined));
      await expect(world.upgrade(), `step ${refused}`).rejects.toMatchObject({ code: "MURRE_LINK_FAILED" });
      mend();
      expect([refused, world.snapshot()]).toEqual([refused, world.before]);
      assertFree(world);
      expect([refused, await world.upgrade(), world.snapshot()]).toEqual([
        refused,
        expect.objectContaining({ end: "done" }),
        world.after,
      ]);
    }
  });

  test("where the way back is refused as well, the change stands half done, and the next writer completes it", async () => {
    const world = await upgradable();
    onStep((step, _, to) => (step < 5 || to.includes("/x-left-") ? undefined : step === 5 ? "EIO" : "EROFS"));
    const upgrade = world.upgrade();
    await expect(upgrade).rejects.toMatchObject({
      code: "MURRE_CHANGE_INTERRUPTED",
      environment: world.state.sitePackages,
    });
    mend();
    await expect(readEnvironment(world.state, () => "a mixture")).rejects.toMatchObject({
      code: "MURRE_CHANGE_INTERRUPTED",
    });
    const recovered: unknown[] = [];
    const look = world.writerOptions({ onRecovered: ({ end, journal }) => recovered.push([end, journal.added]) });
    expect(await withWriter(world.state, look, async () => world.snapshot())).toEqual(world.after);
    expect(recovered).toEqual([["finished", ["a"]]]);
    assertFree(world);
  });
});

describe("renames that are refused here, and none elsewhere: withWriter has the change planned again", () => {
  const madeUp = (mounts: readonly MadeUpMount[]) => () => mountMadeUp(mounts);

  test.each<[string, (world: TestEnvironment) => () => void, (site: string, env: string) => string[]]>([
    [
      "a folder of an overlay's lower layer: all goes file by file",
      ({ site }) =>
        () =>
          overlay((path) => path === `${site}/a` || path.startsWith(`${site}/a-1.0`)),
      (site) => [`${site}/a-1.0.dist-info cannot be renamed (EXDEV)`],
    ],
    [
      "a folder that a file system is mounted at stays, and what goes into it is staged there",
      ({ env }) => madeUp([{ folder: `${env}/share` }]),
      () => [],
    ],
    [
      "so it is where the device number does not tell, but the list of mounts does",
      ({ env }) => madeUp([{ folder: `${env}/share`, isBound: true }]),
      (_, env) => [`${env}/share/a.txt cannot be renamed (EXDEV)`],
    ],
  ])("%s", async (_, prepare, taught) => {
    const world = await upgradable();
    prepare(world)();
    expect(await world.upgrade()).toMatchObject({ end: "done" });
    expect(world.snapshot()).toEqual(world.after);
    expect(world.anew).toEqual(taught(world.site, world.env));
    expect(world.attempts).toHaveLength(world.anew.length + 1);
    assertFree(world);
  });

  test("a folder that is removed, with a mount in it, is emptied; once that is known the next change is planned so at once", async () => {
    const world = await upgradable();
    const point = `${world.site}/a`;
    mountMadeUp([{ folder: point }]);
    const uninstall = () =>
      withWriter(
        world.state,
        world.writerOptions({ platform: "linux", onPlannedAnew: (reason) => world.anew.push(reason) }),
        (writer) => writer.commit(world.plan([], ["a"], writer.renames), plainly),
      );
    expect(await uninstall()).toMatchObject({ end: "done" });
    expect(world.anew).toEqual([`${point} cannot be renamed (EBUSY)`]);
    expect([readdirSync(point), existsSync(`${world.site}/top.py`)]).toEqual([[], false]);
    expect(await withWriter(world.state, world.writerOptions(), async ({ renames }) => [...renames.fixed])).toEqual([
      point,
    ]);
  });

  test("what is staged on another file system leaves nothing there", async () => {
    const world = await upgradable();
    mountMadeUp([{ folder: `${world.env}/share` }]);
    const seen: string[] = [];
    await world.upgrade({ validate: () => (seen.push(...readdirSync(`${world.env}/share`)), true) });
    expect([seen.toSorted(), readdirSync(`${world.env}/share`).toSorted()]).toEqual([
      [".murre", "a.txt", "b.txt"],
      ["a.txt", "b.txt"],
    ]);
  });

  test("a refusal that teaches nothing new is an error, and not tried for ever", async () => {
    const world = await upgradable();
    const target = `${world.site}/top.py`;
    onCall("renameSync", (from, to) => (to === target && from.includes("/stage/") ? "EXDEV" : undefined));
    await expect(world.upgrade()).rejects.toMatchObject({ code: "MURRE_LINK_FAILED" });
    expect(world.anew).toEqual([`${target} cannot be renamed (EXDEV)`]);
    expect(world.snapshot()).toEqual(world.before);
  });
});

describe("between the commit and the end", () => {
  test("what another program changes stops the change: it is told, and the next writer restores all but that", async () => {
    const world = await upgradable();
    onStep((step) => {
      if (step === 4) replaceFile(`${world.site}/top.py`, "another program's");
    });
    const end = await world.upgrade();
    expect(end).toEqual({
      end: "again",
      committed: true,
      reason: `${world.site}/top.py was changed by another program`,
    });
    mend();
    expect(readdirSync(world.state.torn)).toHaveLength(1);
    expect(stampOf(world)?.distributions).toEqual({});
    expect(await withWriter(world.state, world.writerOptions(), async () => world.snapshot())).toEqual({
      ...world.before,
      "lib/site-packages/top.py": "another program's",
    });
    assertFree(world);
  });

  test("who takes this process for dead completes the change, and this one does nothing more", async () => {
    const world = await upgradable();
    onStep((step, from, to) => {
      if (step !== 4) return;
      const [x = ""] = /^.*\/commit\/[^/]+\/x-[^/]+/.exec(from.includes("/commit/") ? from : to) ?? [];
      renameSync(x, x.replace(/x-[^/]+$/, "x-left-1"));
    });
    const end = await world.upgrade();
    expect(end).toEqual({ end: "again", committed: true, reason: "another process completes the change" });
    mend();
    expect(await withWriter(world.state, world.writerOptions(), async () => world.snapshot())).toEqual(world.after);
  });
});

describe("the stamp", () => {
  const names = (world: TestEnvironment) => Object.keys(stampOf(world)?.distributions ?? {}).toSorted();
  const foreign = ({ site }: TestEnvironment) => {
    mkdirSync(`${site}/c-1.0.dist-info`);
    writeFileSync(`${site}/c-1.0.dist-info/RECORD`, "");
  };

  test.each<[string, Partial<CommitOptions>, string[]]>([
    ["nobody has looked at is left out", {}, ["a-2.0.dist-info", "b-1.0.dist-info"]],
    [
      "was compared with its RECORD is in it",
      { isVerified: true },
      ["a-2.0.dist-info", "b-1.0.dist-info", "c-1.0.dist-info"],
    ],
  ])("what another program installed and %s", async (_, options, stamped) => {
    const world = await upgradable();
    foreign(world);
    await world.upgrade(options);
    expect(names(world)).toEqual(stamped);
  });

  test("what stays and is not whole is left out", async () => {
    const world = await upgradable();
    await world.upgrade({ unsettled: new Set([`${world.site}/b-1.0.dist-info`]) });
    expect(names(world)).toEqual(["a-2.0.dist-info"]);
  });

  test("of a change that was taken back has another mark, and the distributions of before", async () => {
    const world = await upgradable();
    const before = stampOf(world);
    onStep((step) => (step === 6 ? "EIO" : undefined));
    await expect(world.upgrade()).rejects.toMatchObject({ code: "MURRE_LINK_FAILED" });
    mend();
    const after = stampOf(world);
    expect([after?.distributions, after?.id === before?.id]).toEqual([before?.distributions, false]);
  });
});
