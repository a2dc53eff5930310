import { posix, win32 } from "node:path";
import type { InstallationSchemes, Interpreter, PythonContext } from "./interpreter.ts";

/**
 * Where an interpreter looks for what only this user has (PEP 370), as its `site` and `sysconfig` have it: below PYTHONUSERBASE, else below the
 * platform's folder in the user's home.
 */
export function userSchemesOf(
  interpreter: Interpreter,
  { env, home, platform }: Pick<PythonContext, "env" | "home" | "platform">,
): InstallationSchemes {
  const { version, platform: machine, freeThreaded } = interpreter.tagTarget;
  const [major, minor] = version;
  const given = env["PYTHONUSERBASE"];
  if (platform === "win32") {
    const data = given || win32.join(env["APPDATA"] || home, "Python");
    // `python311`, and `-32` or `-arm64` where it is not the most common.
    const tag = machine.os === "windows" ? machine.platform : "";
    const suffix = tag.endsWith("win32") ? "-32" : tag.endsWith("arm64") ? "-arm64" : "";
    const folder = win32.join(data, `Python${major}${minor}${suffix}`);
    const purelib = win32.join(folder, "site-packages");
    return {
      purelib,
      platlib: purelib,
      scripts: win32.join(folder, "Scripts"),
      headers: win32.join(folder, "Include"),
      data,
    };
  }
  const isFramework = platform === "darwin" && /\/Python3?\.framework\//.test(interpreter.basePrefix);
  const data = given || posix.join(home, isFramework ? `Library/Python/${major}.${minor}` : ".local");
  const flavour = interpreter.implementation === "pypy" ? "pypy" : "python";
  const threads = freeThreaded === true ? "t" : "";
  const name = `${flavour}${major}.${minor}${threads}`;
  const purelib = posix.join(data, "lib", isFramework ? "python" : name, "site-packages");
  return {
    purelib,
    platlib: purelib,
    scripts: posix.join(data, "bin"),
    headers: posix.join(data, "include", name),
    data,
  };
}
