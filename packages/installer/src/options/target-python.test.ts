import { supportedTags } from "@murre/platform-tags";
import { describe, expect, test } from "vitest";
import { namedPlatform } from "./python-platform.ts";
import { describedPython, parsePythonVersion, resolvedPython, type TargetPython } from "./target-python.ts";

const here: TargetPython = {
  implementation: "cpython",
  version: "3.11.7",
  markerEnvironment: {
    os_name: "posix",
    sys_platform: "linux",
    platform_machine: "x86_64",
    platform_python_implementation: "CPython",
    platform_release: "6.1",
    platform_system: "Linux",
    platform_version: "#1",
    python_version: "3.11",
    python_full_version: "3.11.7",
    implementation_name: "cpython",
    implementation_version: "3.11.7",
  },
  tagTarget: {
    implementation: "cpython",
    version: [3, 11],
    platform: { os: "linux", architecture: "x86_64", libc: { kind: "glibc", version: [2, 36] } },
  },
};

const of = (version: string | undefined, platform: string | undefined, variables = {}) => ({
  version: version === undefined ? undefined : parsePythonVersion(version),
  platform: platform === undefined ? undefined : namedPlatform(platform, variables),
});
const unfound = async () => {
  throw Object.assign(new Error("none"), { code: "MURRE_NO_INTERPRETER" });
};
const linux = { platform: "linux", env: {} } as const;

/** What uv 0.13 takes for these names: markers, a tag that fits and one that does not. */
const platforms = [
  ["windows", "nt win32 Windows x86_64", "win_amd64", "win32"],
  ["aarch64-pc-windows-msvc", "nt win32 Windows ARM64", "win_arm64", "win_amd64"],
  ["i686-pc-windows-msvc", "nt win32 Windows x86", "win32", "win_amd64"],
  ["linux", "posix linux Linux x86_64", "manylinux_2_28_x86_64", "manylinux_2_29_x86_64"],
  ["x86_64-manylinux2014", "posix linux Linux x86_64", "manylinux2014_x86_64", "manylinux_2_18_x86_64"],
  ["aarch64-manylinux_2_31", "posix linux Linux aarch64", "manylinux_2_31_aarch64", "manylinux_2_32_aarch64"],
  ["x86_64-unknown-linux-musl", "posix linux Linux x86_64", "musllinux_1_2_x86_64", "manylinux2014_x86_64"],
  ["macos", "posix darwin Darwin arm64", "macosx_13_0_arm64", "macosx_14_0_arm64"],
  ["x86_64-apple-darwin", "posix darwin Darwin x86_64", "macosx_10_9_x86_64", "macosx_11_0_arm64"],
  ["aarch64-linux-android", "posix android Android aarch64", "android_24_arm64_v8a", "android_25_arm64_v8a"],
  ["wasm32-pyodide2024", "posix emscripten Emscripten wasm32", "pyodide_2024_0_wasm32", "pyodide_2025_0_wasm32"],
  ["arm64-apple-ios", "posix ios iOS arm64", "ios_13_0_arm64_iphoneos", "ios_13_0_arm64_iphonesimulator"],
] as const;

describe("a Python that is only described", () => {
  test.each(platforms)("on %s", (name, markers, fits, doesNotFit) => {
    const { markerEnvironment: found, tagTarget } = describedPython(here, of("3.12", name));
    expect([found.os_name, found.sys_platform, found.platform_system, found.platform_machine].join(" ")).toBe(markers);
    expect([found.platform_release, found.platform_version]).toEqual(["", ""]);
    const { tags } = supportedTags(tagTarget);
    expect(tags).toContain(`cp312-cp312-${fits}`);
    expect(tags).not.toContain(`cp312-cp312-${doesNotFit}`);
    expect(tags).toContain("py3-none-any");
  });

  test.each([
    ["3.12", "3.12.0", "3.12"],
    ["3.12.4", "3.12.4", "3.12"],
    ["3.13.0rc2", "3.13.0rc2", "3.13"],
    ["3.14b1", "3.14.0b1", "3.14"],
    ["3.9", "3.9.0", "3.9"],
  ])("of version %s", (text, full, pair) => {
    const { version, markerEnvironment: found } = describedPython(here, of(text, undefined));
    expect([version, found.python_full_version, found.implementation_version]).toEqual([full, full, full]);
    expect(found.python_version).toBe(pair);
    expect(found.platform_release).toBe("6.1");
  });

  test.each(["3", "2.7", "3.x", "312", ">=3.12", "3.12.1.2", "3.12-dev", ""])("%j is no version", (text) => {
    expect(parsePythonVersion(text)).toBeUndefined();
  });

  test("is the interpreter where nothing is described", () => {
    expect(describedPython(here, of(undefined, undefined))).toBe(here);
  });

  test.each([
    ["MACOSX_DEPLOYMENT_TARGET", "11.0", "macos", "cp312-cp312-macosx_11_0_arm64", "cp312-cp312-macosx_12_0_arm64"],
    [
      "ANDROID_API_LEVEL",
      "26",
      "aarch64-linux-android",
      "cp312-cp312-android_26_arm64_v8a",
      "cp312-cp312-android_27_arm64_v8a",
    ],
    [
      "IPHONEOS_DEPLOYMENT_TARGET",
      "14.2",
      "arm64-apple-ios",
      "cp312-cp312-ios_14_2_arm64_iphoneos",
      "cp312-cp312-ios_14_3_arm64_iphoneos",
    ],
  ])("%s=%s says how new a system is", (variable, value, name, fits, doesNotFit) => {
    const { tags } = supportedTags(describedPython(here, of("3.12", name, { [variable]: value })).tagTarget);
    expect(tags).toContain(fits);
    expect(tags).not.toContain(doesNotFit);
  });
});

describe("where it is only resolved", () => {
  test("no interpreter is looked for when version and platform are given", async () => {
    const python = await resolvedPython(of("3.10", "windows"), unfound, linux);
    expect(python.markerEnvironment).toMatchObject({ python_full_version: "3.10.0", sys_platform: "win32" });
    expect(python.tagTarget.implementation).toBe("cpython");
  });

  test("an interpreter tells the platform; where there is none it is this one's most common", async () => {
    const told = await resolvedPython(of("3.10", undefined), async () => here, linux);
    expect(told.markerEnvironment.platform_release).toBe("6.1");
    const alone = await resolvedPython(of("3.10", undefined), unfound, { ...linux, platform: "darwin" });
    expect(alone.markerEnvironment).toMatchObject({ sys_platform: "darwin", platform_machine: "arm64" });
  });

  test("without a version an interpreter has to be there, and other errors stay what they are", async () => {
    await expect(resolvedPython(of(undefined, "linux"), unfound, linux)).rejects.toThrow("none");
    const broken = async () => {
      throw new Error("broken");
    };
    await expect(resolvedPython(of("3.10", undefined), broken, linux)).rejects.toThrow("broken");
  });
});
