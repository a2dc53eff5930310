import { appendFileSync, constants } from "node:fs";
import { isMainThread } from "node:worker_threads";

/**
 * Ends the process by SIGKILL before or after its n-th call that changes a file system: `node --import @murre/test-kit/preload …`, also as
 * NODE_OPTIONS, which worker threads inherit. All ways to node:fs (sync, callbacks, promises, handles, streams) meet in one internal
 * object, and its functions are what is counted here; one call is one system call, but for those listed in {@link composite}.
 *
 *     MURRE_KILL_AT=17            the call, counted from 1; each thread counts its own
 *     MURRE_KILL_WHEN=before      or after (the default): when the call has had its effect
 *     MURRE_KILL_IN=main          the thread whose count decides: main (the default) or worker
 *     MURRE_KILL_SIGNAL=SIGINT    another signal, which the process may handle (default: SIGKILL)
 *     MURRE_KILL_COUNT_FILE=path  each thread appends "<main|worker> <n>" at its n-th call, so that one that is terminated is counted as well
 *
 * Or lets calls fail, which then have no effect:
 *
 *     MURRE_FAIL_AT=17            the first call that fails, of the thread of MURRE_KILL_IN
 *     MURRE_FAIL_TIMES=1          how many calls fail from there on (the default: this one)
 *     MURRE_FAIL_CODE=EIO         what the system says
 *     MURRE_FAIL_CALL=link        only calls of Node's function of this name are counted for this, and fail
 */
const at = Number(process.env["MURRE_KILL_AT"] ?? 0);
const isBefore = process.env["MURRE_KILL_WHEN"] === "before";
const countFile = process.env["MURRE_KILL_COUNT_FILE"];
const signal = process.env["MURRE_KILL_SIGNAL"] ?? "SIGKILL";
const thread = isMainThread ? "main" : "worker";
const isMine = thread === (process.env["MURRE_KILL_IN"] ?? "main");
const isArmed = at > 0 && isMine;
const failFrom = isMine ? Number(process.env["MURRE_FAIL_AT"] ?? 0) : 0;
const failTo = failFrom + Number(process.env["MURRE_FAIL_TIMES"] ?? 1);
const failCode = process.env["MURRE_FAIL_CODE"] ?? "EIO";
const failCall = process.env["MURRE_FAIL_CALL"];

type Call = (...values: unknown[]) => unknown;

/** Node's internal functions that change a file system, whatever they are given. */
const changing = [
  "chmod",
  "chown",
  "copyFile",
  "fchmod",
  "fchown",
  "ftruncate",
  "futimes",
  "lchown",
  "link",
  "lutimes",
  "mkdir",
  "mkdtemp",
  "rename",
  "rmdir",
  "symlink",
  "unlink",
  "utimes",
];
/** Several system calls in one: a whole tree, a whole file. A kill falls before or after all of it. */
const composite = ["cpSyncCopyDir", "rmSync", "writeFileUtf8"];
/** Their first argument is a descriptor. The standard streams are no files. */
const writing = ["writeBuffer", "writeBuffers", "writeString"];
/** Changing when the flags, their second argument, create or empty a file. */
const opening = ["open", "openFileHandle"];

let calls = 0;
/** Of the function that fails. */
let failable = 0;

/** Writing the count is no call. */
let isNoting = false;

function note(file: string): void {
  isNoting = true;
  appendFileSync(file, `${thread} ${calls}\n`);
  isNoting = false;
}

function kill(): void {
  process.kill(process.pid, signal);
}

function counted(name: string, call: Call, isChange: (values: readonly unknown[]) => boolean): Call {
  return function (this: unknown, ...values) {
    if (!isChange(values)) return call.apply(this, values);
    if (isNoting) return call.apply(this, values);
    calls += 1;
    if (countFile !== undefined) note(countFile);
    if (isFailing(name)) return fail(name, values);
    if (!isArmed || calls !== at) return call.apply(this, values);
    if (isBefore) kill();
    return killAfter(values, () => call.apply(this, values));
  };
}

/** Counts the call, where it is one that may fail. */
function isFailing(name: string): boolean {
  if (failCall !== undefined && failCall !== name) return false;
  failable += 1;
  return failFrom > 0 && failable >= failFrom && failable < failTo;
}

/** What the system says when it refuses, in the way that this call was made. */
function fail(syscall: string, values: readonly unknown[]): unknown {
  const [path] = values;
  const error = Object.assign(new Error(`${failCode}: injected, ${syscall} '${String(path)}'`), {
    code: failCode,
    syscall,
    path: typeof path === "string" ? path : undefined,
  });
  const request = values.find((value) => value?.constructor?.name === "FSReqCallback") as Request | undefined;
  if (request !== undefined) {
    process.nextTick(() => request.oncomplete?.(error));
    return undefined;
  }
  if (values.some((value) => typeof value === "symbol")) return Promise.reject(error); // kUsePromises
  throw error;
}

interface Request {
  oncomplete?: (...values: unknown[]) => void;
}

/** A callback's request and a promise are over later than the call that began them. */
function killAfter(values: readonly unknown[], run: () => unknown): unknown {
  const request = values.find((value) => value?.constructor?.name === "FSReqCallback") as Request | undefined;
  const complete = request?.oncomplete;
  if (request !== undefined)
    request.oncomplete = (...results) => {
      kill();
      complete?.apply(request, results);
    };
  let result: unknown;
  try {
    result = run();
  } finally {
    // A call that failed has had its effect as well.
    if (request === undefined && !(result instanceof Promise)) kill();
  }
  return result instanceof Promise ? result.finally(kill) : result;
}

const creates = constants.O_CREAT | constants.O_TRUNC;
const { binding } = process as unknown as { binding: (name: string) => Record<string, Call | undefined> };
const internal = binding.call(process, "fs");

function patch(names: readonly string[], isChange: (values: readonly unknown[]) => boolean): void {
  for (const name of names) {
    const call = internal[name];
    if (typeof call === "function") internal[name] = counted(name, call, isChange);
  }
}

patch(changing, () => true);
patch(composite, ([target]) => typeof target !== "number" || target > 2);
patch(writing, ([descriptor]) => typeof descriptor === "number" && descriptor > 2);
patch(opening, ([, flags]) => typeof flags === "number" && (flags & creates) !== 0);
