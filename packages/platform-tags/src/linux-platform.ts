import type { ElfHeader, LibcVersion, PlatformTarget } from "./target.ts";

type LinuxTarget = Extract<PlatformTarget, { os: "linux" }>;

/** Architectures on which every glibc executable has the manylinux ABI; i686 and armv7l are looked at more closely. */
const PLAIN_ARCHITECTURES = new Set(["x86_64", "aarch64", "ppc64", "ppc64le", "s390x", "loongarch64", "riscv64"]);

/** The named policies before PEP 600, by the glibc version they stand for (PEP 513, 571, 599). */
const LEGACY_POLICIES: Readonly<Record<string, string>> = {
  "2_17": "manylinux2014",
  "2_12": "manylinux2010",
  "2_5": "manylinux1",
};

/** `packaging` assumes that a glibc 3 would follow 2.50 and run everything built for glibc 2. */
const LAST_MINOR_OF_A_MAJOR = 50;

const E_MACHINE_386 = 3;
const E_MACHINE_ARM = 40;
const ARM_ABI_MASK = 0xff000000;
const ARM_ABI_VERSION_5 = 0x05000000;
const ARM_ABI_HARD_FLOAT = 0x00000400;

/** Native first, then manylinux from the newest glibc down (PEP 600), then musllinux (PEP 656). */
export function linuxPlatforms(target: LinuxTarget): string[] {
  // An ARMv8 processor in 32-bit mode runs what was built for ARMv7.
  const architectures = target.architecture === "armv8l" ? ["armv8l", "armv7l"] : [target.architecture];
  return [
    ...architectures.map((architecture) => `linux_${architecture}`),
    ...(target.libc?.kind === "glibc" ? manylinux(target, architectures, target.libc.version) : []),
    ...(target.libc?.kind === "musl" ? musllinux(architectures, target.libc.version) : []),
  ];
}

function manylinux(target: LinuxTarget, architectures: readonly string[], glibc: LibcVersion): string[] {
  if (!hasManylinuxAbi(architectures, target.elf)) return [];
  // CentOS 5 (glibc 2.5) existed for x86 only; other architectures begin with CentOS 7 (2.17).
  const oldestMinor = architectures.some((name) => name === "x86_64" || name === "i686") ? 5 : 17;
  const refused = new Set(target.refusedManylinux);
  const platforms: string[] = [];
  for (const architecture of architectures)
    for (const version of glibcVersions(glibc, oldestMinor)) {
      if (refused.has(`${version}_${architecture}`)) continue;
      platforms.push(`manylinux_${version}_${architecture}`);
      const legacy = LEGACY_POLICIES[version];
      if (legacy !== undefined) platforms.push(`${legacy}_${architecture}`);
    }
  return platforms;
}

function hasManylinuxAbi(architectures: readonly string[], elf: ElfHeader | undefined): boolean {
  if (architectures.includes("armv7l")) return isHardFloatArm(elf);
  if (architectures.includes("i686")) return elf?.bits === 32 && elf.littleEndian && elf.machine === E_MACHINE_386;
  return architectures.some((name) => PLAIN_ARCHITECTURES.has(name));
}

/** PEP 599: the armv7l policy is for the hard-float ABI, which only the ELF header tells (ARM IHI 0044). */
function isHardFloatArm(elf: ElfHeader | undefined): boolean {
  return (
    elf?.bits === 32 &&
    elf.littleEndian &&
    elf.machine === E_MACHINE_ARM &&
    (elf.flags & ARM_ABI_MASK) === ARM_ABI_VERSION_5 &&
    (elf.flags & ARM_ABI_HARD_FLOAT) === ARM_ABI_HARD_FLOAT
  );
}

/** `2_36`, `2_35` … down to the oldest; a major above 2 is followed by the majors before it. */
function glibcVersions([major, minor]: LibcVersion, oldestMinor: number): string[] {
  const versions: string[] = [];
  for (let atMajor = major; atMajor >= 2; atMajor--) {
    const newest = atMajor === major ? minor : LAST_MINOR_OF_A_MAJOR;
    const oldest = atMajor === 2 ? oldestMinor : 0;
    for (let atMinor = newest; atMinor >= oldest; atMinor--) versions.push(`${atMajor}_${atMinor}`);
  }
  return versions;
}

/** PEP 656: every minor of the same major, downwards. */
function musllinux(architectures: readonly string[], [major, minor]: LibcVersion): string[] {
  const platforms: string[] = [];
  for (const architecture of architectures)
    for (let atMinor = minor; atMinor >= 0; atMinor--) platforms.push(`musllinux_${major}_${atMinor}_${architecture}`);
  return platforms;
}
