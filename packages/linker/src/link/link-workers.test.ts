import { mkdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "@murre/test-kit";
import { madeUpWheel } from "../../test/made-up-wheel.ts";
import type { LinkShare } from "./link-worker.ts";
import { startLinkWorkers } from "./link-workers.ts";

/** A share of one wheel with one file, into a folder of its own. */
function share(aborted = 0, target?: string): LinkShare & { readonly place: string } {
  const folder = temporaryFolder("link-workers");
  const { entry } = madeUpWheel({ name: "a", files: { "a/x.py": "x" } }, `${folder}/store`);
  const place = target ?? `${folder}/stage`;
  if (target === undefined) mkdirSync(place);
  const flag = new Int32Array(new SharedArrayBuffer(4));
  flag[0] = aborted;
  const task = {
    filesFolder: entry.filesFolder,
    trees: [{ source: "a", target: `${place}/a` }],
    folders: [],
    skip: new Set<number>(),
    generated: [{ path: `${place}/RECORD`, content: Buffer.from("rows"), executable: false }],
  };
  return { tasks: [task], mode: "hardlink", aborted: flag, place };
}

describe("link workers", () => {
  test("answer share after share", async () => {
    const workers = startLinkWorkers(1);
    for (const one of [share(), share()]) {
      const { place, ...sent } = one;
      expect(await workers.run(0, sent)).toEqual({ ok: true, cloned: 0, linked: 1, copied: 0 });
      expect([readFileSync(`${place}/a/x.py`, "utf8"), readFileSync(`${place}/RECORD`, "utf8")]).toEqual(["x", "rows"]);
    }
    workers.close();
  });

  test.each<[string, () => LinkShare, object]>([
    [
      "what the file system refuses, and where",
      () => share(0, "/nowhere/at-all"),
      { code: "ENOENT", path: "/nowhere/at-all/a" },
    ],
    ["that the operation was aborted", () => share(1), { message: "aborted" }],
  ])("answer %s", async (_, make, answer) => {
    const workers = startLinkWorkers(1);
    const { tasks, mode, aborted } = make();
    expect(await workers.run(0, { tasks, mode, aborted })).toMatchObject({ ok: false, ...answer });
    workers.close();
  });

  test("whoever waits for one that ends hears of it, and so does who comes later", async () => {
    const workers = startLinkWorkers(1);
    const { tasks, aborted } = share();
    const broken = {
      tasks: tasks.map((task) => ({ ...task, filesFolder: undefined as never, generated: undefined as never })),
      mode: "auto" as const,
      aborted,
    };
    expect(await workers.run(0, broken)).toMatchObject({ ok: false });
    const waiting = workers.run(0, { tasks, mode: "hardlink", aborted });
    workers.close();
    await expect(waiting).rejects.toThrow("ended with code");
  });

  test("there is none but those that were started", async () => {
    const workers = startLinkWorkers(0);
    await expect(workers.run(0, share())).rejects.toThrow("no link worker 0");
  });
});
