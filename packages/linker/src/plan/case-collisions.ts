import { baseOf, parentOf } from "../environment/paths.ts";
import { CaseCollision } from "../errors.ts";
import type { GeneratedFile } from "./change-plan.ts";
import type { Leaving } from "./fold-removals.ts";
import { foldersOf, type PlacedWheel } from "./place-wheels.ts";
import type { Standing } from "./standing-folders.ts";

/**
 * On a file system that folds case two paths of different spelling are one: the second file would take the place of the first, and Python
 * would find neither folder by the other's name. So no change has both, and none brings one where the other stands.
 * @throws {CaseCollision} with the first of them by the order of the wheels.
 */
export function refuseCaseCollisions(
  placed: readonly PlacedWheel[],
  generated: readonly GeneratedFile[],
  leaving: Leaving,
  standing: Standing,
  ownersOf: (path: string) => readonly string[],
): void {
  const first = new Map<string, { readonly path: string; readonly wheel: string }>();
  const present = new Map<string, ReadonlyMap<string, string>>();
  const stands = (path: string): string | undefined => {
    const parent = parentOf(path);
    const names = present.get(parent) ?? new Map(namesIn(standing, parent).map((name) => [name.toLowerCase(), name]));
    present.set(parent, names);
    const name = names.get(baseOf(path).toLowerCase());
    return name === undefined ? undefined : `${parent}/${name}`;
  };
  for (const { path, wheel } of arrivals(placed, generated)) {
    const folded = path.toLowerCase();
    const other = first.get(folded);
    if (other === undefined) first.set(folded, { path, wheel });
    else if (other.path !== path) throw new CaseCollision([other.path, path], [...new Set([other.wheel, wheel])]);
    const there = stands(path);
    if (there !== undefined && there !== path && !leaving.has(there))
      throw new CaseCollision([there, path], [...ownersOf(there), wheel]);
  }
}

function namesIn(standing: Standing, folder: string): string[] {
  return [...(standing.listing(folder)?.keys() ?? [])];
}

/** Every folder and file that comes, whoever else has it. */
function* arrivals(
  placed: readonly PlacedWheel[],
  generated: readonly GeneratedFile[],
): Generator<{ readonly path: string; readonly wheel: string }> {
  for (const one of placed) {
    const { name, entry } = one.wheel;
    const { names } = entry.manifest;
    for (const { source, target, firstFile, fileCount } of [...one.folders, ...foldersOf(one)]) {
      if (source !== "") yield { path: target, wheel: name };
      for (let file = firstFile; file < firstFile + fileCount; file++)
        yield { path: `${target}/${names[file] ?? ""}`, wheel: name };
    }
  }
  for (const { path, wheel } of generated) yield { path, wheel };
}
