import { beginSpan, endLeftovers, endProcessTree, ownGroup, readSmallText } from "@murre/files";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { BuildSystem } from "@murre/requirements";
import type { BuildEnvironment } from "./build-environment.ts";
import type { BuildLog } from "./build-log.ts";
import * as v from "valibot";
import { BuildFailed, BuildTimeout } from "../errors.ts";
import { HOOK_DRIVER } from "./hook-driver.ts";

/** The hooks of PEP 517 and PEP 660 that murre calls. */
export type HookName =
  | "get_requires_for_build_wheel"
  | "get_requires_for_build_editable"
  | "get_requires_for_build_sdist"
  | "prepare_metadata_for_build_wheel"
  | "prepare_metadata_for_build_editable"
  | "build_wheel"
  | "build_editable"
  | "build_sdist";

/** One call of a hook. */
export interface HookCall {
  readonly hook: HookName;
  /** In the order of PEP 517: it names the parameters, and a backend may call them otherwise. */
  readonly arguments: readonly unknown[];
  readonly buildSystem: BuildSystem;
  /** Is told what the hook wrote and read; see {@link HOOK_DRIVER}. Undefined: nobody wants to know. */
  readonly watch: HookWatch | undefined;
  /** Over those of the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The source tree; the hook runs in it. */
  readonly tree: string;
  /** Where request and result are exchanged: a path that nobody else uses, in an existing folder. */
  readonly exchange: string;
  readonly environment: BuildEnvironment;
  readonly log: BuildLog;
  /** What is built, for messages. */
  readonly source: string;
  /** Undefined: as long as it takes. */
  readonly timeoutMs: number | undefined;
  readonly platform: NodeJS.Platform;
  readonly signal: AbortSignal | undefined;
}

/** What hooks did in a source tree, and what they read outside of it. */
export interface HookWatch {
  /** Whether the files in the tree that they read are noted as well, with those outside. */
  readonly reads: boolean;
  /** By path in the tree: it was not there before, it has the same bytes as before, or others. */
  readonly written: Map<string, "new" | "same" | "changed">;
  /** How it looked when it was read first; compare factsOfOutside. */
  readonly outside: Map<string, string>;
}

/** The hook's own answer; or that the backend has no such hook, or cannot do this. */
export type HookAnswer = { readonly value: unknown } | { readonly missing: true } | { readonly unsupported: string };

/**
 * Runs a hook in a process of its own. When this settles, neither that process nor anything that it started is running.
 * @throws {BuildFailed} {BuildTimeout}, or the signal's reason.
 */
export async function runHook(call: HookCall): Promise<HookAnswer> {
  const { hook, buildSystem, exchange, log, signal } = call;
  signal?.throwIfAborted();
  const request = {
    backend: buildSystem.backend,
    backendPath: buildSystem.backendPath,
    hook,
    arguments: call.arguments,
    watch: call.watch === undefined ? null : call.watch.reads ? "writes and reads" : "writes",
  };
  const [requestPath, resultPath] = [`${exchange}.request`, `${exchange}.result`];
  writeFileSync(requestPath, JSON.stringify(request), { flag: "wx" });
  const end = await waitForEnd(call, requestPath, resultPath);
  signal?.throwIfAborted();
  const failure = (reason: string) => ({
    source: call.source,
    hook,
    reason,
    lastLines: log.lastLines(),
    logPath: log.path,
  });
  if (end.kind === "timeout")
    throw new BuildTimeout(failure(`took longer than ${end.timeoutMs / 1000} s`), end.timeoutMs);
  if (end.kind === "not-started")
    throw new BuildFailed(failure(`could not be run: ${end.error.message}`), { cause: end.error });
  const result = readResult(resultPath);
  if (result === undefined) throw new BuildFailed(failure(`ended with ${end.status} and no answer`));
  for (const [path, state] of Object.entries(result.written ?? {})) call.watch?.written.set(path, state);
  for (const [path, facts] of Object.entries(result.outside ?? {}))
    if (call.watch?.outside.has(path) === false) call.watch.outside.set(path, facts);
  if (result.unavailable !== undefined)
    throw new BuildFailed(failure(`has no backend ${buildSystem.backend}: ${result.unavailable}`));
  if (result.error !== undefined) throw new BuildFailed(failure(`failed with ${result.error}`));
  if (result.missing === true) return { missing: true };
  return result.unsupported === undefined ? { value: result.value } : { unsupported: result.unsupported };
}

type End =
  | { readonly kind: "ended"; readonly status: string }
  | { readonly kind: "timeout"; readonly timeoutMs: number }
  | { readonly kind: "not-started"; readonly error: Error };

function waitForEnd(call: HookCall, requestPath: string, resultPath: string): Promise<End> {
  const { environment, env, tree, log, timeoutMs, platform, signal } = call;
  return new Promise((resolve) => {
    // Unbuffered: what the backend prints stands in the log before what its programs print next, and before its traceback.
    const child = spawn(environment.python, ["-u", "-c", HOOK_DRIVER, requestPath, resultPath], {
      cwd: tree,
      env: { ...environment.env, ...env },
      // The pipe is a lifeline: the system closes it when this process ends, however it ends.
      stdio: ["pipe", log.descriptor, log.descriptor],
      ...ownGroup(platform),
    });
    const endSpan = beginSpan("process", `${call.hook} of ${call.source}`, { process: child.pid });
    let isLate = false;
    const stop = () => endProcessTree(child, platform);
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            isLate = true;
            stop();
          }, timeoutMs);
    signal?.addEventListener("abort", stop, { once: true });
    const settle = (end: End) => {
      clearTimeout(timer);
      endSpan(end.kind === "ended" ? { end: end.status } : { end: end.kind });
      signal?.removeEventListener("abort", stop);
      child.stdin?.destroy();
      resolve(end);
    };
    child.stdin?.on("error", () => {}); // the child ended first
    child.on("error", (error) => settle({ kind: "not-started", error }));
    child.once("close", (code, killedBy) => {
      endLeftovers(child.pid, platform);
      if (isLate) settle({ kind: "timeout", timeoutMs: timeoutMs ?? 0 });
      else settle({ kind: "ended", status: killedBy === null ? `exit code ${code}` : killedBy });
    });
  });
}

const writtenState = v.picklist(["new", "same", "changed"]);
/** What the driver reports; see {@link HOOK_DRIVER}. */
const hookResult = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    value: v.optional(v.unknown()),
    missing: v.optional(v.literal(true)),
    unavailable: v.optional(v.string()),
    unsupported: v.optional(v.string()),
    error: v.optional(v.string()),
    written: v.optional(v.record(v.string(), writtenState)),
    outside: v.optional(v.record(v.string(), v.string())),
  }),
);

/** The file is the driver's, but a backend may write there as well. */
function readResult(path: string): v.InferOutput<typeof hookResult> | undefined {
  try {
    const { success, output } = v.safeParse(hookResult, readSmallText(path));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}
