import { execFileSync, spawnSync, type StdioOptions } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createEnvironment, type EnvironmentOptions } from "./create-environment.ts";
import { findInterpreter } from "../find/find-interpreter.ts";

const context = { env: process.env, cwd: "/", platform: process.platform, home: homedir() };
const interpreter = findInterpreter(undefined, context, { preference: "system" });
let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "murre-env-")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const make = (name: string, options: Partial<EnvironmentOptions> = {}) =>
  createEnvironment(join(folder, name), interpreter, { murreVersion: "1.2", ...options });
const config = (name: string) => readFileSync(join(folder, name, "pyvenv.cfg"), "utf8");

describe("PEP 405: a new environment", () => {
  test("has the interpreter's links, a site-packages folder, and a pyvenv.cfg that says who made it", () => {
    const made = make("env");
    expect(execFileSync(made.executable, ["-c", "import sys; print(sys.prefix)"], { encoding: "utf8" }).trim()).toBe(
      join(folder, "env"),
    );
    expect(existsSync(made.schemes.purelib)).toBe(true);
    expect(config("env")).toContain("murre = 1.2\n");
    expect(config("env")).toContain("prompt = env\n");
    expect(readFileSync(join(folder, "env", ".gitignore"), "utf8")).toBe("*\n");
  });
  test("in .venv is called like the folder above, unless the prompt is given", () => {
    mkdirSync(join(folder, "project"));
    make("project/.venv");
    expect(config("project/.venv")).toContain("prompt = project\n");
    make("other", { prompt: "it's mine" });
    expect(config("other")).toContain("prompt = it's mine\n");
  });
  test("may be made in an empty folder, below folders that do not exist, and behind a link", () => {
    mkdirSync(join(folder, "empty"));
    make("empty");
    make("a/b/c");
    mkdirSync(join(folder, "real"));
    symlinkSync("real", join(folder, "link"));
    expect(make("link").prefix).toBe(join(folder, "real"));
  });
});

describe("where nothing can be made, the error says why, and nothing loops", () => {
  test.each([
    ["below a file", "file/env", /a part of the path is a file/],
    ["far below a file", "file/a/b/env", /a part of the path is a file/],
    ["with a name that is too long", "x".repeat(300), /the name is too long/],
    ["below a name that is too long", `${"x".repeat(300)}/env`, /the name is too long/],
  ])("%s", (_, path, message) => {
    writeFileSync(join(folder, "file"), "");
    expect(() => make(path)).toThrow(expect.objectContaining({ code: "MURRE_ENVIRONMENT_NOT_CREATED" }));
    expect(() => make(path)).toThrow(message);
    expect(readdirSync(folder)).toEqual(["file"]);
  });
  test.runIf(existsSync("/proc/self")).each(["/proc/x", "/proc/x/y/z"])("%s", (path) => {
    for (const existing of ["refuse", "clear", "refresh"] as const)
      expect(() => createEnvironment(path, interpreter, { murreVersion: "1", existing })).toThrow(
        /cannot make an environment at \/proc\/x.*: the folder takes no new ones/,
      );
  });
  test("a name beside which there is no longer one is taken", () => {
    const name = "x".repeat(230);
    expect(existsSync(make(name).executable)).toBe(true);
    expect(existsSync(make(name, { existing: "clear" }).executable)).toBe(true);
    expect(readdirSync(folder)).toEqual([name]);
  });
});

describe("pyvenv.cfg says that pip is put in, as uv's does, and so it stays when the environment is refreshed", () => {
  test.each([
    [{ seed: true }, undefined, true],
    [{}, undefined, false],
    [{ seed: true }, { existing: "refresh" as const }, true],
    [{ seed: true }, { existing: "clear" as const }, false],
    [{}, { existing: "refresh" as const, seed: true }, true],
  ])("%j, then %j: %s", (first, second, expected) => {
    make("env", first);
    if (second !== undefined) make("env", second);
    expect(/^seed = true$/m.test(config("env"))).toBe(expected);
  });
});

