import type { Destination } from "../environment/destination.ts";
import type { Identity } from "./identity.ts";

/**
 * One step of a change. Paths that begin with `stage/` or `old/` are below the executor's folder of the step's place; targets are absolute.
 * Every step is done or not done, which can be seen, and is done by one rename or link with the executor's name in its path: after a
 * takeover the former executor gets ENOENT (protocols/transaction.md, T5).
 *
 * - `retire` (X1): the target is renamed to `old`, a folder with all that is in it.
 * - `save` (X2): the target, a file, is linked to `old`, because the next step places another one over it: there is no gap.
 * - `place` (X3): `stage` is renamed to the target.
 * - `tidy` (X4): a folder goes if nothing is left in it. Not undone, so these come last.
 */
export type Step =
  | {
      readonly do: "retire";
      readonly at: number;
      readonly target: string;
      readonly old: string;
      readonly was: Identity;
    }
  | { readonly do: "save"; readonly at: number; readonly target: string; readonly old: string; readonly was: Identity }
  | {
      readonly do: "place";
      readonly at: number;
      readonly target: string;
      readonly stage: string;
      readonly is: Identity;
    }
  | { readonly do: "tidy"; readonly at: number; readonly target: string };

/** A committed change: the steps in their order, of which a crash leaves a prefix done. */
export interface Journal {
  readonly format: typeof JOURNAL_FORMAT;
  /** The transaction's own name, never used again. */
  readonly id: string;
  /** For people: `murre pip sync` … */
  readonly command: string;
  /** Folders on other file systems whose `.murre/<id>/x-<executor>/` belongs to it; `at` 0 is the environment's own, 1 the first of these. */
  readonly places: readonly string[];
  readonly steps: readonly Step[];
  readonly destination: Destination;
  /** The stopped transaction that this one makes good, whose folder goes when it is finished. */
  readonly settles?: string;
  /** Normalised names of what goes and comes. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

export const JOURNAL_FORMAT = 1;
