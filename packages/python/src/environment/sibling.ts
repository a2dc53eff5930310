import { judgeAtOnce, newLeaseName } from "@murre/locking";

/**
 * The name of a temporary folder beside an environment: `.NAME.murre-KIND-LEASE`. The lease's name tells the process that made it, so that
 * the next one knows whether that is still alive.
 */
export interface Sibling {
  /** `new` is an environment being built, `old` one that is being replaced, `gone` one that is being removed. */
  readonly kind: "new" | "old" | "gone";
  /** A name that no other process and no other call has, on any machine. */
  readonly lease: string;
}

const PATTERN = /^\.(?<base>.+)\.murre-(?<kind>new|old|gone)-(?<lease>[0-9a-z_]+)$/;

export function formatSibling(base: string, { kind, lease }: Sibling): string {
  return `.${base}.murre-${kind}-${lease}`;
}

export function parseSibling(base: string, name: string): Sibling | undefined {
  const groups = PATTERN.exec(name)?.groups;
  if (groups?.["base"] !== base) return undefined;
  return { kind: groups["kind"] as Sibling["kind"], lease: groups["lease"] ?? "" };
}

/** A name of this process's own. */
export function ownSibling(kind: Sibling["kind"]): Sibling {
  return { kind, lease: newLeaseName() };
}

const makers = { live: "alive", dead: "dead", ask: "unknown" } as const;

/** `unknown` for processes of other machines, boots and containers, which cannot be asked. */
export function makerOf({ lease }: Sibling): "alive" | "dead" | "unknown" {
  return makers[judgeAtOnce(lease)];
}
