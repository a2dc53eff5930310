// What a plan is made of and what it says: the types that planning, linking and transactions exchange.

import type { WheelEntry } from "@murre/cache";
import type { Destination } from "../environment/destination.ts";
import type { ForeignRow } from "../environment/recorded-files.ts";

/** A wheel in the store that is to be installed. */
export interface WheelToInstall {
  /** Normalised (PEP 503). Within one change, the greatest name wins a contested path. */
  readonly name: string;
  readonly version: string;
  readonly entry: WheelEntry;
  /** Whether the user named it: REQUESTED (PEP 376). */
  readonly requested: boolean;
  /** The content of direct_url.json (PEP 610), for what did not come from an index. */
  readonly directUrl?: unknown;
  /** A killed process left a part of this distribution: its files may stand where nobody owns them, and are replaced. */
  readonly completes?: boolean;
}

/** A whole folder of the archive that is new in the environment and belongs to this wheel alone. */
export interface PlacedTree {
  /** A top-level folder of the archive. */
  readonly source: string;
  /** Absolute. */
  readonly target: string;
}

/** A single folder that is opened: its target is shared with other wheels, or stands in the environment already. */
export interface PlacedFolder extends PlacedTree {
  /** Whether the task makes it in the stage; the others are part of the plan's scaffold. */
  readonly make: boolean;
}

/** One wheel's folders and files: made and linked without looking at any other task. */
export interface LinkTask {
  readonly name: string;
  readonly entry: WheelEntry;
  readonly trees: readonly PlacedTree[];
  /** Every folder that lies in none of the trees. */
  readonly folders: readonly PlacedFolder[];
  /** Indexes of files that another wheel's bytes win. */
  readonly skip: ReadonlySet<number>;
}

/** Everything that a change does, decided before anything is touched. All paths are absolute; no two of those that come or go lie in one another. */
export interface ChangePlan {
  readonly destination: Destination;
  /** Folders that stand and stay, below one of which each path lies. */
  readonly roots: readonly string[];
  /** What is renamed away: files, and folders with all that is in them. */
  readonly retired: readonly string[];
  /** Files that stand there and that a placed one is renamed over. */
  readonly replaced: ReadonlySet<string>;
  /** What is renamed into the environment: files, and folders in which everything is new. */
  readonly placed: readonly string[];
  /** Folders that go at the end if nothing is left in them, deepest first. */
  readonly emptied: readonly string[];
  /** Folders that are made in the stage before all tasks, with those above them: of several tasks, or standing in the environment. */
  readonly scaffold: readonly string[];
  readonly tasks: readonly LinkTask[];
  /** New files with content of their own: never links into the cache. In this order, RECORD of each wheel last. */
  readonly generated: readonly GeneratedFile[];
  /** What stands somewhere already and is linked to a place of the stage, or bytes that are written there. */
  readonly copies: readonly RestoredFile[];
  readonly conflicts: readonly Conflict[];
  /** Rows of the RECORDs of what goes that name no file of it: what stands there stays. */
  readonly foreign: readonly ForeignRows[];
  /** Normalised names of what goes and comes, for messages and recovery. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
  /** The stopped transaction that this plan makes good. */
  readonly settles?: string;
}

/** A file that the installer writes itself. */
export interface GeneratedFile {
  /** Absolute. */
  readonly path: string;
  /** Of a RECORD: the manifest's rows, which stand before the content. They are neither kept nor sent to a thread. */
  readonly before?: () => Buffer;
  readonly content: Buffer;
  readonly executable: boolean;
  readonly wheel: string;
}

/** The bytes of a file, or the file that has them; executable only where they are to be written. */
export interface InstalledBytes {
  readonly from: string | Buffer;
  readonly executable?: boolean;
}

/** A file in the environment, and the bytes that it is to have. */
export interface RestoredFile extends InstalledBytes {
  readonly target: string;
}

/** Several distributions have the same path, of one change or one of them installed before; `winner`'s bytes are placed. */
export interface Conflict {
  readonly path: string;
  readonly winner: string;
  readonly losers: readonly string[];
  /** Whether all of them have the same bytes: then nobody needs to be warned. */
  readonly identical: boolean;
}

/** What the RECORD of a distribution that goes has besides files of it. */
export interface ForeignRows {
  /** The distribution. */
  readonly name: string;
  readonly rows: readonly ForeignRow[];
}
