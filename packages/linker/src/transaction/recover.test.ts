import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import * as timers from "node:timers/promises";
import * as locking from "@murre/locking";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { committedUpgrade, first, other, second, upgraded } from "../../test/committed-change.ts";
import { makeEnvironment } from "../../test/environment.ts";
import { mend, mendAfterEach, onCall } from "../../test/faulty-fs.ts";
import { forward } from "./execute.ts";
import { readEnvironment } from "./reader.ts";
import { committed, executorOf, recover } from "./recover.ts";
import { withWriter } from "./writer.ts";

vi.mock("@murre/locking", async (load) => {
  const real = await load<typeof locking>();
  return { ...real, judge: vi.fn<typeof real.judge>(real.judge) };
});
vi.mock("node:timers/promises", async (load) => {
  const { setTimeout: wait, ...others } = await load<typeof timers>();
  const shortly = (ms?: number, value?: unknown, options?: object) => wait(Math.min(ms ?? 0, 1), value, options);
  return { ...others, setTimeout: vi.fn<typeof shortly>(shortly) };
});

mendAfterEach();
beforeEach(() => void vi.clearAllMocks());

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));

/** A lease of this boot whose process is not there any more. */
function deadLease(): string {
  const program = 'import { newLeaseName } from "@murre/locking"; process.stdout.write(newLeaseName());';
  const words = ["--input-type=module", "--eval", program];
  return spawnSync(process.execPath, words, { cwd: packageFolder, encoding: "utf8" }).stdout;
}
/** One of a machine that cannot be asked. */
const foreignLease = "0123456789abcdef_zzzzzzzzzz_2_2";

const waits = () => vi.mocked(timers.setTimeout).mock.calls.map(([ms]) => ms);

async function recovering(lease?: string, isApart = false) {
  const world = await committedUpgrade(lease, isApart);
  const told: string[] = [];
  const run = (signal?: AbortSignal) =>
    recover(world.state, { lease: world.lease, signal, onWaiting: (executor) => told.push(executor) });
  const { id, places } = world.execution.journal;
  return { ...world, run, told, commit: `${world.state.commit}/${id}`, places };
}

