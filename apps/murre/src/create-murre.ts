import { readStream } from "@murre/files";
import { defaultCacheFolder } from "@murre/cache";
import { checkOptions, createInstaller, optionKinds, type Operations, type OptionRules } from "@murre/installer";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { version } from "./version.ts";

/** What a program may decide for murre; everything else is taken from the process, as the command does. */
export interface MurreSettings {
  /** Default: MURRE_CACHE_DIR, else the platform's place. */
  readonly cacheFolder?: string;
  /** Default: the process's own. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Threads for unpacking and linking. Default: MURRE_THREADS, else one for each processor, at most 8. */
  readonly threads?: number;
}

const { positiveCount, text: path, variables } = optionKinds;
const rules: OptionRules<MurreSettings> = {
  options: { cacheFolder: path, cwd: path, env: variables, threads: positiveCount },
};

/** Makes murre's operations. Nothing is read or started before one of them is called. @throws {InvalidOption} */
export function createMurre(settings: MurreSettings = {}): Operations {
  checkOptions("createMurre", rules, settings);
  const env = settings.env ?? process.env;
  const home = homedir();
  const logs = env["MURRE_BUILD_LOGS"] ?? "";
  const cwd = resolve(settings.cwd ?? ".");
  return createInstaller({
    cacheFolder: resolve(cwd, settings.cacheFolder ?? defaultCacheFolder({ platform: process.platform, env, home })),
    cwd,
    home,
    env,
    platform: process.platform,
    version,
    readStandardInput: async (signal) =>
      (await readStream(process.stdin, "standard input", { signal })).toString("utf8"),
    ...(logs === "" ? {} : { buildLogFolder: resolve(cwd, logs) }),
    ...threadsOf(settings.threads ?? Number(env["MURRE_THREADS"])),
  });
}

function threadsOf(threads: number): { threads?: number } {
  return Number.isInteger(threads) && threads > 0 ? { threads } : {};
}
