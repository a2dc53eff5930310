import type { LockedPackage, LockFile } from "@murre/requirements";

/** What `tool.murre` of a lock file, or of one of its entries, says by this key; undefined where it does not, as where another tool wrote it. */
export function ownValue({ tool }: Pick<LockedPackage | LockFile, "tool">, key: string): unknown {
  const own = tool?.["murre"];
  return typeof own === "object" && own !== null && key in own ? (own as Record<string, unknown>)[key] : undefined;
}

/** A part that leads to an entry, and where it does: `api[extra]; sys_platform == "win32"`. */
export interface LeadingPart {
  readonly key: string;
  /** Undefined: everywhere. */
  readonly marker: string | undefined;
}

export function writePart({ key, marker }: LeadingPart): string {
  return marker === undefined ? key : `${key}; ${marker}`;
}

export function readPart(text: string): LeadingPart {
  const [key = "", marker] = text.split(/; (.*)/s, 2);
  return { key, marker };
}
