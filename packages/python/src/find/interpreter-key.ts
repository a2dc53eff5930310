import { parseVersion } from "@murre/pep440";
import type { Interpreter } from "../interpreter/interpreter.ts";

/** What uv calls an interpreter, whole and in its parts. */
export interface InterpreterKey {
  /** `cpython-3.13.1+freethreaded-linux-x86_64-gnu`. */
  readonly key: string;
  readonly implementation: string;
  /** Of its language. */
  readonly version: string;
  readonly release: { readonly major: number; readonly minor: number; readonly patch: number };
  readonly variant: "default" | "debug" | "freethreaded" | "freethreaded+debug";
  readonly os: string;
  readonly arch: string;
  /** `gnu`, `musl`; `none` where there is no choice. */
  readonly libc: string;
}

export function interpreterKey({ implementation, version, tagTarget }: Interpreter): InterpreterKey {
  const [major = 0, minor = 0, patch = 0] = parseVersion(version.replace(/\+$/, "")).release;
  const isDebug = tagTarget.debug === true;
  const variant = tagTarget.freeThreaded === true ? (isDebug ? "freethreaded+debug" : "freethreaded") : undefined;
  const { os, arch, libc } = systemOf(tagTarget.platform);
  const shown = variant ?? (isDebug ? "debug" : undefined);
  const suffix = shown === undefined ? "" : `+${shown}`;
  return {
    key: `${implementation}-${version}${suffix}-${os}-${arch}-${libc}`,
    implementation,
    version,
    release: { major, minor, patch },
    variant: shown ?? "default",
    os,
    arch,
    libc,
  };
}

type System = Pick<InterpreterKey, "os" | "arch" | "libc">;

function systemOf(platform: Interpreter["tagTarget"]["platform"]): System {
  switch (platform.os) {
    case "linux": {
      const arch = architectureOf(platform.architecture);
      const gnu = arch.startsWith("armv") ? "gnueabihf" : "gnu";
      const libc = platform.libc?.kind ?? "none";
      return { os: "linux", arch, libc: libc === "glibc" ? gnu : libc };
    }
    case "macos":
      return { os: "macos", arch: architectureOf(platform.architecture), libc: "none" };
    case "windows":
      return { os: "windows", arch: architectureOf(platform.platform.replace(/^win-?/, "")), libc: "none" };
    case "ios":
    case "android": {
      const machine = platform.os === "ios" ? platform.multiarch.split("-")[0] : platform.abi;
      return { os: platform.os, arch: architectureOf(machine ?? ""), libc: "none" };
    }
    default: {
      // `freebsd-14.1-release-amd64`.
      const parts = platform.platform.split(/[-_]/);
      return { os: parts[0] ?? platform.os, arch: architectureOf(parts.at(-1) ?? ""), libc: "none" };
    }
  }
}

/** Where uv says otherwise than the interpreter. */
const architectures: Readonly<Record<string, string>> = {
  amd64: "x86_64",
  arm64: "aarch64",
  arm64_v8a: "aarch64",
  i386: "x86",
  i686: "x86",
  "32": "x86",
  armv7l: "armv7",
  armv8l: "armv7",
  ppc: "powerpc",
  ppc64: "powerpc64",
  ppc64le: "powerpc64le",
};

function architectureOf(name: string): string {
  return architectures[name] ?? name;
}
