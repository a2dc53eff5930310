import type { MarkerEnvironment } from "@murre/pep508";
import type { PlatformTarget } from "@murre/platform-tags";

/** A platform that is not this machine: what markers ask of it, and what its tags are made from. */
export interface NamedPlatform {
  readonly markers: Pick<
    MarkerEnvironment,
    "os_name" | "sys_platform" | "platform_machine" | "platform_system" | "platform_release" | "platform_version"
  >;
  readonly tags: PlatformTarget;
}

/** What another system than the oldest that is counted on is named by: uv's variables. */
type Variables = Readonly<Record<string, string | undefined>>;

const linux = { os_name: "posix", sys_platform: "linux", platform_system: "Linux" };
const darwin = { os_name: "posix", sys_platform: "darwin", platform_system: "Darwin" };
const windows = { os_name: "nt", sys_platform: "win32", platform_system: "Windows" };
const android = { os_name: "posix", sys_platform: "android", platform_system: "Android" };
const ios = { os_name: "posix", sys_platform: "ios", platform_system: "iOS" };
const emscripten = { os_name: "posix", sys_platform: "emscripten", platform_system: "Emscripten" };

type Kind = typeof linux;

/** Of a platform that is only named nobody knows the kernel. */
function named(kind: Kind, platform_machine: string, tags: PlatformTarget): NamedPlatform {
  return { markers: { ...kind, platform_machine, platform_release: "", platform_version: "" }, tags };
}

function glibc(architecture: string, minor: number): NamedPlatform {
  return named(linux, architecture, { os: "linux", architecture, libc: { kind: "glibc", version: [2, minor] } });
}

function musl(architecture: string): NamedPlatform {
  return named(linux, architecture, { os: "linux", architecture, libc: { kind: "musl", version: [1, 2] } });
}

function macos(architecture: string, variables: Variables): NamedPlatform {
  const version = versionOf(variables["MACOSX_DEPLOYMENT_TARGET"], [13, 0]);
  return named(darwin, architecture, { os: "macos", version, architecture });
}

function iphone(architecture: string, sdk: string, variables: Variables): NamedPlatform {
  const version = versionOf(variables["IPHONEOS_DEPLOYMENT_TARGET"], [13, 0]);
  return named(ios, architecture, { os: "ios", version, multiarch: `${architecture}-${sdk}` });
}

function phone(architecture: string, abi: string, variables: Variables): NamedPlatform {
  const [apiLevel] = versionOf(variables["ANDROID_API_LEVEL"], [24, 0]);
  return named(android, architecture, { os: "android", apiLevel, abi });
}

function pyodide(year: string): NamedPlatform {
  return named(emscripten, "wasm32", { os: "emscripten", platform: `pyodide_${year}_0_wasm32` });
}

function versionOf(text: string | undefined, otherwise: readonly [number, number]): readonly [number, number] {
  const [, major, minor = "0"] = /^\s*(\d+)(?:\.(\d+))?/.exec(text ?? "") ?? [];
  return major === undefined ? otherwise : [Number(major), Number(minor)];
}

/** The glibc that a Linux without a number has: uv's choice. */
const commonGlibc = 28;

const fixed: Readonly<Record<string, (variables: Variables) => NamedPlatform>> = {
  "x86_64-pc-windows-msvc": () => named(windows, "x86_64", { os: "windows", platform: "win-amd64" }),
  "aarch64-pc-windows-msvc": () => named(windows, "ARM64", { os: "windows", platform: "win-arm64" }),
  "i686-pc-windows-msvc": () => named(windows, "x86", { os: "windows", platform: "win32" }),
  "x86_64-unknown-linux-gnu": () => glibc("x86_64", commonGlibc),
  "aarch64-unknown-linux-gnu": () => glibc("aarch64", commonGlibc),
  "x86_64-unknown-linux-musl": () => musl("x86_64"),
  "aarch64-unknown-linux-musl": () => musl("aarch64"),
  "riscv64-unknown-linux": () => glibc("riscv64", 39),
  "aarch64-apple-darwin": (variables) => macos("arm64", variables),
  "x86_64-apple-darwin": (variables) => macos("x86_64", variables),
  "aarch64-linux-android": (variables) => phone("aarch64", "arm64_v8a", variables),
  "x86_64-linux-android": (variables) => phone("x86_64", "x86_64", variables),
  "wasm32-pyodide2024": () => pyodide("2024"),
  "wasm32-pyodide2025": () => pyodide("2025"),
  "arm64-apple-ios": (variables) => iphone("arm64", "iphoneos", variables),
  "arm64-apple-ios-simulator": (variables) => iphone("arm64", "iphonesimulator", variables),
  "x86_64-apple-ios-simulator": (variables) => iphone("x86_64", "iphonesimulator", variables),
};

const aliases: Readonly<Record<string, string>> = {
  windows: "x86_64-pc-windows-msvc",
  linux: "x86_64-unknown-linux-gnu",
  macos: "aarch64-apple-darwin",
};

/** For messages. */
export const platformNames: readonly string[] = [
  ...Object.keys(aliases),
  ...Object.keys(fixed),
  "x86_64-manylinux_2_28 (and other numbers)",
];

/** The platform of uv's name for it; undefined where there is none. */
export function namedPlatform(name: string, variables: Variables): NamedPlatform | undefined {
  const triple = Object.hasOwn(aliases, name) ? aliases[name]! : name;
  if (Object.hasOwn(fixed, triple)) return fixed[triple]!(variables);
  const [, architecture, minor] = /^(x86_64|aarch64)-manylinux(?:_2_(\d{1,3})|2014)$/.exec(triple) ?? [];
  return architecture === undefined ? undefined : glibc(architecture, Number(minor ?? 17));
}
