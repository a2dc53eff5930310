import { InstallerError } from "./installer-error.ts";

/** An option, or its variable, and the value that it does not have. */
abstract class ValueRefused extends InstallerError {
  readonly option: string;
  readonly value: string;
  constructor(option: string, value: string, problem: string) {
    super(`${asGiven(option, value)}: ${problem}`);
    this.option = option;
    this.value = value;
  }
}

/**
 * An option of builds, or its variable, has a value that means nothing. Nothing was changed.
 * To do: correct the value.
 */
export class BuildOptionInvalid extends ValueRefused {
  override readonly name = "BuildOptionInvalid";
  readonly code = "MURRE_BUILD_OPTION";
}

/**
 * An option of resolution, or its variable, has a value that means nothing. Nothing was changed.
 * To do: correct the value.
 */
export class ResolutionOptionInvalid extends ValueRefused {
  override readonly name = "ResolutionOptionInvalid";
  readonly code = "MURRE_RESOLUTION_OPTION";
}

/**
 * A caller gave an option that there is not, or one that is of another kind, or left out one that there has to be. Nothing was done.
 * To do: correct the call.
 */
export class InvalidOption extends InstallerError {
  override readonly name = "InvalidOption";
  readonly code = "MURRE_INVALID_OPTION";
  /** The function that was called. */
  readonly operation: string;
  readonly option: string | undefined;
  constructor(operation: string, option: string | undefined, problem: string) {
    super(`${operation}: ${problem}`);
    this.operation = operation;
    this.option = option;
  }
}

/**
 * Murre's operations were closed: this one was ended because of that, as its own signal would have ended it, or was called afterwards and did
 * nothing. What it was to change is as it was, or is changed as a whole.
 * To do: nothing, or call it on another `createMurre()`.
 */
export class OperationsClosed extends InstallerError {
  override readonly name = "OperationsClosed";
  readonly code = "MURRE_CLOSED";
  constructor() {
    super("murre's operations were closed");
  }
}

/** `--build-timeout -1`, `MURRE_RESOLUTION=newest`. */
function asGiven(option: string, value: string): string {
  return option.startsWith("--") ? `${option} ${value}` : `${option}=${value}`;
}
