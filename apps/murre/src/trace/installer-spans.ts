import type { Trace } from "@murre/cli";
import type { TracedDetails } from "@murre/files";

type InstallerEvent = Parameters<Trace["take"]>[0];

/** What took time and is over now. */
export interface Finished {
  readonly kind: string;
  readonly name: string;
  readonly durationMs: number;
  readonly details?: TracedDetails;
}

/** The step of which an event tells the end. */
export function finished(event: InstallerEvent): Finished | undefined {
  switch (event.type) {
    case "resolved":
      return step("resolve", "resolve", event, { distributions: event.distributions });
    case "prepared":
      return step("fetch", "fetch and unpack", event, { fetched: event.fetched, cached: event.cached });
    case "built":
      return step("build", event.filename, event, { source: event.source });
    case "changed":
      return step("place", "change the environment", event, { files: event.files, windowMs: event.windowMs });
    case "compiled":
      return step("compile", "compile bytecode", event, { compiled: event.compiled, current: event.current });
    case "verified":
      return step("verify", "verify the cache", event, { archives: event.archives, files: event.files });
    default:
      return undefined;
  }
}

function step(
  kind: string,
  name: string,
  { durationMs }: { readonly durationMs: number },
  details: TracedDetails,
): Finished {
  return { kind, name, durationMs, details };
}

/** What happened at one moment. */
export function momentOf(
  event: InstallerEvent,
): { readonly name: string; readonly cat: string; readonly args: TracedDetails } | undefined {
  switch (event.type) {
    case "interpreter":
      return { name: "interpreter", cat: "python", args: { executable: event.executable, version: event.version } };
    case "resolving":
      return { name: `look for ${event.project}`, cat: "resolve", args: { projects: event.projects } };
    case "recovered":
      return { name: "recovered", cat: "place", args: { message: event.message } };
    case "warning":
      return { name: "warning", cat: "warning", args: { code: event.code, message: event.message } };
    default:
      return undefined;
  }
}