describe("recovery (protocols/transaction.md, E2)", () => {
  test("has nothing to do where nothing is committed", async () => {
    const { state, lease } = makeEnvironment();
    expect(await recover(state, { lease, signal: undefined })).toEqual([]);
    expect([committed(state), executorOf(state)]).toEqual([undefined, undefined]);
  });

  test("removes what a finished transaction left: its empty folder", async () => {
    const { state, lease } = makeEnvironment();
    mkdirSync(`${state.commit}/left-1`, { recursive: true });
    expect([committed(state), executorOf(state)]).toEqual(["left-1", undefined]);
    expect(await recover(state, { lease, signal: undefined })).toEqual([]);
    expect(readdirSync(state.commit)).toEqual([]);
  });

  test.each<[string, () => string, number]>([
    ["has given up", () => "left", 0],
    ["is dead, as the kernel says", deadLease, 0],
    ["is dead, as its machine's silence says: one step of it may be in flight still", () => foreignLease, 30_000],
  ])("completes the change of an executor that %s", async (_, lease, waitedMs) => {
    vi.mocked(locking.judge).mockResolvedValue("dead");
    const name = lease();
    const { run, execution, state, snapshot, after, told } = await recovering(name);
    expect(executorOf(state)).toBe(name);
    expect(await run()).toEqual([{ journal: execution.journal, end: "finished" }]);
    expect([snapshot(), readdirSync(state.commit), told]).toEqual([after, [], []]);
    expect(waits()).toEqual(waitedMs === 0 ? [] : [waitedMs]);
  });

  test("waits for one that lives, says so once, and takes over when it has died", async () => {
    for (let look = 0; look < 9; look++) vi.mocked(locking.judge).mockResolvedValueOnce("live");
    vi.mocked(locking.judge).mockResolvedValueOnce("dead");
    const { run, execution, state, commit, told, snapshot, after } = await recovering(foreignLease);
    expect((await run()).map(({ end }) => end)).toEqual(["finished"]);
    expect(told).toEqual([execution.executor]);
    expect(waits()).toEqual([1, 2, 4, 8, 16, 32, 50, 50, 50, 30_000]);
    expect(snapshot()).toEqual(after);
    // Its folder is a sign of life of it as well.
    expect(locking.judge).toHaveBeenCalledWith(expect.anything(), foreignLease, {
      stake: "lock",
      witness: `${commit}/${execution.executor}`,
    });
    expect(existsSync(state.commit) && readdirSync(state.commit)).toEqual([]);
  });

  test("waits for one that lives until that has finished itself", async () => {
    const { run, commit, told } = await recovering(foreignLease);
    vi.mocked(locking.judge)
      .mockResolvedValueOnce("live")
      .mockImplementationOnce(async () => {
        rmSync(commit, { recursive: true });
        return "live";
      });
    expect([await run(), told.length]).toEqual([[], 1]);
  });

  test("stops waiting when the operation is aborted", async () => {
    const stop = new AbortController();
    vi.mocked(locking.judge).mockImplementation(async () => (stop.abort(new Error("Ctrl-C")), "live"));
    const { run, snapshot, before } = await recovering(foreignLease);
    await expect(run(stop.signal)).rejects.toMatchObject({ name: "AbortError" });
    expect(snapshot()).toEqual(before);
  });

  test.each<[string, (commit: string, executor: string) => void, string[]]>([
    [
      "another one took it over, and has given up too",
      (commit, executor) => renameSync(`${commit}/${executor}`, `${commit}/x-left-99`),
      ["finished"],
    ],
    ["another one has finished it", (commit) => rmSync(commit, { recursive: true }), []],
  ])("begins again where meanwhile %s", async (_, meanwhile, ends) => {
    const { run, commit, execution } = await recovering();
    let isFirst = true;
    onCall("renameSync", (from) => {
      if (!isFirst || from !== `${commit}/${execution.executor}`) return;
      isFirst = false;
      meanwhile(commit, execution.executor);
    });
    expect((await run()).map(({ end }) => end)).toEqual(ends);
  });

  test("takes the change back where a step is refused, and says which", async () => {
    const { run, site, snapshot, before, execution } = await recovering();
    onCall("renameSync", (_, to) => (to === `${site}/new.py` ? "EACCES" : undefined));
    const [recovered] = await run();
    expect(recovered).toMatchObject({
      end: "undone",
      error: { code: "EACCES" },
      step: { do: "place", target: `${site}/new.py` },
    });
    expect(recovered?.journal).toEqual(execution.journal);
    expect(snapshot()).toEqual(before);
  });

  test("stops where another program changed a target, and says which", async () => {
    const { run, site, state, execution } = await recovering();
    forward(execution, execution.journal.steps[0] as never);
    rmSync(`${site}/same.py`);
    expect(await run()).toMatchObject([{ end: "stopped", path: `${site}/same.py` }]);
    expect(readdirSync(state.torn)).toEqual([execution.journal.id]);
  });

  test("gives up where a step can be neither done nor taken back, so that nobody waits for it", async () => {
    const { run, site, state } = await recovering();
    let refuses = false;
    onCall("renameSync", (from, to) => {
      if (to === `${site}/new.py`) refuses = true;
      return refuses && !to.includes("x-left-") && (from + to).includes("/x-") ? "EIO" : undefined;
    });
    await expect(run()).rejects.toMatchObject({
      code: "MURRE_CHANGE_INTERRUPTED",
      message: expect.stringContaining("EIO"),
    });
    expect(executorOf(state)).toBe("left");
    await expect(readEnvironment(state, () => "a mixture")).rejects.toMatchObject({ code: "MURRE_CHANGE_INTERRUPTED" });
  });
});

