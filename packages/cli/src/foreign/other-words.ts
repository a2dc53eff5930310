import { UsageError } from "../errors.ts";
import type { ForeignOptions } from "./foreign-table.ts";

type Attributes = Readonly<Record<string, unknown>>;
/** What an option of pip or uv sets of a command's own options. */
type Meaning = (value: string, given: Attributes) => Attributes;

const sets = (attributes: Attributes) => () => attributes;

/** Adds to the list of an option that may be given several times. */
const adds =
  (attribute: string, before = ""): Meaning =>
  (value, { [attribute]: given }) => ({ [attribute]: [...(Array.isArray(given) ? given : []), `${before}${value}`] });

const chooses =
  (choices: Readonly<Record<string, Attributes>>): Meaning =>
  (value) => {
    if (!Object.hasOwn(choices, value))
      throw new UsageError(`${value}: expected one of ${Object.keys(choices).join(", ")}`);
    return choices[value]!;
  };

const outputFormat = chooses({ text: {}, json: { json: true } });
const building = ["pip install", "pip sync", "pip download", "pip wheel", "pip compile", "build"];
const changing = ["pip install", "pip sync", "pip uninstall", "pip download", "pip wheel"];

/** Other words for what a command has already. */
export const otherWords: readonly ForeignOptions<Meaning>[] = [
  {
    commands: ["*"],
    options: { "--progress-bar <style>": (style) => (style === "off" ? { progress: false } : {}) },
  },
  {
    commands: building,
    options: {
      "--config-setting <KEY=VALUE>": adds("configSettings"),
      "--config-setting-package <NAME:KEY=VALUE>": adds("configSettingsPackage"),
      "--build-option <option>": adds("configSettings", "--build-option="),
      "--global-option <option>": adds("configSettings", "--global-option="),
      "--no-dependencies": sets({ deps: false }),
    },
  },
  {
    commands: [...building, "pip index versions", "pip debug"],
    options: { "--platform <tag>": (tag) => ({ pythonPlatform: platformOf(tag) }) },
  },
  {
    commands: ["pip install", "pip download", "pip wheel", "pip index versions", "pip debug"],
    options: {
      "--implementation <name>": (implementation) => ({ implementation }),
      "--abi <abi>": adds("abis"),
    },
  },
  {
    commands: ["pip install", "pip uninstall", "pip download", "pip wheel"],
    options: { "--requirements <file>": adds("requirement") },
  },
  {
    commands: ["pip compile"],
    options: {
      "--no-emit-index-url": sets({ emitIndexUrl: false }),
      "--no-emit-find-links": sets({ emitFindLinks: false }),
      "--no-emit-build-options": sets({ emitBuildOptions: false }),
      "--no-emit-index-annotation": sets({ emitIndexAnnotation: false }),
      "--rebuild": sets({ refresh: true }),
    },
  },
  {
    commands: ["pip install"],
    options: { "-I, --ignore-installed": sets({ reinstall: true, upgrade: true }) },
  },
  {
    commands: ["pip download"],
    options: {
      "--destination-dir <folder>": (dest) => ({ dest }),
      "--destination-directory <folder>": (dest) => ({ dest }),
    },
  },
  // Whose groups are meant, and whose settings: those are found before the words are read.
  { commands: ["*"], options: { "--project <folder>": (project) => ({ project }) } },
  { commands: changing, options: { "--no-break-system-packages": sets({ breakSystemPackages: false }) } },
  { commands: ["pip install", "pip sync", "cache size"], options: { "--output-format <format>": outputFormat } },
  { commands: ["venv"], options: { "-c": sets({ clear: true }), "--upgrade-deps": sets({ seed: true }) } },
];

const architectures: Readonly<Record<string, string>> = { x86_64: "x86_64", aarch64: "aarch64", arm64: "aarch64" };
const fixed: Readonly<Record<string, string>> = {
  win_amd64: "x86_64-pc-windows-msvc",
  win_arm64: "aarch64-pc-windows-msvc",
  win32: "i686-pc-windows-msvc",
};

/** uv's name of the platform for which a wheel's tag is. @throws {UsageError} */
function platformOf(tag: string): string {
  if (Object.hasOwn(fixed, tag)) return fixed[tag]!;
  const [, system = "", machine = ""] =
    /^(manylinux2014|manylinux_2_\d{1,3}|musllinux_1_\d{1,3}|macosx_\d{1,3}_\d{1,3}|linux)_(\w+)$/.exec(tag) ?? [];
  const architecture = architectures[machine];
  if (architecture !== undefined) {
    if (system.startsWith("macosx")) return `${architecture}-apple-darwin`;
    if (system.startsWith("musllinux")) return `${architecture}-unknown-linux-musl`;
    return system === "linux" ? `${architecture}-unknown-linux-gnu` : `${architecture}-${system}`;
  }
  throw new UsageError(
    `--platform ${tag}: expected a tag such as manylinux_2_28_x86_64, macosx_13_0_arm64 or win_amd64; --python-platform takes names`,
  );
}
