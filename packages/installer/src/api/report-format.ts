import type { DirectUrl } from "@murre/python";
import type { MarkerEnvironment } from "@murre/pep508";

/** pip's installation report, format 1. Names are as pip has them. */
export interface InstallationReport {
  readonly version: "1";
  /** Who wrote it: `murre 1.2.3`. */
  readonly pip_version: string;
  readonly install: readonly ReportedInstallation[];
  /** The variables of markers, of the Python that was resolved for. */
  readonly environment: Readonly<Record<keyof MarkerEnvironment & string, string>>;
}

export interface ReportedInstallation {
  /** As direct_url.json (PEP 610), of files from an index as well; hashes as far as they were told. */
  readonly download_info: DirectUrl;
  /** It was named by its URL or path. */
  readonly is_direct: boolean;
  readonly is_yanked: boolean;
  /** Somebody named it; otherwise it is a dependency only. */
  readonly requested: boolean;
  readonly requested_extras?: readonly string[];
  /** Core metadata as JSON (PEP 566). */
  readonly metadata: Readonly<Record<string, string | readonly string[]>>;
}