describe("a takeover with places on other file systems (protocols/transaction.md, M2)", () => {
  test("renames the former executor's folder in each of them before the first step", async () => {
    const { run, places, execution, snapshot, after, site } = await recovering("left", true);
    const folder = `${places[0]}/.murre/${execution.journal.id}`;
    const seen: string[] = [];
    onCall("renameSync", (from) => {
      if (from.startsWith(site) && !from.includes("/.murre/") && seen.length === 0) seen.push(...readdirSync(folder));
    });
    expect((await run()).map(({ end }) => end)).toEqual(["finished"]);
    expect([seen.length, seen.includes(execution.executor), snapshot()["share/a.txt"]]).toEqual([1, false, "2"]);
    expect(Object.keys(after).filter((path) => snapshot()[path] !== after[path])).toEqual([]);
  });

  test.each<
    [string, "readdirSync" | "renameSync", (folder: string, executor: string, commit: string) => void, string[]]
  >([
    [
      "has nothing to rename where nothing was made",
      "readdirSync",
      (folder) => rmSync(folder, { recursive: true }),
      ["stopped"],
    ],
    [
      "does not go on where another one took the whole over before it came there",
      "readdirSync",
      (_, __, commit) => {
        for (const name of readdirSync(commit)) renameSync(`${commit}/${name}`, `${commit}/x-left-99`);
      },
      ["finished"],
    ],
    [
      "does no step where another one took the whole over right then",
      "renameSync",
      (_, __, commit) => {
        for (const name of readdirSync(commit)) renameSync(`${commit}/${name}`, `${commit}/x-left-99`);
      },
      ["taken over", "finished"],
    ],
    [
      "tries again where another one was quicker",
      "renameSync",
      (folder, executor) => renameSync(`${folder}/${executor}`, `${folder}/x-left-98`),
      ["finished"],
    ],
  ])("%s", async (_, call, meanwhile, ends) => {
    const { run, places, execution, commit } = await recovering("left", true);
    const { executor, journal } = execution;
    const folder = `${places[0]}/.murre/${journal.id}`;
    let isFirst = true;
    let isTaken = false;
    onCall("renameSync", (from) => void (isTaken ||= from === `${commit}/${executor}`));
    onCall(call, (path) => {
      if (!isFirst || !isTaken || !path.startsWith(folder)) return;
      isFirst = false;
      mend();
      meanwhile(folder, executor, commit);
    });
    expect((await run()).map(({ end }) => end)).toEqual(ends);
  });
});

describe("a process that is killed in the middle of a change", () => {
  const program = fileURLToPath(new URL("../../test/processes/upgrade.mjs", import.meta.url));

  async function upgradeInProcess(environment: (folder: string) => NodeJS.ProcessEnv) {
    const world = makeEnvironment();
    await world.change([first, other]);
    const before = world.snapshot();
    world.plan([second], ["a"]); // puts the wheel into the store
    const { signal, stderr } = spawnSync(
      process.execPath,
      ["--import", "@murre/test-kit/preload", program, world.folder],
      {
        cwd: packageFolder,
        encoding: "utf8",
        env: { ...process.env, ...environment(world.folder) },
      },
    );
    return { ...world, before, signal, stderr };
  }

  test("leaves the environment as it was before the commit; after it, the next one completes the change", async () => {
    const whole = await upgradeInProcess((folder) => ({ MURRE_KILL_COUNT_FILE: `${folder}/calls` }));
    const calls = readFileSync(`${whole.folder}/calls`, "utf8").trim().split("\n").length;
    expect([whole.signal, whole.stderr, whole.snapshot()]).toEqual([null, "", await upgraded()]);
    const found: string[] = [];
    for (const share of [0.3, 0.55, 0.9]) {
      const world = await upgradeInProcess(() => ({ MURRE_KILL_AT: String(Math.round(calls * share)) }));
      const isCommitted = committed(world.state) !== undefined;
      const ends: string[] = [];
      const options = world.writerOptions({ onRecovered: ({ end }) => ends.push(end) });
      const after = await withWriter(world.state, options, async () => world.snapshot());
      const is = after["lib/site-packages/top.py"] === "1" ? "as before" : isCommitted ? "completed" : "done";
      expect([share, world.signal, ends]).toEqual([share, "SIGKILL", isCommitted ? ["finished"] : []]);
      expect([share, is, after]).toEqual([share, is, is === "as before" ? world.before : await upgraded()]);
      found.push(is);
    }
    // Before the commit, after it, and after the end.
    expect(new Set(found)).toEqual(new Set(["as before", "completed", "done"]));
  });
});
