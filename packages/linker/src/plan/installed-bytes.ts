import type { WheelEntry } from "@murre/cache";
import { liesBelow, placeDirectory, type Destination } from "../environment/destination.ts";
import type { EnvironmentView } from "../environment/environment-view.ts";
import { canonicalDestination } from "../environment/folders.ts";
import { baseOf, parentOf } from "../environment/paths.ts";
import type { InstalledBytes } from "./change-plan.ts";
import { wheelScripts } from "./generated.ts";

/** What a wheel in the store has at an installed path: what lies in the archive, or a script that is written anew. Undefined when it has none there. */
export function installedBytes(
  given: Destination,
  wheel: { readonly name: string; readonly entry: WheelEntry },
  view: EnvironmentView,
  path: string,
): InstalledBytes | undefined {
  const destination = canonicalDestination(given, view.folders);
  const { manifest } = wheel.entry;
  const { head, directories } = manifest;
  const folder = parentOf(path);
  if (liesBelow([destination.schemes.scripts], folder)) {
    const script = wheelScripts(destination, wheel, view, view.folders.of).find((one) => one.path === path);
    if (script !== undefined) return { from: script.content, executable: script.executable };
  }
  let file = 0;
  for (const { path: source, fileCount } of directories) {
    const end = file + fileCount;
    const place = placeDirectory(destination, { ...head, name: wheel.name }, source);
    if (
      place !== undefined &&
      place.scheme !== "scripts" &&
      view.folders.of(place.target) === folder &&
      manifest.namesOf({ firstFile: file, fileCount }).includes(baseOf(path))
    )
      return { from: `${wheel.entry.filesFolder}/${source === "" ? "" : `${source}/`}${baseOf(path)}` };
    file = end;
  }
  return undefined;
}
