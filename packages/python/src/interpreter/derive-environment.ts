import { posix, win32 } from "node:path";
import type { InstallationSchemes, Interpreter } from "./interpreter.ts";

/**
 * The interpreter of a virtual environment at `prefix` made from `base`, as a probe of it would describe it, without
 * running it (PEP 405). A base that is virtual itself stands for the interpreter below it.
 * @param prefix absolute
 */
export function deriveEnvironment(base: Interpreter, prefix: string, systemSitePackages = false): Interpreter {
  const { externallyManaged: _, ...rest } = base;
  const schemes = environmentSchemes(base, prefix);
  return {
    ...rest,
    executable: environmentExecutable(base, prefix),
    prefix,
    schemes,
    isVirtual: true,
    systemSitePackages,
  };
}

function environmentSchemes(
  { environmentScheme, markerEnvironment }: Interpreter,
  prefix: string,
): InstallationSchemes {
  const { join } = markerEnvironment.os_name === "nt" ? win32 : posix;
  return {
    purelib: join(prefix, environmentScheme.purelib),
    platlib: join(prefix, environmentScheme.platlib),
    scripts: join(prefix, environmentScheme.scripts),
    data: prefix,
    headers: join(prefix, environmentScheme.headers),
  };
}

function environmentExecutable({ environmentScheme, markerEnvironment }: Interpreter, prefix: string): string {
  return markerEnvironment.os_name === "nt"
    ? win32.join(prefix, environmentScheme.scripts, "python.exe")
    : posix.join(prefix, environmentScheme.scripts, "python");
}
