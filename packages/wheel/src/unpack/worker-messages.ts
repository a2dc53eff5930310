import { wheelError, type WheelProblem } from "../errors.ts";
import type { UnpackTask } from "./unpack-archive.ts";
import { packFiles, unpackFiles, type PackedFiles, type UnpackedWheel } from "../inspect/unpacked-wheel.ts";

/** What goes to a worker thread: one archive. */
export interface WorkerRequest {
  readonly task: UnpackTask;
  /** One number; other than 0 means: stop. */
  readonly stop: Int32Array;
}

/** A system error without its class, which does not survive the way between threads. */
interface PlainCause {
  readonly message: string;
  readonly fields: Readonly<Record<string, string | number>>;
}

/** What comes back: the wheel, or why there is none. */
export type WorkerReply =
  | { readonly wheel: Omit<UnpackedWheel, "files">; readonly files: PackedFiles }
  | { readonly archive: string; readonly problems: readonly WheelProblem[]; readonly cause?: PlainCause }
  | { readonly stopped: true }
  | { readonly unexpected: unknown };

/** Thrown inside the work when it was asked to stop. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** The check that ends the work once the flag is set. */
export function stopCheck(stop: Int32Array): () => void {
  return () => {
    if (Atomics.load(stop, 0) !== 0) throw new Stopped("stopped");
  };
}

export function packReply({ files, ...wheel }: UnpackedWheel): WorkerReply {
  return { wheel, files: packFiles(files) };
}

export function packFailure(error: unknown): WorkerReply {
  if (error instanceof Stopped) return { stopped: true };
  if (!(error instanceof Error && "problems" in error && "archive" in error)) return { unexpected: error };
  const cause = error.cause instanceof Error ? { cause: plainCause(error.cause) } : {};
  return { archive: error.archive as string, problems: error.problems as readonly WheelProblem[], ...cause };
}

function plainCause(cause: Error): PlainCause {
  const fields = Object.entries(cause).filter(([, value]) => typeof value === "string" || typeof value === "number");
  return { message: cause.message, fields: Object.fromEntries(fields) };
}

/** The wheel of a reply, or the error it stands for. `stopReason` is what a stopped job rejects with. */
export function openReply(reply: WorkerReply, stopReason: unknown): UnpackedWheel {
  if ("wheel" in reply) return { ...reply.wheel, files: unpackFiles(reply.files) };
  if ("stopped" in reply) throw stopReason;
  if ("unexpected" in reply) throw reply.unexpected;
  const { archive, problems, cause } = reply;
  throw wheelError(archive, problems, cause ? { cause: Object.assign(new Error(cause.message), cause.fields) } : {});
}
