import type { Interpreter, PythonContext } from "../interpreter/interpreter.ts";
import { realPath } from "../interpreter/links.ts";
import { findInterpreter } from "./find-interpreter.ts";
import { mismatch, parsePythonRequest } from "./python-request.ts";

/**
 * Whether an environment that is there is what a `-p` argument asks for: of this version, or made from what is at this path.
 * @throws what finding the interpreter throws
 */
export function answersRequest(environment: Interpreter, request: string, context: PythonContext): boolean {
  const parsed = parsePythonRequest(request);
  if (
    parsed.kind === "version" ||
    (parsed.kind === "name" && parsed.release !== undefined && parsed.release.length > 0)
  )
    return mismatch(parsed, environment) === undefined;
  const { version, basePrefix } = findInterpreter(request, context, { preference: "system" });
  return version === environment.version && realPath(basePrefix) === realPath(environment.basePrefix);
}
