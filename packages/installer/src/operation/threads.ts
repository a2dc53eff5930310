import { availableParallelism } from "node:os";
import type { InstallerSettings } from "../api/settings.ts";

export function threadsOf({ threads }: InstallerSettings): number {
  return threads ?? Math.min(8, availableParallelism());
}
