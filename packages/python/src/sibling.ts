import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";

/**
 * The name of a temporary folder beside an environment: `.NAME.murre-KIND-SPACE-PID-START-RANDOM`. It tells the process that
 * made it, so that the next one knows whether that is still alive.
 */
export interface Sibling {
  /** `new` is an environment being built, `old` one that is being replaced, `gone` one that is being removed. */
  readonly kind: "new" | "old" | "gone";
  /** Which machine, boot and pid namespace the pid is from. */
  readonly space: string;
  readonly pid: number;
  /** When the process started, in the system's own units; 0 where it cannot be told. */
  readonly start: string;
  readonly random: string;
}

const PATTERN =
  /^\.(?<base>.+)\.murre-(?<kind>new|old|gone)-(?<space>[0-9a-f]{12})-(?<pid>\d+)-(?<start>\d+)-(?<random>[0-9a-f]+)$/;

export function formatSibling(base: string, { kind, space, pid, start, random }: Sibling): string {
  return `.${base}.murre-${kind}-${space}-${pid}-${start}-${random}`;
}

export function parseSibling(base: string, name: string): Sibling | undefined {
  const groups = PATTERN.exec(name)?.groups;
  if (groups?.["base"] !== base) return undefined;
  return {
    kind: groups["kind"] as Sibling["kind"],
    space: groups["space"] ?? "",
    pid: Number(groups["pid"]),
    start: groups["start"] ?? "0",
    random: groups["random"] ?? "",
  };
}

/** A name of this process's own, which no other process and no other call has. */
export function ownSibling(kind: Sibling["kind"]): Sibling {
  return {
    kind,
    space: pidSpace(),
    pid: process.pid,
    start: startOf(process.pid) ?? "0",
    random: randomBytes(6).toString("hex"),
  };
}

/** `unknown` for processes of other machines, boots and containers, which cannot be asked. */
export function makerOf(sibling: Sibling): "alive" | "dead" | "unknown" {
  if (sibling.space !== pidSpace()) return "unknown";
  try {
    process.kill(sibling.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return "dead";
  }
  // The pid may belong to a later process by now.
  const start = startOf(sibling.pid);
  return start === undefined || start === sibling.start ? "alive" : "dead";
}

let space: string | undefined;

function pidSpace(): string {
  space ??= createHash("sha256")
    .update(readText("/proc/sys/kernel/random/boot_id") ?? process.platform)
    .update(readLink("/proc/self/ns/pid") ?? "")
    .digest("hex")
    .slice(0, 12);
  return space;
}

/** Field 22 of `/proc/PID/stat`, in clock ticks since boot (proc(5)); the name in field 2 may hold spaces and brackets. */
function startOf(pid: number): string | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  const [state, ...fields] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // A zombie has ended; only its parent has not looked yet.
  return state === "Z" || state === "X" ? "0" : fields[18];
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
