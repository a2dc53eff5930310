import { compareVersions, parseVersion } from "@murre/pep440";
import { interpreterKey, listInterpreters, type ListedInterpreter } from "@murre/python";
import { readlinkSync } from "node:fs";
import type { ListPythonsOptions } from "../api/inspection-options.ts";
import type { ListedPython, ListPythonsReport } from "../api/inspection-reports.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { withPythons } from "./probes.ts";

/** `murre python list`. */
export function listPythons(settings: InstallerSettings, options: ListPythonsOptions): Promise<ListPythonsReport> {
  return withPythons(settings, options, async (context) => {
    const { found, leftOut } = await listInterpreters(options.python, context, { signal: options.signal });
    for (const { path, reason } of leftOut)
      options.onEvent?.({ type: "debug", message: `${path} is left out: ${firstWords(reason)}` });
    return { pythons: found.map(listed).toSorted(newestFirst) };
  });
}

/** The first line, and of what the program itself said the first one. */
function firstWords(reason: string): string {
  const [what = "", said] = reason
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return said === undefined ? what.replace(/:$/, "") : `${what} ${said}`;
}

function listed({ path, interpreter }: ListedInterpreter): ListedPython {
  const { key, version, release, os, variant, implementation, arch, libc } = interpreterKey(interpreter);
  const symlink = linkOf(path);
  return { key, version, version_parts: release, path, symlink, url: null, os, variant, implementation, arch, libc };
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** Of one version CPython comes before the others, and what is as usual before its variants; then by name, as uv has it. */
function newestFirst(a: ListedPython, b: ListedPython): number {
  return (
    Number(b.implementation === "cpython") - Number(a.implementation === "cpython") ||
    descending(a.implementation, b.implementation) ||
    compareVersions(parseVersion(b.version), parseVersion(a.version)) ||
    Number(b.variant === "default") - Number(a.variant === "default") ||
    descending(a.key, b.key) ||
    descending(a.path, b.path)
  );
}

function descending(a: string, b: string): number {
  return a === b ? 0 : a < b ? 1 : -1;
}
