import { compileBytecode, readAllInstalled, readInstalledRecord } from "@murre/python";
import { posix } from "node:path";
import type { ChangeOperation } from "../operation/change-operation.ts";
import { changeExclusively, type Access, type WriteOptions } from "./environment-access.ts";
import { threadsOf } from "../operation/threads.ts";

/**
 * Compiles what the environment's distributions have of Python files and has no bytecode yet, those that were there before as well. The
 * environment's lock is held meanwhile: no file goes while an interpreter writes beside it. Not part of the change, which has been committed.
 * @throws {BytecodeNotCompiled}
 */
export async function compileEnvironment(
  { settings, target, signal, onEvent }: ChangeOperation,
  access: Access,
  writeOptions: WriteOptions,
): Promise<void> {
  const start = performance.now();
  const report = await changeExclusively(access, writeOptions, async () =>
    compileBytecode({
      executable: target.interpreter.executable,
      files: pythonFiles(target.sitePackages, target.destination.boundary),
      processes: threadsOf(settings),
      env: settings.env,
      signal,
    }),
  );
  onEvent({ type: "compiled", ...report, durationMs: performance.now() - start });
}

/** By the RECORDs; a file of several distributions once. */
function pythonFiles(sitePackages: readonly string[], boundary: string): string[] {
  const files = new Set<string>();
  for (const distribution of readAllInstalled(sitePackages)) {
    for (const { path } of readInstalledRecord(distribution)) {
      if (!path.endsWith(".py")) continue;
      const absolute = posix.resolve(distribution.sitePackages, path);
      if (absolute.startsWith(`${boundary}/`)) files.add(absolute);
    }
  }
  return [...files];
}
