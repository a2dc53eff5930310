import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { other } from "../../test/committed-change.ts";
import { makeEnvironment } from "../../test/environment.ts";
import { hasState } from "../state/environment-state.ts";
import { parseStamp, readStampText } from "../state/stamp.ts";
import { removeState } from "./remove-state.ts";
import { withWriter, type CommitOptions } from "./writer.ts";

const plainly: CommitOptions = { mode: "hardlink", workers: undefined, validate: () => true };

describe("a state that is for one change only (--target)", () => {
  const temporary = async () => {
    const world = makeEnvironment("target");
    const change = (isTemporary: boolean) =>
      withWriter(world.state, world.writerOptions({ isTemporary }), (writer) =>
        writer.commit(world.plan([other]), plainly),
      );
    return { ...world, install: change };
  };

  test("goes with everything that is in it", async () => {
    const world = await temporary();
    await world.install(true);
    expect(parseStamp(readStampText(world.state.stamp))?.temporary).toBe(true);
    removeState(world.state);
    expect([hasState(world.state), readFileSync(`${world.site}/b.py`, "utf8")]).toEqual([false, "b"]);
  });

  test.each<[string, (world: Awaited<ReturnType<typeof temporary>>) => Promise<unknown> | void]>([
    ["an environment's own commands have stamped", (world) => world.install(false)],
    [
      "an environment's own commands have stamped before",
      async (world) => {
        await world.install(false);
        await withWriter(world.state, world.writerOptions({ isTemporary: true }), (writer) =>
          writer.commit(world.plan([], ["b"]), plainly),
        );
      },
    ],
    [
      "has a committed change",
      async (world) => {
        await world.install(true);
        mkdirSync(`${world.state.commit}/left-1/x-left-2`, { recursive: true });
      },
    ],
    [
      "is not murre's",
      ({ state, folder }) => {
        mkdirSync(`${folder}/theirs`);
        renameSync(`${folder}/theirs`, state.folder);
        writeFileSync(state.lock, "theirs");
      },
    ],
  ])("stays where it %s", async (_, prepare) => {
    const world = await temporary();
    await prepare(world);
    const before = readdirSync(world.state.folder);
    removeState(world.state);
    expect(readdirSync(world.state.folder)).toEqual(before);
  });
});
