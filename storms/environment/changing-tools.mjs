// What the storms that change environments share: murre, uv and pip doing the same, two releases of real wheels, and a kill.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chooseWheels, murreBin, pins, run, sitePackages } from "../kit.mjs";

/** Each tool's commands: making an environment, and giving it what a file of pins says. */
export function contestants(places, cache, { uv, pip }) {
  const murre = (...words) => [process.execPath, [murreBin, ...words, "-q", "--cache-dir", cache]];
  const found = [
    {
      name: "murre",
      venv: (env) => murre("venv", env),
      install: (env, file) => murre("pip", "sync", file, "-p", env, "--json", ...places),
      editable: (env, folders) => murre("pip", "install", ...asEditables(folders), "-p", env, "--json", "--no-index"),
      uninstall: (env, names) => murre("pip", "uninstall", "-y", ...names, "-p", env, "--json"),
      recover: (env) => murre("pip", "check", "--recover", "-p", env),
      windowOf: (stdout) => JSON.parse(stdout).durationsMs.window,
      committing: (env) => join(sitePackages(env), ".murre/commit"),
    },
  ];
  const uvWords = (...words) => [uv, [...words, "-q", "--cache-dir", `${cache}-uv`]];
  if (uv !== undefined)
    found.push({
      name: "uv",
      venv: (env) => uvWords("venv", env),
      install: (env, file) => uvWords("pip", "sync", file, "-p", env, ...places),
      editable: (env, folders) => uvWords("pip", "install", ...asEditables(folders), "-p", env, "--no-index"),
      uninstall: (env, names) => uvWords("pip", "uninstall", ...names, "-p", env),
    });
  if (pip !== undefined) {
    // What `pip --python` does, but in one process, which can be killed.
    const runner = execFileSync(pip, ["-c", "import pip; print(pip.__path__[0] + '/__pip-runner__.py')"], {
      encoding: "utf8",
    });
    const pipWords = (env, ...words) => [join(env, "bin/python"), [runner.trim(), "-q", ...words]];
    found.push({
      name: "pip",
      venv: (env) => [pip, ["-m", "venv", "--without-pip", env]],
      install: (env, file) => pipWords(env, "install", "--no-deps", ...places, "-r", file),
      editable: (env, folders) => pipWords(env, "install", "--no-index", ...asEditables(folders)),
      uninstall: (env, names) => pipWords(env, "uninstall", "-y", ...names),
    });
  }
  return found;
}

export const ran = (command, more) => run(...command, more);

export async function succeeded(command) {
  const ended = await ran(command);
  if (ended.code !== 0) throw new Error(`${command[1].join(" ")}: ${ended.stderr}`);
  return ended;
}

const asEditables = (folders) => folders.flatMap((folder) => ["-e", folder]);

/** The two releases of real wheels, as folders of wheels and files of pins. */
export async function makeReleases(scratch, count) {
  const wheels = await chooseWheels(scratch, count);
  const [first, second] = ["first", "second"].map((name) => join(scratch, name));
  for (const folder of [first, second]) mkdirSync(folder);
  for (const { path } of wheels) copyFileSync(path, join(first, basename(path)));
  const script = fileURLToPath(new URL("next-release.py", import.meta.url));
  const versions = execFileSync("python3", [script, second, ...wheels.map(({ path }) => path)], { encoding: "utf8" });
  const next = versions.trim().split("\n");
  writeFileSync(join(scratch, "first.txt"), pins(wheels));
  writeFileSync(join(scratch, "second.txt"), pins(wheels.map((wheel, i) => ({ ...wheel, version: next[i] }))));
  return {
    names: wheels.map(({ name }) => name),
    first: join(scratch, "first.txt"),
    second: join(scratch, "second.txt"),
    places: ["--no-index", "--find-links", first, "--find-links", second],
  };
}

/** Kills one command: after a time, or a moment after its commit. @returns whether it was killed before its end */
export async function killed(command, afterMs, committing, momentMs) {
  let child;
  const running = run(...command, { onStart: (started) => (child = started) });
  const state = { isOver: false };
  void running.then(() => (state.isOver = true));
  if (committing === undefined) await Promise.race([sleep(afterMs), running]);
  else {
    await Promise.race([sleep(afterMs / 2), running]);
    while (!state.isOver && !(existsSync(committing) && readdirSync(committing).length > 0)) await turn();
    for (const until = performance.now() + momentMs; performance.now() < until;);
  }
  child.kill("SIGKILL");
  return (await running).signal === "SIGKILL";
}
