// The rooms of a package: the folders of its src/, in an order that imports follow downwards.
import { dirname, join } from "node:path/posix";

const importPattern = /(?:from\s+|import\s*\(\s*|import\s+)["'](\.[^"']+)["']/g;

const isTest = (path) => /\.test(\.data)?\.ts$/.test(path);

/**
 * @param rooms folders (and files) of src/, the uppermost first; a file of src/ that is not among them stands above all of them
 * @param sources the text of each file by its path below src/
 * @param mostFiles of one folder; its tests do not count
 * @returns what is wrong, each with the file or folder where it is
 */
export function wrongRooms(rooms, sources, mostFiles) {
  const wrong = [];
  const floorOf = (path) => {
    const [room] = path.split("/");
    const floor = rooms.indexOf(room);
    return floor < 0 && room === path ? -1 : floor < 0 ? undefined : floor;
  };
  const unplaced = new Set();
  for (const [path, text] of sources) {
    const floor = floorOf(path);
    if (floor === undefined) {
      unplaced.add(path.split("/")[0]);
      continue;
    }
    // A test stands beside what it is about, and sets up with whatever it needs.
    if (isTest(path)) continue;
    for (const [, target] of text.matchAll(importPattern)) {
      const imported = join(dirname(path), target);
      const its = imported.startsWith("..") ? undefined : floorOf(imported);
      if (its !== undefined && its < floor) wrong.push([path, `imports ${imported}, which stands above it`]);
    }
  }
  for (const room of unplaced) wrong.push([room, "has no place among the package's rooms in scripts/house.json"]);
  for (const room of rooms)
    if (![...sources.keys()].some((path) => path === room || path.startsWith(`${room}/`)))
      wrong.push([room, "is a room in scripts/house.json, and there is no such"]);
  return [...wrong, ...fullRooms(sources, mostFiles)];
}

/** The folders that have more files than a room has, tests apart: of a package whose rooms have no order as well. */
export function fullRooms(sources, mostFiles) {
  const counts = new Map();
  for (const path of sources.keys()) if (!isTest(path)) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > mostFiles)
    .map(([folder, count]) => [folder, `has ${count} files, more than the ${mostFiles} of a room`]);
}
