import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { committedUpgrade, first } from "../../test/committed-change.ts";
import { makeEnvironment, type TestEnvironment } from "../../test/environment.ts";
import { backward, execute, forward } from "./execute.ts";
import { readEnvironment } from "./reader.ts";
import { withWriter } from "./writer.ts";

const stepCount = async () => (await committedUpgrade()).execution.journal.steps.length;

describe("a committed journal (protocols/transaction.md)", () => {
  test("is carried out from every prefix of it that a crash may leave", async () => {
    for (let done = 0, all = await stepCount(); done <= all; done++) {
      const { execution, snapshot, after } = await committedUpgrade();
      for (const step of execution.journal.steps.slice(0, done)) forward(execution, step);
      expect([done, execute(execution).end, snapshot()]).toEqual([done, "finished", after]);
    }
  });

  test("is carried out from every point of taking it back, at which a crash may happen too", async () => {
    for (let back = 0, all = await stepCount(); back <= all; back++) {
      const { execution, snapshot, after } = await committedUpgrade();
      const { steps } = execution.journal;
      for (const step of steps) forward(execution, step);
      for (const step of steps.toReversed().slice(0, back)) backward(execution, step);
      expect([back, execute(execution).end, snapshot()]).toEqual([back, "finished", after]);
    }
  });

  test("is taken back from every prefix to what there was", async () => {
    for (let done = 0, all = await stepCount(); done <= all; done++) {
      const { execution, snapshot, before } = await committedUpgrade();
      const steps = execution.journal.steps.slice(0, done);
      for (const step of steps) forward(execution, step);
      for (const step of steps.toReversed()) backward(execution, step);
      expect([done, snapshot()]).toEqual([done, before]);
    }
  });

  test("an executor whose folder was renamed does nothing more: another one took it over", async () => {
    const { execution, snapshot, after } = await committedUpgrade();
    const { state, journal, executor } = execution;
    forward(execution, journal.steps[0] as never);
    const taken = { ...execution, executor: "x-0000000000000000_0000000000_2_2-1" };
    renameSync(`${state.commit}/${journal.id}/${executor}`, `${state.commit}/${journal.id}/${taken.executor}`);
    const halfWay = snapshot();
    expect([execute(execution).end, snapshot()]).toEqual(["taken over", halfWay]);
    expect([execute(taken).end, snapshot()]).toEqual(["finished", after]);
  });
});

describe("a change that another program made between a crash and the recovery", () => {
  const recover = (world: TestEnvironment) =>
    withWriter(world.state, world.writerOptions(), async (writer) => writer.stamp?.id);

  test("is never rolled over: it stays, and everything else is as it was before", async () => {
    const world = await committedUpgrade();
    const { site, execution, before, snapshot } = world;
    for (const step of execution.journal.steps.slice(0, 3)) forward(execution, step);
    rmSync(`${site}/top.py`);
    writeFileSync(`${site}/top.py`, "another program's");
    await recover(world);
    expect(snapshot()).toEqual({ ...before, "lib/site-packages/top.py": "another program's" });
  });

  test("a project that it installed meanwhile is its own, and is not brought back", async () => {
    const world = await committedUpgrade();
    const { site, execution, snapshot } = world;
    for (const step of execution.journal.steps.slice(0, 3)) forward(execution, step);
    mkdirSync(`${site}/a-3.0.dist-info`);
    writeFileSync(`${site}/a-3.0.dist-info/RECORD`, "top.py,,\na-3.0.dist-info/RECORD,,\n");
    rmSync(`${site}/top.py`);
    writeFileSync(`${site}/top.py`, "3");
    await recover(world);
    expect(snapshot()).toMatchObject({ "lib/site-packages/top.py": "3", "lib/site-packages/b.py": "b" });
    expect(world.installed().map(({ name, version }) => `${name} ${version}`)).toEqual(["a 3.0", "b 1.0"]);
  });
});

describe("a reader", () => {
  test("sees no middle of a change: it says that one was interrupted", async () => {
    const { state } = await committedUpgrade();
    await expect(readEnvironment(state, () => "a mixture")).rejects.toMatchObject({ code: "MURRE_CHANGE_INTERRUPTED" });
  });

  test("reads again when a change came between", async () => {
    const world = makeEnvironment();
    await world.change([first]);
    let reads = 0;
    const names = await readEnvironment(world.state, () => {
      reads += 1;
      // As if another process had finished a change in the middle of the reading.
      if (reads === 1) writeFileSync(world.state.stamp, JSON.stringify({ id: "another", distributions: {} }));
      return world.installed().map(({ name }) => name);
    });
    expect([reads, names]).toEqual([2, ["a"]]);
  });

  test("writes nothing, and needs no state", async () => {
    const world = makeEnvironment();
    expect(await readEnvironment(world.state, () => world.installed().length)).toBe(0);
    expect(Object.keys(world.snapshot())).toEqual(["lib", "lib/site-packages"]);
  });
});
