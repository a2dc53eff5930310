import { readStream, temporaryPlace } from "@murre/files";
import { chosenCacheFolder, defaultCacheFolder } from "@murre/cache";
import {
  checkOptions,
  configuredOptions,
  createInstaller,
  type ConfiguredOption,
  type ConfiguredRequest,
  FileSystemRefused,
  optionKinds,
  type InstallerSettings,
  type Operations,
  type OptionRules,
} from "@murre/installer";
import { devNull, homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { version } from "./version.ts";

/** What a program may decide for murre; everything else is taken from the process, as the command does. */
export interface MurreSettings {
  /** Default: MURRE_CACHE_DIR, else the platform's place. */
  readonly cacheFolder?: string;
  /** Default: the process's own. */
  readonly cwd?: string;
  /** Environment variables: murre's own, pip's, and those of the programs that it starts. Default: the process's own. */
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
  const home = homeFolder();
  const logs = env["MURRE_BUILD_LOGS"] ?? "";
  const cwd = settings.cwd === undefined ? currentFolder() : resolve(settings.cwd);
  return createInstaller({
    ...cacheOf(settings, env, home, cwd),
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

/** What variables and files say of a command's options, in the process's folder unless another one is named. */
export function readConfigured(request: ConfiguredRequest, cwd?: string): Promise<readonly ConfiguredOption[]> {
  const { env, platform } = process;
  const folder = cwd === undefined ? currentFolder() : resolve(cwd);
  return configuredOptions({ env, platform, home: homeFolder(), cwd: folder }, request);
}

/** @throws {FileSystemRefused} where it was removed meanwhile */
function currentFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new FileSystemRefused(
      undefined,
      `the current folder is not there any more (${code}); change to one that is`,
      {
        cause: error,
      },
    );
  }
}

/** Below the null device nothing is, and nothing can be made: what would lie in a home folder is not there. */
const nobodysHome = join(devNull, "nobody");

/** In a container that runs under any user id there is neither HOME nor an entry of that user. */
function homeFolder(): string {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : nobodysHome;
  } catch {
    return nobodysHome;
  }
}

function cacheOf(
  settings: MurreSettings,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  cwd: string,
): Pick<InstallerSettings, "cacheFolder" | "cachePlace"> {
  const folder = settings.cacheFolder ?? defaultCacheFolder({ platform: process.platform, env, home });
  if (settings.cacheFolder !== undefined || chosenCacheFolder(env) !== undefined)
    return { cacheFolder: resolve(cwd, folder), cachePlace: "named" };
  if (!folder.startsWith(nobodysHome)) return { cacheFolder: folder, cachePlace: "default" };
  // Under a name of this user's: the cache looks whose it is, so that nobody else can have made it.
  return { cacheFolder: join(temporaryPlace(), `murre-cache-${process.getuid?.() ?? ""}`), cachePlace: "temporary" };
}

function threadsOf(threads: number): { threads?: number } {
  return Number.isInteger(threads) && threads > 0 ? { threads } : {};
}
