import { temporaryFolder } from "@murre/test-kit";
import type { PythonContext } from "@murre/python";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { reportOf } from "../../python/test/fake-machine.ts";
import { basePython } from "../src/operation/base-python.ts";

/** A home where pyenv keeps these versions, whose answers are given. */
function machineWith(files: Readonly<Record<string, string>>): { context: PythonContext; folder: string } {
  const folder = temporaryFolder("base-python");
  const cwd = join(folder, "project", "src");
  mkdirSync(cwd, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "project", name), text);
  for (const version of ["3.9.18", "3.11.7", "3.12.1", "3.14.0rc2"]) {
    const bin = join(folder, ".pyenv", "versions", version, "bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "python"), version);
  }
  const run: PythonContext["run"] = (program) => ({ exitCode: 0, stderr: "", stdout: JSON.stringify(answer(program)) });
  return { folder, context: { env: {}, cwd, platform: "linux", home: folder, run } };
}

const answer = (program: string): object => reportOf(program, /versions\/([^/]+)\//.exec(program)?.[1] ?? "");

const project = (requires: string) => `[project]\nname = "x"\nversion = "1"\nrequires-python = "${requires}"\n`;

describe("the Python of a new environment is the one asked for, else .python-version's, else what the project requires", () => {
  test.each([
    ["nothing is asked for", {}, undefined, "3.12.1", []],
    ["requires-python", { "pyproject.toml": project(">=3.9, <3.12") }, undefined, "3.11.7", []],
    [
      "requires-python that only a pre-release satisfies",
      { "pyproject.toml": project(">=3.14") },
      undefined,
      "3.14.0rc2",
      [],
    ],
    ["a table that says nothing", { "pyproject.toml": "[tool.x]\n" }, undefined, "3.12.1", []],
    [".python-version", { ".python-version": "3.9\n", "pyproject.toml": project(">=3.9") }, undefined, "3.9.18", []],
    [
      ".python-version that the project refuses",
      { ".python-version": "3.9\n", "pyproject.toml": project(">=3.11") },
      undefined,
      "3.9.18",
      [/\.python-version leads to Python 3\.9\.18, but .*pyproject\.toml requires >=3\.11/],
    ],
    ["-p before the others", { ".python-version": "3.9\n" }, "3.11", "3.11.7", []],
    [
      "-p that the project refuses",
      { "pyproject.toml": project(">=3.12") },
      "3.11",
      "3.11.7",
      [/the request leads to Python 3\.11\.7, but .*pyproject\.toml requires >=3\.12/],
    ],
    ["-p of a pre-release that the project accepts", { "pyproject.toml": project(">=3.14") }, "3.14", "3.14.0rc2", []],
    [
      "a file that is no TOML",
      { "pyproject.toml": "[project\n" },
      undefined,
      "3.12.1",
      [/its requires-python is not known/],
    ],
    ["a text that is no specifier", { "pyproject.toml": project("foo") }, undefined, "3.12.1", [/is not known.*foo/]],
    ["a name that nobody knows", { ".python-version": "foo\n" }, undefined, "3.12.1", [/foo is neither a version nor/]],
  ])("%s", async (_, files, python, version, warnings) => {
    const told: string[] = [];
    const { context } = machineWith(files);
    const found = await basePython(context, {
      ...(python === undefined ? {} : { python }),
      onEvent: (event) => void (event.type === "warning" && told.push(event.message)),
    });
    expect(found.version).toBe(version);
    expect(told).toEqual(warnings.map((text) => expect.stringMatching(text)));
  });

  test.each([
    ["pyproject.toml", project(">=3.99")],
    [".python-version", "3.99\n"],
  ])("what no Python fits is an error that names %s and what is there", async (name, text) => {
    const { context, folder } = machineWith({ [name]: text });
    await expect(basePython(context, {})).rejects.toThrow(
      expect.objectContaining({
        code: "MURRE_NO_INTERPRETER",
        wanted: expect.stringContaining(join(folder, "project", name)),
        message: expect.stringContaining("versions/3.12.1"),
      }),
    );
  });
});