describe("what is there already is replaced only when asked for", () => {
  test("an environment is refused without --clear", () => {
    make("env");
    expect(() => make("env")).toThrow(
      expect.objectContaining({
        code: "MURRE_ENVIRONMENT_EXISTS",
        isEnvironment: true,
        message: expect.stringContaining("--clear"),
      }),
    );
  });
  test("--clear replaces it with all it holds", () => {
    make("env");
    writeFileSync(join(folder, "env", "mine"), "x");
    make("env", { existing: "clear" });
    expect(existsSync(join(folder, "env", "mine"))).toBe(false);
    expect(readdirSync(folder)).toEqual(["env"]);
  });
  test.each(["refuse", "clear"] as const)("a folder without pyvenv.cfg is left alone (%s)", (existing) => {
    mkdirSync(join(folder, "src"));
    writeFileSync(join(folder, "src", "precious"), "x");
    expect(() => make("src", { existing })).toThrow(
      expect.objectContaining({ code: "MURRE_ENVIRONMENT_EXISTS", isEnvironment: false }),
    );
    expect(readdirSync(join(folder, "src"))).toEqual(["precious"]);
  });
  test.each(["refuse", "clear", "refresh"] as const)("a file is left alone (%s)", (existing) => {
    writeFileSync(join(folder, "file"), "x");
    expect(() => make("file", { existing })).toThrow(expect.objectContaining({ code: "MURRE_ENVIRONMENT_EXISTS" }));
  });
  test("--allow-existing writes its own files anew and leaves all others", () => {
    const made = make("env");
    writeFileSync(join(made.schemes.purelib, "mine.py"), "");
    rmSync(made.executable);
    writeFileSync(join(made.schemes.scripts, "activate"), "broken");
    make("env", { existing: "refresh", prompt: "new" });
    expect(existsSync(join(made.schemes.purelib, "mine.py"))).toBe(true);
    expect(readFileSync(join(made.schemes.scripts, "activate"), "utf8")).toContain("VIRTUAL_ENV=");
    expect(config("env")).toContain("prompt = new\n");
    execFileSync(made.executable, ["-c", ""]);
  });
  test("a folder that cannot be written names the cause", () => {
    writeFileSync(join(folder, "file"), "x");
    expect(() => make("file/env")).toThrow(expect.objectContaining({ code: "MURRE_ENVIRONMENT_NOT_CREATED" }));
  });
});

const isThere = (shell: string) => spawnSync(shell, ["-c", "exit 0"]).status === 0;
const posixShells = ["bash", "sh", "dash", "zsh", "ksh", "busybox sh"].filter((shell) => isThere(shell));
const oddNames = ["plain", "with space", `it's "quoted"`, "dollar $HOME `x` \\ back!"];

/** Without folders of other tools, which may hold a program called deactivate. */
const PLAIN_PATH = "/usr/bin:/bin";
/** bash reads the user's startup file when its input is a socket, as Node's pipes are. */
const stdio: StdioOptions = ["ignore", "pipe", "inherit"];

/** Activates, asks, deactivates, asks again; each answer in a line. */
const POSIX_SESSION = `
set -eu
PS1='$ '
. "$1"
printf '%s\\n' "$VIRTUAL_ENV" "$VIRTUAL_ENV_PROMPT" "\${PYTHONHOME-none}" "$PS1"
python -c 'import sys; print(sys.prefix)'
deactivate
printf '%s\\n' "\${VIRTUAL_ENV-none}" "$PATH" "$PYTHONHOME" "$PS1"
if command -v deactivate >/dev/null; then echo still; else echo gone; fi
`;

describe.each(posixShells)("activate in %s", (shell) => {
  test.each(oddNames)("at a path called %s sets what it should, and deactivate undoes it", (name) => {
    const made = make(name);
    const env = { PATH: PLAIN_PATH, PYTHONHOME: "/nowhere" };
    const output = execFileSync(shell, ["-c", POSIX_SESSION, "session", join(made.schemes.scripts, "activate")], {
      encoding: "utf8",
      env,
      stdio,
    });
    const shown = name.replaceAll(/[$`\\%!]/g, "");
    expect(output.split("\n")).toEqual([
      join(folder, name),
      name,
      "none",
      `(${shown}) $ `,
      join(folder, name),
      "none",
      env.PATH,
      "/nowhere",
      "$ ",
      "gone",
      "",
    ]);
  });
});

test("activating a second environment leaves the first", () => {
  const [first, second] = [make("first"), make("second")];
  const code = `. "$1"; . "$2"; echo "$VIRTUAL_ENV"; deactivate; echo "$PATH"`;
  const args = [first, second].map(({ schemes }) => join(schemes.scripts, "activate"));
  const env = { PATH: PLAIN_PATH };
  expect(execFileSync("bash", ["-c", code, "session", ...args], { encoding: "utf8", env, stdio })).toBe(
    `${second.prefix}\n${env.PATH}\n`,
  );
});

test.each(["fish", "csh", "tcsh"].filter((shell) => isThere(shell)))(
  "activate in %s puts the environment first on the PATH, and deactivate takes it back",
  (shell) => {
    const made = make("it's here");
    const script = join(made.schemes.scripts, shell === "fish" ? "activate.fish" : "activate.csh");
    // Line by line as a person types: csh knows an alias only from the next line on.
    const session = join(made.prefix, "session");
    writeFileSync(session, `source "${script}"\necho "$VIRTUAL_ENV"\nwhich python\ndeactivate\nwhich python\n`);
    const [environment, active, after] = execFileSync(shell, [session], { encoding: "utf8" }).split("\n");
    expect([environment, active]).toEqual([made.prefix, join(made.schemes.scripts, "python")]);
    expect(after).not.toBe(active);
  },
);

test.each(oddNames)("activate_this.py at a path called %s adds its modules to a running interpreter", (name) => {
  const made = make(name);
  writeFileSync(join(made.schemes.purelib, "only_here.py"), "");
  const script = join(made.schemes.scripts, "activate_this.py");
  const code = `p = ${JSON.stringify(script)}
exec(compile(open(p).read(), p, "exec"), {"__file__": p})
import only_here, os, sys; print(os.environ["VIRTUAL_ENV"] == sys.prefix)`;
  expect(execFileSync(interpreter.executable, ["-c", code], { encoding: "utf8" })).toBe("True\n");
});
