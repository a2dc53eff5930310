import { existsSync } from "node:fs";
import { pathOf, type Candidate, type Surroundings } from "../interpreter/candidate.ts";
import type { PythonRequest } from "./python-request.ts";
import { findPythonVersionFile, namesIn } from "./python-version-file.ts";
import { pyenvNamed, pyenvRoot } from "./version-folders.ts";

/** What pyenv's shims would start: PYENV_VERSION, else the nearest `.python-version`, else the root's `version`. */
export function* pyenvSelected(request: PythonRequest, context: Surroundings): Generator<Candidate> {
  const { join } = pathOf(context.platform);
  for (const name of selectedNames(context)) {
    if (request.kind !== "name" || request.release) yield* pyenvNamed(name, context);
    else {
      const path = join(pyenvRoot(context), "versions", name, "bin", request.executable);
      if (existsSync(path)) yield { path, source: "pyenv" };
    }
  }
}

function selectedNames(context: Surroundings): readonly string[] {
  const { env, platform } = context;
  if (env["PYENV_VERSION"]) return env["PYENV_VERSION"].split(":");
  return findPythonVersionFile(context)?.names ?? namesIn(pathOf(platform).join(pyenvRoot(context), "version"));
}
