import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { PythonContext, RunProgram } from "../src/interpreter/interpreter.ts";

/** A home with files where interpreters are looked for, whose answers are given and never run. */
export class FakeMachine {
  readonly home = mkdtempSync(join(tmpdir(), "murre-find-"));
  readonly cwd = join(this.home, "code", "project");
  /** What was run, in order. */
  readonly started: string[] = [];
  readonly answers = new Map<string, string>();

  constructor() {
    mkdirSync(this.cwd, { recursive: true });
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Puts a file where an interpreter is looked for; `run` answers for it with this version. */
  install(path: string, version: string, changes: object = {}): string {
    const file = this.write(path, "interpreter");
    chmodSync(file, 0o755);
    this.answers.set(file, JSON.stringify(reportOf(file, version, changes)));
    return file;
  }

  environment(path: string, version: string, executable = "bin/python"): string {
    this.write(`${path}/pyvenv.cfg`, "home = /usr/bin\n");
    return this.install(`${path}/${executable}`, version, { prefix: join(this.home, path) });
  }

  write(path: string, text: string): string {
    const file = join(this.home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  context(env: PythonContext["env"], changes: Partial<PythonContext> = {}): PythonContext {
    return { env, cwd: this.cwd, platform: "linux", home: this.home, run: this.run, ...changes };
  }

  path(...folders: string[]): { PATH: string } {
    return { PATH: folders.map((folder) => join(this.home, folder)).join(":") };
  }

  readonly run: RunProgram = (program) => {
    this.started.push(program);
    const stdout = this.answers.get(program);
    return stdout === undefined
      ? { exitCode: 127, stdout: "", stderr: "not a program" }
      : { exitCode: 0, stdout, stderr: "" };
  };
}

const markers = {
  implementation_name: "cpython",
  implementation_version: "",
  os_name: "posix",
  platform_machine: "x86_64",
  platform_release: "",
  platform_system: "Other",
  platform_version: "",
  platform_python_implementation: "CPython",
  sys_platform: "other",
};

/** What a report says of the tags. */
export function tagsOf(version: string): object {
  return {
    version: version.split(".", 2).map(Number),
    debug: false,
    freeThreaded: false,
    extensionSuffix: null,
    platform: "other",
    bits: 64,
    glibc: null,
    refusedManylinux: [],
    mac: null,
    ios: null,
    multiarch: null,
    android: null,
    pyemscripten: null,
  };
}

export function reportOf(file: string, version: string, changes: object = {}): object {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const folders = { purelib: "/usr/lib", platlib: "/usr/lib", scripts: "/usr/bin" };
  return {
    version,
    implementation: "cpython",
    abiFlags: "",
    markers: { ...markers, python_full_version: version, python_version: `${major}.${minor}` },
    executable: file,
    running: file,
    prefix: "/usr",
    basePrefix: "/usr",
    paths: { ...folders, data: "/usr", include: "/usr/include", stdlib: "/usr/lib/python" },
    environmentPaths: { purelib: "{base}/lib/s", platlib: "{platbase}/lib/s", scripts: "{base}/bin" },
    baseSitePackages: [],
    tags: tagsOf(version),
    ...changes,
  };
}

/** A cache of answers in memory. */
export function memoryCache(): NonNullable<PythonContext["cache"]> & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return { kept, read: (key) => kept.get(key), write: (key, value) => void kept.set(key, value) };
}
