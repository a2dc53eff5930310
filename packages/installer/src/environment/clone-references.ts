import { describeClone, findClone } from "@murre/vcs";
import { dirname, isAbsolute, relative, sep } from "node:path";
import type { InstalledPin } from "../api/reports.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { eggReference } from "../wanted/direct-url-info.ts";

/** Names the commit of a clone that was made to be installed from: by murre, or by pip in `src` of the environment. */
export async function withReference(
  pin: InstalledPin,
  ownFolder: string | undefined,
  { env, platform }: InstallerSettings,
  signal: AbortSignal | undefined,
): Promise<InstalledPin> {
  const { editableLocation: location } = pin;
  const clone = location !== undefined && isAbsolute(location) ? findClone(location) : undefined;
  if (location === undefined || clone === undefined) return pin;
  if (!clone.isMarked && dirname(clone.folder) !== ownFolder) return pin;
  const url = await describeClone(clone.folder, { env, platform, signal });
  if (url === undefined) return pin;
  const inside = relative(clone.folder, location).replaceAll(sep, "/");
  return { ...pin, editableReference: eggReference(url, pin.name, inside) };
}
