import type { MarkerEnvironment } from "@murre/pep508";
import type { TagTarget } from "@murre/platform-tags";

/** Where the parts of a wheel go (PEP 427), absolute. `headers` is the folder below which each distribution gets its own. */
export interface InstallationSchemes {
  readonly purelib: string;
  readonly platlib: string;
  readonly scripts: string;
  readonly data: string;
  readonly headers: string;
}

/** A Python interpreter, or the one of a virtual environment, as plain JSON. */
export interface Interpreter {
  /** Absolute, links not resolved: starting it under this name makes it the environment's interpreter. */
  readonly executable: string;
  /** `3.11.7`, `3.13.0rc1`. */
  readonly version: string;
  /** `sys.implementation.name`: `cpython`, `pypy` … */
  readonly implementation: string;
  readonly markerEnvironment: MarkerEnvironment;
  readonly tagTarget: TagTarget;
  readonly schemes: InstallationSchemes;
  readonly prefix: string;
  readonly basePrefix: string;
  /** The interpreter that environments are made from: `executable` itself, or what the environment's `home` holds. */
  readonly baseExecutable: string;
  readonly isVirtual: boolean;
  /** Virtual environments: `include-system-site-packages`. */
  readonly systemSitePackages: boolean;
  /** The folders of the interpreter below, which an environment with `systemSitePackages` sees as well. */
  readonly baseSitePackages: readonly string[];
  /** Where the standard library lies. */
  readonly standardLibrary: string;
  /** What an environment made from it looks like: paths relative to the environment's prefix, with `/`. */
  readonly environmentScheme: Omit<InstallationSchemes, "data">;
  /** CPython: the `t` and `d` flags as the names of executables have them. */
  readonly abiFlags: string;
  /** PEP 668: the message of EXTERNALLY-MANAGED; absent in virtual environments and where there is no such file. */
  readonly externallyManaged?: string;
}

/** Remembers what probes said. `read` and `write` must not throw; what is lost is probed again. */
export interface ProbeCache {
  read(key: string): string | undefined;
  write(key: string, value: string): void;
  /** Of all processes that want one key, one makes it while the others wait and look. Default: each makes it. */
  readonly once?: <Found extends object>(
    key: string,
    lookup: () => Found | undefined,
    make: () => Promise<Found>,
  ) => Promise<Found>;
}

/** The surroundings in which interpreters are looked for: everything that discovery would otherwise ask the process for. */
export interface PythonContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly cache?: ProbeCache;
  /** Starts a program and waits for it; by default `spawnSync`. `withoutWaiting` gives a search one that does not. */
  readonly run?: RunProgram;
}

export interface ProgramResult {
  /** null when it could not be started, or was killed by a signal or after its time. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunProgram = (
  program: string,
  args: readonly string[],
  options: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly timeoutMs: number;
    /** Wrappers of version managers ask the working folder's configuration. */
    readonly cwd?: string;
  },
) => ProgramResult;
