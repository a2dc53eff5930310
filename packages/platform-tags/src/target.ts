/** `[major, minor]` of a C library. */
export type LibcVersion = readonly [number, number];

/** What the first bytes of an interpreter's executable say, for the two architectures whose manylinux ABI depends on it. */
export interface ElfHeader {
  readonly bits: 32 | 64;
  readonly littleEndian: boolean;
  /** `e_machine`: 3 is i386, 40 is ARM. */
  readonly machine: number;
  /** `e_flags`, where ARM notes its EABI version and hard float. */
  readonly flags: number;
}

/** The platform an interpreter runs on: what `packaging.tags.platform_tags()` asks the running system for. */
export type PlatformTarget =
  | {
      readonly os: "linux";
      /** As the tag has it: `x86_64`, `aarch64`, `i686`, `armv7l`, `armv8l` … (the interpreter's, not the kernel's). */
      readonly architecture: string;
      /** Absent when the interpreter is linked with neither, or statically. */
      readonly libc?: { readonly kind: "glibc" | "musl"; readonly version: LibcVersion };
      /** Absent when the executable is no ELF file or was not read. */
      readonly elf?: ElfHeader;
      /** Versions the system's `_manylinux` module refuses: `2_17_x86_64` (PEP 600). */
      readonly refusedManylinux?: readonly string[];
    }
  | { readonly os: "macos"; readonly version: readonly [number, number]; readonly architecture: string }
  | { readonly os: "ios"; readonly version: readonly [number, number]; readonly multiarch: string }
  | { readonly os: "android"; readonly apiLevel: number; readonly abi: string }
  /** Everything with a single platform tag; `platform` is `sysconfig.get_platform()`: `win-amd64`, `freebsd-14.1-release-amd64`. */
  | { readonly os: "windows" | "other"; readonly platform: string }
  | { readonly os: "emscripten"; readonly platform: string; readonly pyemscripten?: string };

/** One interpreter on one platform, as plain JSON: all that its supported tags depend on. */
export interface TagTarget {
  /** `sys.implementation.name`: `cpython`, `pypy`, `graalpy` … */
  readonly implementation: string;
  readonly version: readonly [number, number];
  /** CPython: built with `--with-pydebug`. */
  readonly debug?: boolean;
  /** CPython 3.13 and later: built with `--disable-gil`. */
  readonly freeThreaded?: boolean;
  /** CPython before 3.8: the `m` of `cp37m`; taken as true when absent. */
  readonly pymalloc?: boolean;
  /** `sysconfig.get_config_var("EXT_SUFFIX")`, from which the ABI of everything but CPython is read. */
  readonly extensionSuffix?: string;
  /** ABIs that were asked for, in the place of the interpreter's own (pip's `--abi`); the stable one and none are there in any case. */
  readonly abis?: readonly string[];
  readonly platform: PlatformTarget;
}
