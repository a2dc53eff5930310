import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { expect } from "vitest";
import {
  withWriter,
  type CommitEnd,
  type CommitOptions,
  type EnvironmentWriter,
  type WriterOptions,
} from "../src/transaction/writer.ts";
import { first, other, second, upgraded } from "./committed-change.ts";
import { makeEnvironment, type TestEnvironment } from "./environment.ts";
import { onCall } from "./faulty-fs.ts";

export const plainly: CommitOptions = { mode: "hardlink", workers: undefined, validate: () => true };

/** An environment with `a` 1.0 and `b`, of which `a` is to be upgraded. */
export async function upgradable() {
  const world = makeEnvironment();
  await world.change([first, other]);
  const before = world.snapshot();
  const attempts: EnvironmentWriter["renames"][] = [];
  const anew: string[] = [];
  const upgrade = (
    options: Partial<CommitOptions> = {},
    between: (writer: EnvironmentWriter) => void = () => {},
    writerOptions: Partial<WriterOptions> = {},
  ): Promise<CommitEnd> =>
    withWriter(
      world.state,
      world.writerOptions({ platform: "linux", onPlannedAnew: (reason) => anew.push(reason), ...writerOptions }),
      (writer) => {
        attempts.push({ movesFolders: writer.renames.movesFolders, fixed: new Set(writer.renames.fixed) });
        const plan = world.plan([second], ["a"], writer.renames);
        between(writer);
        return writer.commit(plan, { ...plainly, ...options });
      },
    );
  return { ...world, before, after: await upgraded(), attempts, anew, upgrade };
}

/** Nobody has the lock, and nothing is committed. */
export function assertFree({ state }: TestEnvironment): void {
  const left = [`${state.lock}/tickets`, `${state.lock}/choosing`, state.commit, state.torn]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder));
  expect(left).toEqual([]);
}

/** After the commit, each call by which a step is done or taken back. */
export function onStep(look: (step: number, from: string, to: string) => string | undefined | void): void {
  let steps = 0;
  const count = (from: string, to: string) => {
    if (from.includes("/lock/") || !(from + to).includes("/commit/")) return undefined;
    return look(++steps, from, to);
  };
  onCall("renameSync", count);
  onCall("linkSync", count);
}

export function replaceFile(path: string, content: string): void {
  rmSync(path);
  writeFileSync(path, content);
}
