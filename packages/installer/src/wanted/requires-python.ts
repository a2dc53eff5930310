import { acceptsPython, parseLenientSpecifierSet } from "@murre/pep440";

/**
 * A Requires-Python that cannot be read, not even with the known repairs, accepts no Python: such files are passed over, as in uv.
 * @param ifUnreadable another answer for what is installed already.
 */
export function satisfiesPython(requiresPython: string, pythonVersion: string, ifUnreadable = false): boolean {
  try {
    return acceptsPython(parseLenientSpecifierSet(requiresPython), pythonVersion);
  } catch {
    return ifUnreadable;
  }
}
