import type { AsyncDependencyProvider } from "./provider.ts";
import { type Outcome, solve } from "./solver.ts";
import { Turns } from "./turns.ts";

/**
 * Runs the solver, loading what it waits for.
 * @throws the signal's reason once it is aborted, and whatever `provider.load` rejects with.
 */
export async function resolve(
  provider: AsyncDependencyProvider,
  root: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Outcome> {
  return resolveInTurns(provider, root, new Turns(options.signal));
}

/** The same, giving way together with whoever else works for the same end. @throws as {@link resolve}. */
export async function resolveInTurns(provider: AsyncDependencyProvider, root: string, turns: Turns): Promise<Outcome> {
  const { signal } = turns;
  const run = solve(provider, root);
  for (;;) {
    signal?.throwIfAborted();
    const step = run.next();
    if (step.done === true) return step.value;
    if (step.value) await orAborted(provider.load(step.value, signal), signal);
    if (turns.isDue) await turns.give();
  }
}

/** A loader that does not heed the signal does not keep the caller waiting. */
async function orAborted(loading: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return loading;
  const { promise: aborted, reject } = promiseWithReject();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([loading, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function promiseWithReject(): { promise: Promise<never>; reject: (reason: unknown) => void } {
  let reject!: (reason: unknown) => void;
  const promise = new Promise<never>((_, fail) => {
    reject = fail;
  });
  return { promise, reject };
}
