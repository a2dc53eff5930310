import type { VersionSet } from "./version-set.ts";

/** Something that a report names. */
export interface Told {
  toString(): string;
}

/** What a version needs: one of the versions in `set` of the package `name`. */
export interface Dependency {
  readonly name: string;
  /** Indices into the ascending list of versions of the package `name`. */
  readonly set: VersionSet;
  /** The need as whoever declared it wrote it; made into text for a proof only. */
  readonly requirement: Told;
  /**
   * The package `name` stands for this one: each of its versions needs the same version of this one. Said in advance, the solver sees what is
   * left of both at once, and goes through no versions in vain.
   */
  readonly standsFor?: string;
}

export type Dependencies =
  | { readonly kind: "known"; readonly dependencies: readonly Dependency[] }
  /** The version cannot be used at all. */
  | { readonly kind: "unavailable"; readonly reason: string };

/** Undefined: nothing says so far that the package has to be selected. */
export type OpenVersions = (name: string) => VersionSet | undefined;

/**
 * All that the solver asks. A package is a name; a version of it is its index in a list that only the provider knows.
 * Answers must not depend on anything but the questions asked so far: that is what makes the solution independent of the
 * order in which a network answers.
 */
export interface DependencyProvider {
  /**
   * The version of the package to try first, of those in the set; undefined: none of them can be used.
   * `open` tells which versions of another package that has to be selected are open at this moment.
   */
  chooseVersion(name: string, set: VersionSet, open: OpenVersions): number | undefined;

  /** The dependencies of a version; undefined: not known yet, and the solver has to wait for them to be loaded. */
  getDependencies(name: string, version: number): Dependencies | undefined;

  /**
   * The package with the highest priority is decided next; of equals the one that was met first. Asked again when the set is another one:
   * until then a package keeps its place.
   */
  prioritize(name: string, set: VersionSet): number;

  /**
   * Told of each conflict: versions of `affected` were refused because of the selected versions of `culprits`, when a version of `tried` was
   * about to be selected. Often that is the affected one itself.
   */
  conflicted?(tried: string, affected: string, culprits: readonly string[]): void;

  /** Asked before each choice: packages whose decision is to be undone, because their priority changed. */
  reconsider?(): readonly string[];
}

/** What the solver waits for, with what else it is likely to ask for soon. */
export interface Need {
  readonly name: string;
  readonly version: number;
  /**
   * The packages that still have to be decided and whose open versions are not what they were when this was last called, with these versions.
   * Each call forgets them, so that over a whole resolution the work is that of the changes.
   */
  changed(): Iterable<readonly [name: string, set: VersionSet]>;
}

/** A provider that has to fetch what it answers with. */
export interface AsyncDependencyProvider extends DependencyProvider {
  /** After it resolves, `getDependencies` must know the answer. A rejection ends the resolution with that error. */
  load(need: Need, signal: AbortSignal | undefined): Promise<void>;
}
