import { redactUrl } from "@murre/pep508";
import { InstallerError } from "./installer-error.ts";

/** What cannot be done about one requirement, and who asked for it. */
export abstract class RequirementRefused extends InstallerError {
  /** As it was written, or the project that it names. */
  readonly requirement: string;
  /** Who asked: `requirements.txt:3`, `the command line`. */
  readonly origin: string;
  constructor(requirement: string, reason: string, origin: string) {
    const shown = redactUrl(requirement);
    super(`${origin}: ${shown}: ${reason}`);
    this.requirement = shown;
    this.origin = origin;
  }
}
