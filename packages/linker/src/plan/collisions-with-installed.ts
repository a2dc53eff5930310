import { createHash } from "node:crypto";
import type { EnvironmentView } from "../environment/environment-view.ts";
import { baseOf, parentOf } from "../environment/paths.ts";
import { FileAgainstDirectory, UnownedFileInTheWay } from "../errors.ts";
import type { Conflict, GeneratedFile } from "./change-plan.ts";
import type { Leaving } from "./fold-removals.ts";
import type { PlacedWheel } from "./place-wheels.ts";
import type { Standing } from "./standing-folders.ts";

export interface Comparison {
  /** Files in folders that stay whose bytes go, because new ones are placed there. */
  readonly replaced: ReadonlySet<string>;
  /** Those of them that nobody owns and that are kept beside under another name, because the user said so. */
  readonly kept: ReadonlySet<string>;
  /** Files of distributions that stay, which this change replaces. */
  readonly conflicts: readonly Conflict[];
}

interface Newcomer {
  readonly path: string;
  readonly wheel: string;
  readonly completes: boolean;
  readonly digest: () => string | undefined;
  /** Its bytes, or the file that has them. */
  readonly content: () => string | Buffer;
}

/**
 * Compares what comes into folders that stay with what stands there: files of other distributions are replaced, files that nobody owns are
 * refused unless nothing is lost with them: they have the same bytes, or the first of them.
 * @throws {UnownedFileInTheWay} with all of them. @throws {FileAgainstDirectory} where a folder that stays is in the way.
 */
export function compareWithEnvironment(
  placed: readonly PlacedWheel[],
  generated: readonly GeneratedFile[],
  leaving: Leaving,
  standing: Standing,
  view: EnvironmentView,
  unowned: "refuse" | "keep beside",
): Comparison {
  const replaced = new Set<string>();
  const kept = new Set<string>();
  const conflicts: Conflict[] = [];
  const inTheWay: string[] = [];
  for (const { path, wheel, completes, digest, content } of newcomers(placed, generated, standing)) {
    const kind = standing.listing(parentOf(path))?.get(baseOf(path));
    if (kind === undefined || leaving.folders.has(path)) continue;
    if (kind !== "file") throw new FileAgainstDirectory(path, [wheel, ...view.ownersOf(path)]);
    replaced.add(path);
    if (leaving.files.has(path)) continue;
    const owners = view.ownersOf(path).filter((owner) => owner !== wheel);
    const identical = () => view.digestOf(path) === digest();
    if (owners.length > 0) conflicts.push({ path, winner: wheel, losers: owners, identical: identical() });
    else if (completes || identical() || view.isCutOff(path, content())) continue;
    else if (unowned === "keep beside") kept.add(path);
    else inTheWay.push(path);
  }
  if (inTheWay.length > 0) throw new UnownedFileInTheWay(inTheWay);
  return { replaced, kept, conflicts };
}

const nothing = Buffer.alloc(0);

/** Every file that is placed by itself, into a folder that stays. */
function* newcomers(
  placed: readonly PlacedWheel[],
  generated: readonly GeneratedFile[],
  standing: Standing,
): Generator<Newcomer> {
  for (const { folders, skip, wheel } of placed) {
    const { manifest } = wheel.entry;
    for (const { source: folder, target, fileCount, firstFile } of folders) {
      if (fileCount === 0 || !standing.stays(target)) continue;
      for (const [index, name] of manifest.namesOf({ firstFile, fileCount }).entries()) {
        const file = firstFile + index;
        if (!skip.has(file))
          yield {
            path: `${target}/${name}`,
            wheel: wheel.name,
            completes: wheel.completes === true,
            digest: () => manifest.details()[file]?.sha256,
            content: () => `${wheel.entry.filesFolder}/${folder === "" ? "" : `${folder}/`}${name}`,
          };
      }
    }
  }
  const completed = new Set(placed.filter(({ wheel }) => wheel.completes === true).map(({ wheel }) => wheel.name));
  for (const { path, before = () => nothing, content, wheel } of generated)
    if (standing.stays(parentOf(path)))
      yield {
        path,
        wheel,
        completes: completed.has(wheel),
        digest: () => createHash("sha256").update(before()).update(content).digest("base64url"),
        content: () => Buffer.concat([before(), content]),
      };
}
