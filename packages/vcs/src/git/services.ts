import type { CacheOperation } from "@murre/cache";

/** What repositories are fetched with; all of it belongs to one operation. */
export interface RepositoryServices {
  readonly cache: CacheOperation;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The network is not used. */
  readonly offline?: boolean | undefined;
  /** Large files of git-lfs are fetched as well. */
  readonly lfs?: boolean | undefined;
  /** So long may a server say nothing (milliseconds). */
  readonly silenceMs?: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onEvent?: ((event: VcsEvent) => void) | undefined;
}

export type VcsEvent =
  | { readonly type: "fetching"; readonly repository: string; readonly revision: string }
  /** Something of a tree was left out. */
  | { readonly type: "left-out"; readonly repository: string; readonly message: string };
