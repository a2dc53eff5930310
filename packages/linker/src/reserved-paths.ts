import { foldsCase } from "./case-collisions.ts";
import { placeDirectory, type Destination } from "./destination.ts";
import { STATE_FOLDER } from "./environment-state.ts";
import { ReservedPath } from "./errors.ts";
import { baseOf, parentOf } from "./existing.ts";
import type { GeneratedFile } from "./generated.ts";
import type { WheelToInstall } from "./plan.ts";

/** What an interpreter is called in the folder of scripts: `python`, `python3.13t`, `pythonw.exe`, `pypy3`. */
const interpreterName = /^(?:pythonw?|pypy|graalpy)(?:\d+(?:\.\d+)*)?t?(?:\.exe)?$/;

/**
 * What an environment is made of, and no distribution may bring or take away: its interpreter's names, pyvenv.cfg (PEP 405), murre's own state.
 * A wheel with a script `python` would give the environment another interpreter, and its removal would leave none.
 */
export function reservedPaths({ schemes, boundary, platform }: Destination): (path: string) => boolean {
  const fold = foldsCase(platform) ? (path: string) => path.toLowerCase() : (path: string) => path;
  const [scripts, config] = [fold(schemes.scripts), fold(`${boundary}/pyvenv.cfg`)];
  const states = [schemes.purelib, schemes.platlib].map((site) => fold(`${site}/${STATE_FOLDER}`));
  return (given) => {
    const path = fold(given);
    if (path === config || states.some((state) => path === state || path.startsWith(`${state}/`))) return true;
    return parentOf(path) === scripts && interpreterName.test(baseOf(path));
  };
}

/** @throws {ReservedPath} with all of the first wheel that has some. */
export function refuseReserved(
  destination: Destination,
  wheels: readonly WheelToInstall[],
  generated: readonly GeneratedFile[],
): void {
  const isReserved = reservedPaths(destination);
  for (const wheel of wheels) {
    const own = generated.flatMap(({ path, wheel: name }) => (name === wheel.name && isReserved(path) ? [path] : []));
    const reserved = [...own, ...reservedFiles(destination, wheel, isReserved)];
    if (reserved.length > 0) throw new ReservedPath(wheel.name, reserved);
  }
}

/** Only `.data` leads a wheel's files out of site-packages; below a `--target` everything is in one folder. */
function reservedFiles(
  destination: Destination,
  wheel: WheelToInstall,
  isReserved: (path: string) => boolean,
): string[] {
  const { head, directories, names } = wheel.entry.manifest;
  const { purelib, platlib, scripts } = destination.schemes;
  const staysInSite = !head.hasData && ![purelib, platlib].some((site) => scripts.startsWith(`${site}/`));
  if (staysInSite && !head.topLevel.some((name) => isReserved(`${purelib}/${name}`))) return [];
  const found: string[] = [];
  let file = 0;
  for (const { path, fileCount } of directories) {
    const place = placeDirectory(destination, { ...head, name: wheel.name }, path);
    const end = file + fileCount;
    // The files of `.data/scripts` are generated.
    if (place !== undefined && place.scheme !== "scripts")
      found.push(
        ...names
          .slice(file, end)
          .map((name) => `${place.target}/${name}`)
          .filter(isReserved),
      );
    file = end;
  }
  return found;
}
