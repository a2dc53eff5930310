import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "@murre/test-kit";
import { madeUpWheel } from "../../test/made-up-wheel.ts";
import { claim, claimedBy, shared } from "./link-task.ts";
import type { LinkShare } from "./link-worker.ts";
import { startLinkWorkers, type LinkWorkers } from "./link-workers.ts";

/** A share of one wheel with one file, into a folder of its own. */
function share(aborted = 0, target?: string): LinkShare & { readonly place: string } {
  const folder = temporaryFolder("link-workers");
  const { entry } = madeUpWheel({ name: "a", files: { "a/x.py": "x" } }, `${folder}/store`);
  const place = target ?? `${folder}/stage`;
  if (target === undefined) mkdirSync(place);
  const numbers = new Int32Array(new SharedArrayBuffer(8));
  numbers[shared.aborted] = aborted;
  const task = {
    number: 0,
    filesFolder: entry.filesFolder,
    trees: [{ source: "a", target: `${place}/a` }],
    folders: [],
    skip: new Set<number>(),
    generated: [{ path: `${place}/RECORD`, hasRows: false, content: Buffer.from("rows"), executable: false }],
  };
  const claims = new Int32Array(new SharedArrayBuffer(4));
  return { tasks: [task], mode: "hardlink", claims, numbers, place };
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
    const { tasks, mode, claims, numbers } = make();
    expect(await workers.run(0, { tasks, mode, claims, numbers })).toMatchObject({ ok: false, ...answer });
    workers.close();
  });

  test("what a worker cannot do is an answer, and it goes on", async () => {
    const workers = startLinkWorkers(1);
    const { tasks, claims, numbers } = share();
    const broken = tasks.map((task) => ({ ...task, filesFolder: undefined as never, generated: undefined as never }));
    expect(await workers.run(0, { tasks: broken, mode: "auto", claims: claims.slice(), numbers })).toMatchObject({
      ok: false,
    });
    expect(await workers.run(0, { tasks, mode: "hardlink", claims, numbers })).toMatchObject({ ok: true });
    workers.close();
  });

  test("what somebody else has claimed is left to them", async () => {
    const workers = startLinkWorkers(1);
    const { place, ...sent } = share();
    expect(claim(sent.claims, 0, claimedBy.caller)).toBe(true);
    expect(await workers.run(0, sent)).toEqual({ ok: true, cloned: 0, linked: 0, copied: 0 });
    expect(readdirSync(place)).toEqual([]);
    workers.close();
  });

  test("shares that nobody waited for are answered in their order", async () => {
    const workers = startLinkWorkers(1);
    const [{ place: _, ...free }, { place: __, ...taken }] = [share(), share()];
    claim(taken.claims, 0, claimedBy.caller);
    const answers = await Promise.all([taken, free, taken].map((one) => workers.run(0, one)));
    expect(answers).toMatchObject([{ linked: 0 }, { linked: 1 }, { linked: 0 }]);
    workers.close();
  });

  const ended = "a link worker ended with code";

  test("whoever waits when all are closed hears of it, also where the answer is under way", async () => {
    const workers = startLinkWorkers(1);
    const { place, ...sent } = share();
    const waiting = workers.run(0, sent);
    // Nothing of this thread runs meanwhile: the answer lies there before the worker is ended.
    while (!existsSync(`${place}/RECORD`)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    workers.close();
    await expect(waiting).rejects.toThrow(ended);
  });

  test.each<[string, (workers: LinkWorkers) => Promise<unknown>]>([
    ["at once", () => Promise.resolve()],
    ["when the threads have ended", (workers) => workers.run(0, share()).catch(() => undefined)],
  ])("whoever comes after all are closed hears of it: %s", async (_, before) => {
    const workers = startLinkWorkers(1);
    workers.close();
    await before(workers);
    await expect(workers.run(0, share())).rejects.toThrow(ended);
  });

  test("there is none but those that were started", async () => {
    const workers = startLinkWorkers(0);
    await expect(workers.run(0, share())).rejects.toThrow("no link worker 0");
  });
});
