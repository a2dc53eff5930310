// What `import "murre"` evaluates: nothing but the ways to the bundle that the command runs too. It is CommonJS, and names each file by a literal
// `require()`, so that whoever bundles an application finds all of them, and nothing has to lie anywhere at its run time.
import { isMurreError } from "./error-code.ts";
import type * as whole from "./index.ts";
import { ownThreads } from "./own-threads.ts";
import { version } from "./version.ts";

type Whole = typeof whole;
type LoadBundle = (require: (id: string) => unknown, exports: object, filename: string) => void;

/** Of the classes in errors.ts. The script of the bundle says them. */
declare const MURRE_ERROR_NAMES: readonly (keyof Whole["errors"])[];

/** The text of each thread's program. */
const programs: Readonly<Record<string, () => unknown>> = {
  "heartbeat-worker": () => require("./heartbeat-worker.cjs"),
  "link-worker": () => require("./link-worker.cjs"),
  "unpack-worker": () => require("./unpack-worker.cjs"),
  "verify-worker": () => require("./verify-worker.cjs"),
};

let threads: object | undefined;

/** Everything that the bundle needs is Node's own. */
function requireOwn(id: string): unknown {
  const name = id.replace(/^node:/, "");
  if (name === "worker_threads")
    return (threads ??= ownThreads(builtin(name) as typeof import("node:worker_threads"), (of) =>
      String(programs[of]?.()),
    ));
  return builtin(name);
}

function builtin(name: string): unknown {
  const found: unknown = process.getBuiltinModule(`node:${name}`);
  if (found === undefined) throw Object.assign(new Error(`this Node has no ${name}`), { code: "MODULE_NOT_FOUND" });
  return found;
}

let loaded: Whole | undefined;

/** The bundle, evaluated when the first operation or error class is wanted. */
function bundle(): Whole {
  if (loaded !== undefined) return loaded;
  const exports: { library?: () => Whole } = {};
  (require("./murre.cjs") as LoadBundle)(requireOwn, exports, "murre.cjs");
  return (loaded = exports.library!());
}

const createMurre: Whole["createMurre"] = (settings) => bundle().createMurre(settings);

const errors = Object.defineProperties(
  {},
  Object.fromEntries(MURRE_ERROR_NAMES.map((name) => [name, { enumerable: true, get: () => bundle().errors[name] }])),
) as Whole["errors"];

export { createMurre, errors, isMurreError, version };
