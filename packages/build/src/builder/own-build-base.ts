import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * setuptools collects modules in `build/lib` and packs all that is there, those that are gone from the sources as well: it is told to
 * collect them where nothing is left of earlier builds (its own variable for a further configuration file).
 * @param folder an existing folder of this build
 */
export function ownBuildBase(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const base = join(folder, "build");
  if (env["DIST_EXTRA_CONFIG"] !== undefined || /[%\n]/.test(base)) return {};
  const path = join(folder, "setuptools.cfg");
  writeFileSync(path, `[build]\nbuild_base = ${base}\n`);
  return { DIST_EXTRA_CONFIG: path };
}
