import { readSmallText } from "@murre/files";

/** `pyvenv.cfg`: lines of `key = value`, keys in lower case (PEP 405). */
export type PyvenvConfig = ReadonlyMap<string, string>;

export function parsePyvenvConfig(text: string): PyvenvConfig {
  const config = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const equals = line.indexOf("=");
    if (equals > 0) config.set(line.slice(0, equals).trim().toLowerCase(), line.slice(equals + 1).trim());
  }
  return config;
}

/** @returns undefined when there is no such file or it cannot be read. */
export function readPyvenvConfig(path: string): PyvenvConfig | undefined {
  try {
    return parsePyvenvConfig(readSmallText(path));
  } catch {
    return undefined;
  }
}

/** Line breaks in a value would begin a new key. */
export function formatPyvenvConfig(entries: readonly (readonly [string, string])[]): string {
  return entries.map(([key, value]) => `${key} = ${value.replaceAll(/[\r\n]+/g, " ")}\n`).join("");
}

/** Without the key, or with any other word than true, the interpreter below is not seen. */
export function seesSystemSitePackages(config: PyvenvConfig): boolean {
  return config.get("include-system-site-packages")?.toLowerCase() === "true";
}
