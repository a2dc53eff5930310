import { temporaryFolder } from "@murre/test-kit";
import { writeFileSync } from "node:fs";
import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const call = promisify(execFile);
const longestWaitMs = 8_000;

export const hasTmux = spawnSync("tmux", ["-V"]).status === 0;

/** A terminal at which somebody sits, with a shell in it. */
export interface UserTerminal {
  /** Types a line, and presses Enter. */
  type(line: string): Promise<void>;
  /** Presses a key by tmux's name for it, such as `C-c`. */
  press(key: string): Promise<void>;
  /** Waits until what the terminal shows matches, and returns that. @throws with what it shows instead after a while */
  shows(pattern: RegExp): Promise<string>;
  close(): Promise<void>;
}

/** Opens a terminal of so many columns and 24 rows, whose shell has these variables and asks by `$ `. */
export async function openTerminal(columns: number, cwd: string, env: NodeJS.ProcessEnv): Promise<UserTerminal> {
  const folder = temporaryFolder("tmux");
  const start = join(folder, "start");
  writeFileSync(start, "PS1='$ '\n");
  const options = { cwd, env: { ...env, ENV: start, TMUX: undefined } };
  const words = ["-u", "-S", join(folder, "socket"), "-f", "/dev/null"];
  const tmux = async (...more: string[]) => (await call("tmux", [...words, ...more], options)).stdout;
  await tmux("new-session", "-d", "-x", String(columns), "-y", "24", "exec sh", ";", "set", "-g", "status", "off");
  const screen = async () => (await tmux("capture-pane", "-p")).trimEnd();
  const terminal: UserTerminal = {
    async type(line) {
      await tmux("send-keys", "-l", line);
      await tmux("send-keys", "Enter");
    },
    press: async (key) => void (await tmux("send-keys", key)),
    async shows(pattern) {
      let shown = await screen();
      for (const end = Date.now() + longestWaitMs; !pattern.test(shown); shown = await screen()) {
        if (Date.now() > end) throw new Error(`the terminal does not come to show ${pattern}, but\n${shown}`);
        await sleep(20);
      }
      return shown;
    },
    close: async () => void (await tmux("kill-server")),
  };
  try {
    await terminal.shows(/\$$/);
  } catch (error) {
    await terminal.close();
    throw error;
  }
  return terminal;
}
