import type { CacheWarningCode } from "@murre/cache";

/** The permanent codes of what this package warns of: the operation goes on. */
export type InstallerWarningCode =
  /**
   * An index says where it says who published a distribution, and nothing can be read there; it is locked, or shown, without.
   * To do: see the reasons in it, and run the command again.
   */
  | "MURRE_WARNING_ATTESTATIONS"
  /**
   * There is no home folder, so that the cache lies among temporary files.
   * To do: set HOME, XDG_CACHE_HOME or MURRE_CACHE_DIR.
   */
  | "MURRE_WARNING_CACHE_TEMPORARY"
  /** Several distributions have a file of one path with different bytes; the one that is named is used. */
  | "MURRE_WARNING_CONTESTED_PATH"
  /** Another program removed or changed files of a distribution; it is installed again. */
  | "MURRE_WARNING_DAMAGED_DISTRIBUTION"
  /**
   * A distribution's direct_url.json is not of PEP 610's form; it is shown as one from an index.
   * To do: install it again.
   */
  | "MURRE_WARNING_DIRECT_URL"
  /**
   * A change that was interrupted is taken back, because another program changed something since; what that did
   * stays.
   */
  | "MURRE_WARNING_FOREIGN_CHANGE"
  /**
   * An installed RECORD lists what is no file of its distribution (a folder, a link, a part of the environment, a
   * place outside); it stays.
   * To do: look at what wrote it.
   */
  | "MURRE_WARNING_FOREIGN_ROW"
  /**
   * An index gave no answer for a project, and the others are taken.
   * To do: see the reason in it.
   */
  | "MURRE_WARNING_INDEX_SKIPPED"
  /**
   * What the keyring that was chosen writes while it is asked, or why it cannot be asked.
   * To do: what it says; `--keyring-provider disabled` asks none.
   */
  | "MURRE_WARNING_KEYRING"
  /**
   * A listener of events threw something, and the operation went on. It comes as a warning of the process, once for each operation.
   * To do: mend the listener.
   */
  | "MURRE_WARNING_LISTENER"
  /** A requirements file by which a list is ordered (`freeze -r`) names what is not installed, or names something twice. */
  | "MURRE_WARNING_FREEZE"
  /** Links of a repository that lead out of it are no part of what is built. To do: nothing, unless the build misses them. */
  | "MURRE_WARNING_LEFT_OUT"
  /**
   * An index says of a distribution what its file does not hold; everything is resolved again with what it holds.
   * To do: tell whoever runs the index.
   */
  | "MURRE_WARNING_METADATA_MISMATCH"
  /**
   * A project's files come from several hosts, so that a stranger could register its name.
   * To do: `--index-strategy first-index`.
   */
  | "MURRE_WARNING_MIXED_ORIGINS"
  /** An index speaks a newer version of the simple API than is known; what is known of it is read. */
  | "MURRE_WARNING_NEWER_API"
  /** A project that is to be removed is not installed, and is passed over. */
  | "MURRE_WARNING_NOT_INSTALLED"
  /**
   * A file that several distributions shared went, and the bytes of the one that stays are not in the cache.
   * To do: `murre pip sync`, or reinstall that one.
   */
  | "MURRE_WARNING_NOT_RESTORED"
  /** What a project or a file says about Python cannot be followed; the message says what is taken. */
  | "MURRE_WARNING_PYTHON"
  /**
   * A wheel's RECORD disagrees with what the wheel holds; what it holds is installed.
   * To do: nothing, or refuse such wheels (`--strict-record`).
   */
  | "MURRE_WARNING_RECORD"
  /** A line of a requirements file is read in another way than it may have been meant, or not followed. */
  | "MURRE_WARNING_REQUIREMENTS"
  /** The resolution met something that the user should know. */
  | "MURRE_WARNING_RESOLUTION"
  /**
   * A release was withdrawn by its author; it is installed because it is pinned.
   * To do: pin another one.
   */
  | "MURRE_WARNING_YANKED";

/** What a warning of an operation may have for its code. */
export type WarningCode = InstallerWarningCode | CacheWarningCode;
