import { hasCode } from "@murre/files";
import { tryParseVersion } from "@murre/pep440";
import type { MarkerEnvironment } from "@murre/pep508";
import type { TagTarget } from "@murre/platform-tags";
import type { PythonErrorCode } from "@murre/python";
import { namedPlatform, type NamedPlatform } from "./python-platform.ts";

/** The Python that distributions are chosen for: an interpreter of this machine, or one that is only described. */
export interface TargetPython {
  /** `sys.implementation.name`: `cpython`, `pypy` … */
  readonly implementation: string;
  /** `3.11.7`. */
  readonly version: string;
  readonly markerEnvironment: MarkerEnvironment;
  readonly tagTarget: TagTarget;
  /** What distributions say of Requires-Python does not count. */
  readonly ignoresRequiresPython?: boolean;
}

/** A version of Python that was asked for. */
export interface PythonVersion {
  /** With all three numbers, and what follows them. */
  readonly full: string;
  readonly pair: readonly [number, number];
}

/** `3.12` is `3.12.0`, as in uv. Undefined where it is no version of Python. */
export function parsePythonVersion(text: string): PythonVersion | undefined {
  const match = /^3\.(\d{1,3})(?:\.\d{1,4})?(?:(?:a|b|rc)\d{1,3})?$/.exec(text.trim());
  const version = match === null ? undefined : tryParseVersion(text.trim());
  if (version === undefined || match === null) return undefined;
  const plain = version.toString();
  const full = /^\d+\.\d+(?=[a-z]|$)/.test(plain) ? plain.replace(/^(\d+\.\d+)/, "$1.0") : plain;
  return { full, pair: [3, Number(match[1])] };
}

/** The Python that is chosen for, as far as it is described; the rest is the interpreter's. */
export interface DescribedPython {
  readonly version: PythonVersion | undefined;
  readonly platform: NamedPlatform | undefined;
  /** `sys.implementation.name` of another implementation of Python, whose tags are taken. */
  readonly implementation?: string | undefined;
  readonly abis?: readonly string[] | undefined;
  readonly ignoresRequiresPython?: boolean | undefined;
}

/** That Python, with another version or on another platform. */
export function describedPython(base: TargetPython, described: DescribedPython): TargetPython {
  return withOwnTags(elsewhere(base, described), described);
}

/** With tags of another implementation or of other ABIs, for which markers say nothing (pip). */
function withOwnTags(base: TargetPython, described: DescribedPython): TargetPython {
  const { implementation, abis, ignoresRequiresPython = false } = described;
  const ignoring = ignoresRequiresPython ? { ignoresRequiresPython } : {};
  if (implementation === undefined && abis === undefined)
    return ignoresRequiresPython ? { ...base, ...ignoring } : base;
  const { extensionSuffix, ...tagTarget } = base.tagTarget;
  const isOwn = implementation === undefined || implementation === tagTarget.implementation;
  return {
    ...base,
    ...ignoring,
    tagTarget: {
      ...tagTarget,
      ...(implementation === undefined ? {} : { implementation }),
      ...(isOwn && extensionSuffix !== undefined ? { extensionSuffix } : {}),
      ...(abis === undefined ? {} : { abis }),
    },
  };
}

function elsewhere(base: TargetPython, { version, platform }: DescribedPython): TargetPython {
  if (version === undefined && platform === undefined) return base;
  const { full, pair } = version ?? { full: base.version, pair: base.tagTarget.version };
  return {
    implementation: base.implementation,
    version: full,
    markerEnvironment: {
      ...base.markerEnvironment,
      ...platform?.markers,
      python_version: pair.join("."),
      python_full_version: full,
      implementation_version: version === undefined ? base.markerEnvironment.implementation_version : full,
    },
    tagTarget: { ...base.tagTarget, version: pair, ...(platform === undefined ? {} : { platform: platform.tags }) },
  };
}

/**
 * The same for who only resolves: where version and platform are given no interpreter is looked for, and where there is none it is taken to be
 * this platform's most common CPython.
 */
export async function resolvedPython(
  described: DescribedPython,
  interpreter: () => Promise<TargetPython>,
  { platform: system, env }: { readonly platform: NodeJS.Platform; readonly env: Variables },
): Promise<TargetPython> {
  const { version, platform } = described;
  if (version === undefined) return describedPython(await interpreter(), described);
  if (platform !== undefined) return withOwnTags(plainPython(version, platform), described);
  try {
    return describedPython(await interpreter(), described);
  } catch (error) {
    const own = namedPlatform(system === "win32" ? "windows" : system === "darwin" ? "macos" : system, env);
    if (!hasCode<PythonErrorCode>(error, "MURRE_NO_INTERPRETER") || own === undefined) throw error;
    return withOwnTags(plainPython(version, own), described);
  }
}

type Variables = Readonly<Record<string, string | undefined>>;

/** CPython as it is built most often, where no interpreter is asked. */
function plainPython({ full, pair }: PythonVersion, { markers, tags }: NamedPlatform): TargetPython {
  return {
    implementation: "cpython",
    version: full,
    markerEnvironment: {
      ...markers,
      implementation_name: "cpython",
      implementation_version: full,
      platform_python_implementation: "CPython",
      python_full_version: full,
      python_version: pair.join("."),
    },
    tagTarget: { implementation: "cpython", version: pair, platform: tags },
  };
}

/** `CPython 3.11.7 on linux x86_64`. */
export function describePython({ implementation, version, markerEnvironment }: TargetPython): string {
  return `${implementation} ${version} on ${markerEnvironment.sys_platform} ${markerEnvironment.platform_machine}`;
}
