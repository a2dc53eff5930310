import { iosPlatforms, macPlatforms } from "./apple-platform.ts";
import { linuxPlatforms } from "./linux-platform.ts";
import type { PlatformTarget } from "./target.ts";

/** The first Android API level on which CPython runs (PEP 738). */
const FIRST_ANDROID_API_LEVEL = 16;

/** The platform tags an interpreter there supports, best first, as `packaging.tags.platform_tags()` orders them. */
export function platformTags(target: PlatformTarget): string[] {
  return platformsOf(target).map((platform) => platform.toLowerCase());
}

function platformsOf(target: PlatformTarget): string[] {
  switch (target.os) {
    case "linux":
      return linuxPlatforms(target);
    case "macos":
      return macPlatforms(target.version, target.architecture);
    case "ios":
      return iosPlatforms(target.version, target.multiarch);
    case "android":
      return androidPlatforms(target.apiLevel, target.abi);
    case "emscripten":
      return [
        ...(target.pyemscripten === undefined ? [] : [`pyemscripten_${target.pyemscripten}_wasm32`]),
        normalizePlatform(target.platform),
      ];
    case "windows":
    case "other":
      return [normalizePlatform(target.platform)];
  }
}

function androidPlatforms(apiLevel: number, abi: string): string[] {
  const platforms: string[] = [];
  for (let level = apiLevel; level >= FIRST_ANDROID_API_LEVEL; level--)
    platforms.push(`android_${level}_${normalizePlatform(abi)}`);
  return platforms;
}

/** PEP 425: `sysconfig.get_platform()` with every `-` and `.` (and, in practice, space) replaced by `_`. */
export function normalizePlatform(platform: string): string {
  return platform.replaceAll(/[-. ]/g, "_");
}
