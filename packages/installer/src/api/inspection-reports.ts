import type { InstalledPin } from "./reports.ts";
import type { ReportedInstallation } from "./report-format.ts";
import type { DirectUrl } from "@murre/python";

/** What is installed, and what of it requires what. */
export interface TreeReport {
  readonly environment: string;
  readonly distributions: readonly TreeDistribution[];
}

export interface TreeDistribution extends InstalledPin {
  /** In the order of names. Also what is not installed. */
  readonly requires: readonly {
    readonly name: string;
    /** `>=1.0,<2`; empty: any version. */
    readonly specifiers: string;
  }[];
  /** The newest version that indexes have, where that was asked for and it is another one. */
  readonly latest?: string;
}

/** What `pip inspect` prints, format 1. Names are as pip has them. */
export interface InspectReport {
  readonly version: "1";
  /** Who wrote it: `murre 1.2.3`. */
  readonly pip_version: string;
  readonly installed: readonly InspectedDistribution[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface InspectedDistribution extends Pick<ReportedInstallation, "metadata" | "requested"> {
  /** The dist-info folder. */
  readonly metadata_location: string;
  readonly direct_url?: DirectUrl;
  readonly installer?: string;
}

export interface IndexVersionsReport {
  readonly name: string;
  /** That can be installed here, the newest first. */
  readonly versions: readonly string[];
  readonly latest: string;
  readonly installed?: string;
}

export interface HashReport {
  readonly algorithm: string;
  readonly files: readonly { readonly file: string; readonly digest: string }[];
}

export interface DescribeReport {
  readonly murre: string;
  readonly executable: string;
  readonly pythonVersion: string;
  readonly implementation: string;
  readonly platform: string;
  readonly isVirtual: boolean;
  readonly environment: string;
  readonly cacheFolder: string;
  /** The indexes and find-links places, without credentials, and where each was named. */
  readonly places: readonly { readonly url: string; readonly kind: string; readonly origin?: string }[];
  /** The tags of wheels that fit, the best first. */
  readonly tags: readonly string[];
}

export interface ConfigurationReport {
  /** By name. */
  readonly settings: readonly {
    /** As pip calls it, `index-url`; or the variable. */
    readonly name: string;
    /** Without credentials. */
    readonly value: string;
    /** `/etc/pip.conf [global]`, `PIP_INDEX_URL`. */
    readonly origin: string;
  }[];
  /** The configuration files of pip that were looked for, in the order in which they are read. */
  readonly files: readonly { readonly kind: string; readonly path: string; readonly exists: boolean }[];
}

/** The newest first. */
export interface ListPythonsReport {
  readonly pythons: readonly ListedPython[];
}

/** An interpreter under one of its names, in the words of `uv python list --output-format json`. */
export interface ListedPython {
  /** `cpython-3.13.1-linux-x86_64-gnu`. */
  readonly key: string;
  readonly version: string;
  readonly version_parts: { readonly major: number; readonly minor: number; readonly patch: number };
  /** Absolute. */
  readonly path: string;
  /** Where the path leads, as the link has it. */
  readonly symlink: string | null;
  /** Of a download, and none is listed. */
  readonly url: null;
  readonly os: string;
  readonly variant: string;
  readonly implementation: string;
  readonly arch: string;
  readonly libc: string;
}

export interface FindPythonReport {
  /** Absolute; links are not resolved. */
  readonly executable: string;
  /** The same without links. */
  readonly realExecutable: string;
  readonly version: string;
  readonly implementation: string;
  readonly isVirtual: boolean;
}

export interface PinPythonReport {
  /** The file that was read, written or removed. */
  readonly path: string;
  /** The same, from here where it is here. */
  readonly shownPath: string;
  /** What it asks for now, the first before the others. */
  readonly pins: readonly string[];
  /** What it asked for before it was written or removed. */
  readonly previous: readonly string[];
  readonly change: "none" | "written" | "removed";
}
