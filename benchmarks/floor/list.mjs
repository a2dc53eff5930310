import { lstatSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes the list of folders and links that made `environment` out of the store of `cache`, by inode. */
export function writeFloorList(file, cache, environment) {
  const sources = new Map();
  const store = join(cache, "v1/store");
  for (const entry of readdirSync(store))
    walk(join(store, entry, "pkg"), "", (path, isFolder) => {
      if (!isFolder)
        sources.set(lstatSync(join(store, entry, "pkg", path), { bigint: true }).ino, join(store, entry, "pkg", path));
    });
  const folders = [];
  const links = [];
  walk(environment, "", (path, isFolder) => {
    if (isFolder) {
      folders.push(`D ${path}`);
      return;
    }
    const source = sources.get(lstatSync(join(environment, path), { bigint: true }).ino);
    if (source !== undefined) links.push(`L ${source}\t${path}`);
  });
  writeFileSync(file, `${[...folders, ...links].join("\n")}\n`);
  return { folders: folders.length, links: links.length };
}

function walk(root, relative, visit) {
  const entries = readdirSync(join(root, relative), { withFileTypes: true });
  for (const entry of entries) {
    const path = relative === "" ? entry.name : `${relative}/${entry.name}`;
    visit(path, entry.isDirectory());
    if (entry.isDirectory()) walk(root, path, visit);
  }
}
