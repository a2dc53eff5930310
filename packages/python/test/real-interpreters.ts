import { homedir } from "node:os";
import { systemCandidates } from "../src/find/candidates.ts";
import type { Interpreter, PythonContext } from "../src/interpreter/interpreter.ts";
import { probeInterpreter, runProgram } from "../src/interpreter/probe.ts";

/** Where the tests of real Pythons look: this machine, but no environment of the developer's. */
export const machine: PythonContext & { readonly run: typeof runProgram } = {
  env: process.env,
  cwd: "/",
  platform: process.platform,
  home: homedir(),
  run: runProgram,
};

/** One interpreter of each version and kind that this machine has, however many that is. */
export function realInterpreters(): (readonly [string, Interpreter])[] {
  const found = new Map<string, Interpreter>();
  for (const candidate of systemCandidates({ kind: "any" }, machine)) {
    let interpreter: Interpreter;
    try {
      interpreter = probeInterpreter(candidate.path, machine);
    } catch {
      continue;
    }
    const kind = interpreter.externallyManaged === undefined ? "" : ", externally managed";
    const label = `${interpreter.implementation} ${interpreter.version}${kind}`;
    if (!interpreter.isVirtual && !found.has(label)) found.set(label, interpreter);
  }
  return [...found];
}
