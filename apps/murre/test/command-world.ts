import { temporaryFolder } from "@murre/test-kit";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));
const longestRunMs = 60_000;
const onWindows = process.platform === "win32";

/** One run of a command, from start to end. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with a cache, in which the built command runs as a user runs it, without the machine's configuration. */
export interface CommandWorld {
  readonly folder: string;
  readonly cache: string;
  /** Runs `murre WORDS`; never throws for an exit code. */
  murre(...words: string[]): Promise<Run>;
  /** Makes an environment. */
  environment(name: string): Promise<Environment>;
  write(name: string, text: string): string;
}

export interface Environment {
  readonly folder: string;
  readonly python: string;
  /** `murre pip WORDS -p THIS`. */
  pip(...words: string[]): Promise<Run>;
  /** `NAME==VERSION`, sorted. */
  installed(): Promise<string[]>;
  /** What a program prints there. */
  print(program: string): Promise<string>;
}

/** @param env variables beside the cleaned ones of this process */
export function makeCommandWorld(env: NodeJS.ProcessEnv = {}): CommandWorld {
  const folder = temporaryFolder("command");
  const cache = join(folder, "cache");
  const murre = (...words: string[]) =>
    run(process.execPath, [bin, ...words], folder, { MURRE_CACHE_DIR: cache, ...env });
  return {
    folder,
    cache,
    murre,
    async environment(name) {
      const path = join(folder, name);
      succeeded(await murre("venv", path));
      return openEnvironment(murre, path, folder);
    },
    write(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
  };
}

export function openEnvironment(murre: CommandWorld["murre"], path: string, cwd: string): Environment {
  const python = onWindows ? join(path, "Scripts", "python.exe") : join(path, "bin", "python");
  const pip = (...words: string[]) => murre("pip", ...words, "-p", path);
  return {
    folder: path,
    python,
    pip,
    installed: async () =>
      succeeded(await pip("freeze"))
        .stdout.split(/\r?\n/)
        .filter((line) => line !== ""),
    print: async (program) => succeeded(await run(python, ["-c", program], cwd, {})).stdout.trim(),
  };
}

/** @throws with all that was printed, when the exit code is another than 0. */
export function succeeded(result: Run): Run {
  if (result.code !== 0) throw new Error(`exit code ${result.code}\n${result.stdout}\n${result.stderr}`);
  return result;
}

/** The environment without what steers pip, murre, proxies and certificates on this machine. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const steering =
    /^(?:PIP_|MURRE_|UV_|PYTHON|VIRTUAL_ENV|CONDA_|(?:https?|all|no)_proxy$|SSL_CERT_|(?:REQUESTS|CURL)_CA_BUNDLE|NODE_EXTRA_CA_CERTS)/i;
  const own = Object.entries(process.env).filter(([name]) => !steering.test(name));
  return { ...Object.fromEntries(own), PIP_CONFIG_FILE: onWindows ? "nul" : "/dev/null" };
}

export function run(file: string, words: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, {
      cwd,
      env: { ...cleanEnvironment(), ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: longestRunMs,
      killSignal: "SIGKILL",
    });
    const printed = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", (text: string) => (printed[stream] += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...printed }));
  });
}

/** Everything below a folder, one text. */
export function allText(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path), { throwIfNoEntry: false })?.isFile() === true)
    .map((path) => `${path}\n${readFileSync(join(folder, path), "latin1")}`)
    .join("\n");
}
