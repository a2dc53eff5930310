import { type Condition, type Conditions, parseMarker } from "@murre/pep508";

/** Where wheels can be installed, as far as their tags tell: each tag is read once. */
export class WheelConditions {
  private readonly conditions: Conditions;
  private readonly target: Condition;
  private readonly known = new Map<string, Condition>();
  private readonly markers = new Map<string, Condition>();

  constructor(conditions: Conditions, target: Condition) {
    this.conditions = conditions;
    this.target = target;
  }

  /**
   * A wheel for one of the target's Pythons stands for later ones as well: a release is not refused because the wheels for a Python that is yet
   * to come are not there. Of what is no file name of a wheel: nowhere.
   */
  of(filename: string): Condition {
    const parts = filename.slice(0, -".whl".length).split("-");
    if (parts.length !== 5 && parts.length !== 6) return this.conditions.never;
    const [pythons = "", abis = "", platforms = ""] = parts.slice(-3);
    const interpreters = this.remembered(`${pythons}-${abis}`, () => this.interpreters(pythons, abis));
    return interpreters.and(this.remembered(platforms, () => this.any(platforms.split(".").map(platformMarker))));
  }

  private interpreters(pythons: string, abis: string): Condition {
    const tags = pythons.split(".").flatMap((python) => abis.split(".").map((abi) => [python, abi] as const));
    const markers = tags
      .filter(([python, abi]) => !this.any([pythonMarker(python, abi, "==")]).isDisjointFrom(this.target))
      .map(([python, abi]) => pythonMarker(python, abi, ">="));
    return this.any(markers);
  }

  private remembered(tags: string, find: () => Condition): Condition {
    let condition = this.known.get(tags);
    if (condition === undefined) this.known.set(tags, (condition = find()));
    return condition;
  }

  private any(markers: readonly string[]): Condition {
    return markers.reduce((all, text) => all.or(this.where(text)), this.conditions.never);
  }

  private where(marker: string): Condition {
    let condition = this.markers.get(marker);
    if (condition === undefined) {
      if (marker === NOWHERE) condition = this.conditions.never;
      else condition = marker === "" ? this.conditions.always : this.conditions.of(parseMarker(marker));
      this.markers.set(marker, condition);
    }
    return condition;
  }
}

/** In place of a marker, which cannot say so. */
const NOWHERE = "nowhere";

const IMPLEMENTATIONS: Readonly<Record<string, string>> = { cp: "CPython", pp: "PyPy", graalpy: "GraalVM" };

/** @param exactly the word for wheels that are made for one Python */
function pythonMarker(python: string, abi: string, exactly: "==" | ">="): string {
  const read = /^([a-z]+)([0-9])([0-9]*)/.exec(python);
  if (read === null) return NOWHERE;
  const [, letters = "", major, minor = ""] = read;
  if (major !== "3") return NOWHERE;
  const implementation = IMPLEMENTATIONS[letters];
  if (letters !== "py" && implementation === undefined) return NOWHERE;
  const isExact = letters !== "py" && abi !== "abi3" && abi !== "none";
  const version = minor === "" ? "" : `python_version ${isExact ? exactly : ">="} "3.${minor}"`;
  const name = implementation === undefined ? "" : `platform_python_implementation == "${implementation}"`;
  return [version, name].filter((one) => one !== "").join(" and ");
}

const WINDOWS: Readonly<Record<string, readonly string[]>> = {
  win32: ["x86"],
  win_amd64: ["AMD64", "x86_64"],
  win_arm64: ["ARM64", "arm64"],
};

/** What the names of macOS's binaries run on. */
const MACOS: Readonly<Record<string, readonly string[]>> = {
  universal2: ["arm64", "x86_64"],
  universal: ["x86_64", "i386", "ppc", "ppc64"],
  intel: ["x86_64", "i386"],
  fat: ["i386", "ppc"],
  fat3: ["x86_64", "i386", "ppc"],
  fat64: ["x86_64", "ppc64"],
};

function platformMarker(tag: string): string {
  if (tag === "any") return "";
  const windows = WINDOWS[tag];
  if (windows !== undefined) return onMachines("win32", windows);
  const macos = /^macosx_[0-9]+_[0-9]+_(\w+)$/.exec(tag)?.[1];
  if (macos !== undefined) return onMachines("darwin", MACOS[macos] ?? [macos]);
  const linux = /^(?:linux|manylinux1|manylinux2010|manylinux2014|(?:many|musl)linux_[0-9]+_[0-9]+)_(\w+)$/.exec(
    tag,
  )?.[1];
  if (linux !== undefined) return onMachines("linux", [linux]);
  if (tag.startsWith("android_")) return 'sys_platform == "android"';
  if (tag.startsWith("ios_")) return 'sys_platform == "ios"';
  if (/^(?:emscripten|pyodide|pyemscripten)_/.test(tag)) return 'sys_platform == "emscripten"';
  return NOWHERE;
}

function onMachines(platform: string, machines: readonly string[]): string {
  const any = machines.map((machine) => `platform_machine == "${machine}"`).join(" or ");
  return `sys_platform == "${platform}" and (${any})`;
}
