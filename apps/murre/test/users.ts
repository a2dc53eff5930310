import { chmodSync, existsSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { run, type CommandWorld, type Run } from "./command-world.ts";

const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));

/** Somebody else than who runs the tests; no such user has an entry anywhere, and nothing is theirs. */
export interface OtherUser {
  readonly uid: number;
  readonly gid: number;
}

const prefix = ({ uid, gid }: OtherUser) => ["--reuid", `${uid}`, "--regid", `${gid}`, "--clear-groups"];

function canRunAs(user: OtherUser): boolean {
  if (spawnSync("setpriv", [...prefix(user), "true"]).status !== 0) return false;
  // A checkout or a Node in a home folder is closed to others.
  return spawnSync("setpriv", [...prefix(user), process.execPath, bin, "--version"]).status === 0;
}

/** Only root can become others, and they must be able to read the checkout: otherwise these tests are left out. */
export const canSwitchUsers = process.getuid?.() === 0 && canRunAs({ uid: 12001, gid: 13001 });

/** Lets everybody pass to a folder. */
export function open(folder: string): void {
  for (let at = folder; at !== dirname(at) && at !== "/tmp"; at = dirname(at)) if (existsSync(at)) chmodSync(at, 0o755);
}

/** Runs `murre WORDS` as another user, with nothing but these variables and a PATH. */
export function runAs(
  user: OtherUser,
  world: CommandWorld,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
  umask = "022",
): Promise<Run> {
  const variables = Object.entries({ PATH: "/usr/local/bin:/usr/bin:/bin", PIP_CONFIG_FILE: "/dev/null", ...env });
  const clean = ["env", "-i", ...variables.map(([name, value]) => `${name}=${value ?? ""}`)];
  const script = [`umask ${umask}; exec "$@"`, "sh", ...clean, process.execPath, bin, ...words];
  return run("setpriv", [...prefix(user), "sh", "-c", ...script], world.folder, {});
}
