import {
  environmentState,
  readEnvironment,
  withWriter,
  type EnvironmentState,
  type EnvironmentWriter,
  type Recovered,
  type WriterOptions,
} from "@murre/linker";
import { describeLockEvent, type Lease } from "@murre/locking";
import { readAllInstalled, readInstalled, type InstalledDistribution } from "@murre/python";
import type { OnEvent } from "../api/events.ts";
import type { TargetEnvironment } from "../operation/target-environment.ts";

/** What an operation needs to look at an environment, or to change it, beside others that do. */
export interface Access {
  readonly target: TargetEnvironment;
  readonly state: EnvironmentState;
  readonly onEvent: OnEvent;
  readonly signal: AbortSignal | undefined;
}

export function accessTo(
  target: TargetEnvironment,
  { onEvent = () => {}, signal }: { readonly onEvent?: OnEvent; readonly signal?: AbortSignal | undefined },
): Access {
  return { target, state: environmentState(target.destination), onEvent, signal };
}

/**
 * Reads without writing anything; never sees the middle of a change.
 * @throws {ChangeInterrupted} when one stands half done and nobody works on it.
 */
export function readConsistently<T>({ state, target, onEvent, signal }: Access, read: () => T): Promise<T> {
  const onWaiting = (executor: string) =>
    onEvent({ type: "waiting", what: `the change of ${target.folder} by ${executor}` });
  return readEnvironment(state, read, { signal, onWaiting });
}

/** What is installed: of the folders that are changed, and of all that the environment sees. */
export interface InstalledState {
  /** Also what a namesake hides. */
  readonly own: readonly InstalledDistribution[];
  readonly visible: readonly InstalledDistribution[];
}

export function readInstalledState({ sitePackages, visible }: TargetEnvironment): InstalledState {
  const own = readAllInstalled(sitePackages);
  const names = new Set(own.map(({ normalizedName }) => normalizedName));
  const isAll = visible.length === sitePackages.length && names.size === own.length;
  return { own, visible: isAll ? own : readInstalled(visible) };
}

export function isSameState(a: InstalledState, b: InstalledState): boolean {
  const paths = ({ own, visible }: InstalledState) => [...own, ...visible].map(({ path }) => path).join("\n");
  return paths(a) === paths(b);
}

export interface WriteOptions {
  readonly lease: Lease;
  readonly version: string;
  readonly platform: NodeJS.Platform;
  readonly isTemporary: boolean;
}

/** Waits for the environment's lock, saying for whom; completes what others left half done, saying so; then lets `work` change it. */
export function changeExclusively<T>(
  { target, state, onEvent, signal }: Access,
  { version, ...options }: WriteOptions,
  work: (writer: EnvironmentWriter) => Promise<T>,
): Promise<T> {
  const writerOptions: WriterOptions = {
    ...options,
    signal,
    subject: target.folder,
    command: `murre ${version}`,
    onRecovered: (recovered) => describeRecovered(recovered, target, onEvent),
    onPlannedAnew: (reason) => onEvent({ type: "debug", message: `${reason}; the change is planned anew` }),
    onLockEvent: (event) => {
      if (event.type === "waiting") onEvent({ type: "waiting", what: describeLockEvent(event) });
      else onEvent({ type: "debug", message: describeLockEvent(event) });
    },
  };
  return withWriter(state, writerOptions, work);
}

function describeRecovered({ journal, end, path }: Recovered, { folder }: TargetEnvironment, onEvent: OnEvent): void {
  const what = `a change of ${folder} that was interrupted (${journal.added.length} to add, ${journal.removed.length} to remove)`;
  if (end === "finished") onEvent({ type: "recovered", message: `${what} was completed` });
  else if (end === "undone")
    onEvent({ type: "recovered", message: `${what} could not be completed and was taken back` });
  else if (end === "stopped")
    onEvent({
      type: "warning",
      code: "MURRE_WARNING_FOREIGN_CHANGE",
      message: `${what} is taken back, because ${path} was changed by another program since; what that program did stays`,
    });
}
