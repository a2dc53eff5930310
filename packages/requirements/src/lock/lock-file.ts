import type { NormalizedName } from "@murre/pep508";
import type { Table } from "../toml.ts";

/** What a lock file (PEP 751) says, every field of its type. A list that is absent differs from an empty one: the file then knows no extras or groups at all. */
export interface LockFile {
  /** `1.0`, or a later minor version. */
  readonly lockVersion: string;
  /** Markers, of which one has to hold. */
  readonly environments?: readonly string[];
  readonly requiresPython?: string;
  readonly extras?: readonly NormalizedName[];
  readonly dependencyGroups?: readonly NormalizedName[];
  /** Groups that are installed where none is asked for. */
  readonly defaultGroups?: readonly NormalizedName[];
  readonly createdBy: string;
  readonly packages: readonly LockedPackage[];
  readonly tool?: Table;
}

export interface LockedPackage {
  readonly name: NormalizedName;
  /** Absent for what is built of a source tree. */
  readonly version?: string;
  /** When it is installed; knows `extras` and `dependency_groups`. */
  readonly marker?: string;
  readonly requiresPython?: string;
  /** Which other entries it needs: for readers, not for installers. */
  readonly dependencies?: readonly Table[];
  /** Base URL of the index where its files were found. */
  readonly index?: string;
  /** Absent only in files of a later minor version, which may know further kinds. */
  readonly source?: LockedSource;
  /** Who published its files, as the index gives it; each with a `kind`. */
  readonly attestationIdentities?: readonly Table[];
  readonly tool?: Table;
}

export type LockedSource =
  | ({
      readonly kind: "vcs";
      /** `git`, `hg`, `bzr`, `svn`. */
      readonly type: string;
      /** For direct_url.json alone: what is checked out is the commit. */
      readonly requestedRevision?: string;
      readonly commitId: string;
      readonly subdirectory?: string;
    } & LockedPlace)
  | {
      readonly kind: "directory";
      /** Relative to the lock file, or absolute. */
      readonly path: string;
      readonly isEditable?: boolean;
      readonly subdirectory?: string;
    }
  | ({ readonly kind: "archive"; readonly subdirectory?: string } & LockedPlace & LockedContent)
  /** What an index has: at least one file. */
  | { readonly kind: "files"; readonly sdist?: LockedDistribution; readonly wheels: readonly LockedDistribution[] };

/** At least one of the two; the path goes first. */
export interface LockedPlace {
  /** Credentials are kept when it is read, and not written. */
  readonly url?: string;
  /** Relative to the lock file, or absolute. */
  readonly path?: string;
}

/** By what a file is recognised. */
export interface LockedContent {
  readonly size?: number;
  /** In UTC: `2025-01-25T11:30:10.164Z`. */
  readonly uploadTime?: string;
  /** Algorithm to digest; at least one of them strong. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** A wheel or an sdist. */
export interface LockedDistribution extends LockedPlace, LockedContent {
  /** The file's name where its place does not end in it: see {@link lockedFilename}. */
  readonly name?: string;
}

/** `pylock.toml`, `pylock.NAME.toml`. */
export function isLockFileName(name: string): boolean {
  return /^pylock\.(?:[^.]+\.)?toml$/.test(name);
}

/** The file's name: the one that is given, or what its path or URL ends in. */
export function lockedFilename({ name, path, url = "" }: LockedDistribution): string {
  if (name !== undefined) return name;
  if (path !== undefined) return path.split(/[/\\]/).at(-1) ?? "";
  const last = url.split(/[?#]/, 1)[0]?.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
