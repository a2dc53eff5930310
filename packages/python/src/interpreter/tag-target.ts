import type { LibcVersion, PlatformTarget, TagTarget } from "@murre/platform-tags";
import type { ElfFacts } from "./elf.ts";
import type { ProbeReport } from "./probe-script.ts";

/** What only Linux tags need besides the report. */
export interface LinuxFacts {
  readonly elf: ElfFacts | undefined;
  /** Runs a musl loader, which prints its version to stderr. */
  readonly describeLoader: (loader: string) => string;
}

export function tagTargetOf(report: ProbeReport, linux: () => LinuxFacts): TagTarget {
  const { tags } = report;
  return {
    implementation: report.implementation,
    version: tags.version,
    debug: tags.debug,
    freeThreaded: tags.freeThreaded,
    ...(tags.extensionSuffix === null ? {} : { extensionSuffix: tags.extensionSuffix }),
    platform: platformTargetOf(report, linux),
  };
}

function platformTargetOf({ tags, markers }: ProbeReport, linux: () => LinuxFacts): PlatformTarget {
  switch (markers["platform_system"]) {
    case "Linux":
      return linuxTargetOf(tags, linux);
    case "Darwin":
      return {
        os: "macos",
        version: versionPair(tags.mac?.[0]) ?? [10, 9],
        architecture: macArchitecture(tags.mac?.[1] ?? "", tags.bits),
      };
    case "iOS":
      return { os: "ios", version: versionPair(tags.ios ?? undefined) ?? [12, 0], multiarch: tags.multiarch ?? "" };
    case "Android":
      return { os: "android", apiLevel: tags.android ?? 0, abi: tags.platform.split("-").at(-1) ?? "" };
    case "Emscripten":
      return {
        os: "emscripten",
        platform: tags.platform,
        ...(tags.pyemscripten === null ? {} : { pyemscripten: tags.pyemscripten }),
      };
    case "Windows":
      return { os: "windows", platform: tags.platform };
    default:
      return { os: "other", platform: tags.platform };
  }
}

/** A 64-bit kernel runs 32-bit interpreters, whose platform still has the kernel's name. */
const NARROW_ARCHITECTURES: Readonly<Record<string, string>> = { x86_64: "i686", aarch64: "armv8l" };

function linuxTargetOf(tags: ProbeReport["tags"], linux: () => LinuxFacts): PlatformTarget {
  const name = tags.platform.replaceAll(/[-. ]/g, "_");
  if (!name.startsWith("linux_")) return { os: "other", platform: tags.platform };
  const wide = name.slice("linux_".length);
  const architecture = (tags.bits === 32 ? NARROW_ARCHITECTURES[wide] : undefined) ?? wide;
  const { elf, describeLoader } = linux();
  const glibc = versionPair(tags.glibc ?? undefined);
  const musl = glibc || !elf?.loader?.includes("musl") ? undefined : muslVersion(describeLoader(elf.loader));
  return {
    os: "linux",
    architecture,
    ...(glibc ? { libc: { kind: "glibc", version: glibc } as const } : {}),
    ...(musl ? { libc: { kind: "musl", version: musl } as const } : {}),
    ...(elf ? { elf: elf.header } : {}),
    ...(tags.refusedManylinux.length > 0 ? { refusedManylinux: tags.refusedManylinux } : {}),
  };
}

/** The first two numbers; vendors append to the minor one, `2.20-2014.11`. */
function versionPair(text: string | undefined): LibcVersion | undefined {
  const match = /^(\d+)(?:\.(\d+))?/.exec(text ?? "");
  return match ? [Number(match[1]), Number(match[2] ?? 0)] : undefined;
}

/** PEP 656: the loader says `musl libc (x86_64)`, then `Version 1.2.2`. */
function muslVersion(output: string): LibcVersion | undefined {
  const match = /^musl[^\n]*\n\s*Version (\d+)\.(\d+)/.exec(output.trimStart());
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

function macArchitecture(architecture: string, bits: 32 | 64): string {
  if (bits === 64) return architecture;
  return architecture.startsWith("ppc") ? "ppc" : "i386";
}
