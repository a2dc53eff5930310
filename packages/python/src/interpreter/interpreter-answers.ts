import * as v from "valibot";
import type { Interpreter } from "./interpreter.ts";
import type { ProbeReport } from "./probe-script.ts";

// What an interpreter answers, and what the cache has kept of that, are both read here: an interpreter may be any program.

const text = v.string();
const texts = v.array(text);
const number = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(9999));
const pair = v.tuple([number, number]);
const markers = v.object({
  implementation_name: text,
  implementation_version: text,
  os_name: text,
  platform_machine: text,
  platform_release: text,
  platform_system: text,
  platform_version: text,
  python_full_version: text,
  platform_python_implementation: text,
  python_version: text,
  sys_platform: text,
});
const nullableText = v.nullable(text);

const report = v.union([
  v.object({ unsupported: text }),
  v.object({
    version: text,
    implementation: text,
    abiFlags: text,
    markers,
    executable: text,
    running: nullableText,
    prefix: text,
    basePrefix: text,
    paths: v.object({ purelib: text, platlib: text, scripts: text, data: text, include: text, stdlib: text }),
    baseSitePackages: texts,
    environmentPaths: v.object({ purelib: text, platlib: text, scripts: text }),
    tags: v.object({
      version: pair,
      debug: v.boolean(),
      freeThreaded: v.boolean(),
      extensionSuffix: nullableText,
      platform: text,
      bits: v.picklist([32, 64]),
      glibc: nullableText,
      refusedManylinux: texts,
      mac: v.nullable(v.tuple([text, text])),
      ios: nullableText,
      multiarch: nullableText,
      android: v.nullable(number),
      pyemscripten: nullableText,
    }),
  }),
]);

/** Undefined where this is nothing that the probe script can have printed. */
export function readProbeReport(answer: unknown): ProbeReport | { readonly unsupported: string } | undefined {
  const { success, output } = v.safeParse(report, answer);
  return success ? output : undefined;
}

const platform = v.variant("os", [
  v.object({
    os: v.literal("linux"),
    architecture: text,
    libc: v.optional(v.object({ kind: v.picklist(["glibc", "musl"]), version: pair })),
    elf: v.optional(
      v.object({ bits: v.picklist([32, 64]), littleEndian: v.boolean(), machine: v.number(), flags: v.number() }),
    ),
    refusedManylinux: v.optional(texts),
  }),
  v.object({ os: v.literal("macos"), version: pair, architecture: text }),
  v.object({ os: v.literal("ios"), version: pair, multiarch: text }),
  v.object({ os: v.literal("android"), apiLevel: number, abi: text }),
  v.object({ os: v.picklist(["windows", "other"]), platform: text }),
  v.object({ os: v.literal("emscripten"), platform: text, pyemscripten: v.optional(text) }),
]);

const interpreter = v.pipe(
  text,
  v.parseJson(),
  v.object({
    executable: text,
    version: text,
    implementation: text,
    markerEnvironment: markers,
    tagTarget: v.object({
      implementation: text,
      version: pair,
      debug: v.optional(v.boolean()),
      freeThreaded: v.optional(v.boolean()),
      pymalloc: v.optional(v.boolean()),
      extensionSuffix: v.optional(text),
      platform,
    }),
    schemes: v.object({ purelib: text, platlib: text, scripts: text, data: text, headers: text }),
    prefix: text,
    basePrefix: text,
    baseExecutable: text,
    isVirtual: v.boolean(),
    systemSitePackages: v.boolean(),
    baseSitePackages: texts,
    standardLibrary: text,
    environmentScheme: v.object({ purelib: text, platlib: text, scripts: text, headers: text }),
    abiFlags: text,
  }),
);

/** What was remembered of an interpreter; undefined where it is torn or foreign, and is asked again. */
export function readRememberedInterpreter(kept: string): Interpreter | undefined {
  const { success, output } = v.safeParse(interpreter, kept);
  return success ? (output as Interpreter) : undefined;
}
