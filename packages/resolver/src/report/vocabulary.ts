import type { External } from "../solver/derivation-tree.ts";
import type { VersionSet } from "../solver/version-set.ts";

/** The fact that versions of one package need another one. */
export type Need = Extract<External, { readonly kind: "dependency" }>;

/** How a report names things. */
export interface Vocabulary {
  /** Some versions of a package, such as `foo>=1.2`. */
  versions(name: string, set: VersionSet): string;
  /** Why there is nothing to choose in the set, as a whole clause. */
  noVersions(name: string, set: VersionSet): string;
  /** The whole request, in the plural. */
  readonly root: string;
  /** What stands before one requirement of the request: `you require`. */
  readonly asks: string;
  isRoot(name: string): boolean;
  /** What is needed, with where that is said. Default: the requirement. */
  need?(need: Need): string;
  /** Needs that no reader has to be told, such as that of an extra for its own project. Default: none. */
  isImplied?(need: Need): boolean;
  /**
   * What there is of a package, where nobody would see without it that these needs leave nothing: as a whole clause.
   * Default: where one of them alone does.
   */
  exists?(name: string, needs: readonly Need[]): string | undefined;
  /** The place among the requirements of the request, by what they ask for. */
  rank?(name: string): number;
}
