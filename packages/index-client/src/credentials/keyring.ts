import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { posix, win32 } from "node:path";
import { redactUrl } from "@murre/pep508";
import type { Credentials } from "./netrc.ts";

/**
 * Who is asked for passwords: `subprocess` is the program `keyring` on the PATH, `import` the module of that name of the operation's Python.
 * With `auto` the program is asked where there is one, and only for what a server has refused.
 */
export type KeyringProvider = "auto" | "disabled" | "import" | "subprocess";

export interface KeyringSettings {
  readonly provider: KeyringProvider;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A value like `process.platform`. */
  readonly platform: string;
  /** The interpreter whose `keyring` is imported. @throws where there is none */
  readonly python?: (() => string | Promise<string>) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What the keyring writes while it works, such as where to log in; and why it could not be asked. Never a secret. */
  readonly onMessage: (text: string) => void;
}

/** Finds the password of a service. */
export interface Keyring {
  /**
   * Asked once in a run for each service and user.
   * @param username undefined: the keyring knows it
   */
  find(service: string, username: string | undefined): Promise<Credentials | undefined>;
}

/** Opens a keyring. No process is started before it is asked. */
export function openKeyring(settings: KeyringSettings): Keyring {
  const answers = new Map<string, Promise<Credentials | undefined>>();
  let told = false;
  const cannot = (reason: string) => {
    if (!told) settings.onMessage(`the keyring cannot be asked: ${reason}`);
    told = true;
    return undefined;
  };
  const ask = async (service: string, username: string | undefined): Promise<Credentials | undefined> => {
    if (settings.provider === "import") return askModule(settings, service, username, cannot);
    const program = findProgram(settings);
    if (program === undefined) return cannot("there is no program `keyring` on the PATH");
    return askProgram(program, settings, service, username, cannot);
  };
  return {
    find(service, username) {
      const key = JSON.stringify([service, username]);
      const known = answers.get(key) ?? ask(service, username);
      answers.set(key, known);
      return known;
    },
  };
}

type Cannot = (reason: string) => undefined;

async function askProgram(
  program: string,
  settings: KeyringSettings,
  service: string,
  username: string | undefined,
  cannot: Cannot,
): Promise<Credentials | undefined> {
  // What looks like an option would be one.
  if (username?.startsWith("-") === true) return undefined;
  const words = username === undefined ? ["--mode", "creds", "get", service] : ["get", service, username];
  const output = await run(program, words, settings, cannot);
  if (output === undefined) return undefined;
  const lines = output.split(/\r?\n/);
  if (username !== undefined) return lines[0] === "" ? undefined : { username, password: lines[0] ?? "" };
  const [name, password] = lines;
  return name === undefined || password === undefined || password === "" ? undefined : { username: name, password };
}

/** Prints what it finds as JSON. Nothing is imported from the working folder. */
const importing = `import sys
sys.path = [place for place in sys.path if place]
import json
try: import keyring
except ImportError: sys.exit(print('"none"'))
service, username = json.loads(sys.argv[1])
found = getattr(keyring, "get_credential", None) and keyring.get_credential(service, username)
if found: answer = [found.username, found.password]
elif username is not None: answer = [username, keyring.get_password(service, username)]
else: answer = None
print(json.dumps(answer))
`;

async function askModule(
  settings: KeyringSettings,
  service: string,
  username: string | undefined,
  cannot: Cannot,
): Promise<Credentials | undefined> {
  let python: string | undefined;
  try {
    python = await settings.python?.();
  } catch {
    // As without one.
  }
  if (python === undefined) return cannot("there is no Python that could import it");
  const output = await run(python, ["-c", importing, JSON.stringify([service, username ?? null])], settings, cannot);
  try {
    const found: unknown = JSON.parse(output?.trim().split("\n").at(-1) ?? "null");
    if (found === "none") return cannot(`${python} has no module of that name`);
    const [name, password] = Array.isArray(found) ? (found as unknown[]) : [];
    return typeof name === "string" && typeof password === "string" && password !== ""
      ? { username: name, password }
      : undefined;
  } catch {
    return cannot("its answer is none");
  }
}

/** No password is as long. */
const longestAnswer = 65_536;

/** What a process prints; undefined where it fails, which is how a keyring says that it has nothing. */
function run(
  program: string,
  words: readonly string[],
  { env, signal, onMessage }: KeyringSettings,
  cannot: Cannot,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const options = {
      env: { ...env, PYTHONIOENCODING: "utf-8" },
      maxBuffer: longestAnswer,
      windowsHide: true,
      ...(signal === undefined ? {} : { signal }),
    };
    const child = execFile(program, words, options, (error, stdout) => {
      if (signal?.aborted === true) reject(signal.reason as Error);
      else if (error === null) resolve(stdout);
      else if (typeof error.code === "string") resolve(cannot(`${program} cannot be run (${error.code})`));
      else resolve(undefined);
    });
    // It asks nobody for a password: nobody would see the question.
    child.stdin?.end();
    child.stderr?.setEncoding("utf8");
    child.stderr?.on("data", (text: string) => {
      for (const line of text.split(/\r?\n/)) if (line.trim() !== "") onMessage(`keyring: ${redactUrl(line)}`);
    });
  });
}

/** Never one of the working folder, where the system would look as well on Windows. */
function findProgram({ env, platform }: KeyringSettings): string | undefined {
  const onWindows = platform === "win32";
  const path = onWindows ? win32 : posix;
  const folders = (env["PATH"] ?? (onWindows ? env["Path"] : undefined) ?? "").split(path.delimiter);
  return folders
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, onWindows ? "keyring.exe" : "keyring"))
    .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}
