import type {
  FreshnessOptions,
  IndexOptions,
  OperationContext,
  PythonOptions,
  SelectionOptions,
} from "./operations.ts";

export interface RecoverOptions extends OperationContext, PythonOptions {}

export interface TreeOptions extends OperationContext, PythonOptions, FreshnessOptions {
  /** Each distribution has its newest version with it. */
  readonly latest?: boolean;
}

export interface InspectOptions extends OperationContext, PythonOptions {
  readonly local?: boolean;
  readonly paths?: readonly string[];
}

export interface IndexVersionsOptions extends OperationContext, PythonOptions, IndexOptions, SelectionOptions {
  readonly project: string;
  readonly prereleases?: boolean;
  readonly onlyBinary?: readonly string[];
  readonly noBinary?: readonly string[];
}

export interface HashOptions extends OperationContext {
  readonly files: readonly string[];
  /** Default "sha256". */
  readonly algorithm?: "sha256" | "sha384" | "sha512";
}

export interface DescribeOptions extends OperationContext, PythonOptions, IndexOptions, SelectionOptions {
  /** A `uv.toml` that is listed in the place of all others of uv's. */
  readonly configFile?: string;
}
