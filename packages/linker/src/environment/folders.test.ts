import { describe, expect, test } from "vitest";
import type { Destination } from "./destination.ts";
import { openFolders, type FolderFacts } from "./folders.ts";

const site = "/env/lib/python3/site-packages";
const destination: Destination = {
  schemes: {
    purelib: site,
    platlib: "/env/lib64/python3/site-packages",
    scripts: "/env/bin",
    headers: "/env/include",
    data: "/env",
  },
  executable: "/env/bin/python",
  platform: "linux",
  boundary: "/env",
};

/** A file system of links by where they lead; what `missing` names is not there. */
function facts(links: Record<string, string>, missing: readonly string[] = []) {
  const asked: string[] = [];
  const real = (path: string): string => {
    for (let up = path; up !== ""; up = up.slice(0, up.lastIndexOf("/"))) {
      const to = links[up];
      if (to !== undefined) return real(to + path.slice(up.length));
    }
    return path;
  };
  const found: FolderFacts = {
    kindOf(path) {
      asked.push(path);
      return missing.includes(path) ? undefined : links[path] === undefined ? "other" : "link";
    },
    realPath: real,
  };
  return { ...found, asked };
}

describe("a folder has one name", () => {
  const links = {
    "/env/lib64": "/env/lib",
    "/env/local": "/env",
    "/env/share": "/data/share",
    "/env/doc": "/data/share/doc",
    "/env/above": "/",
    "/home/env": "/env",
  };
  test.each([
    ["a folder without links is itself", "/env/lib/x", "/env/lib/x"],
    ["a link of the environment is where it leads", "/env/lib64/python3/x", "/env/lib/python3/x"],
    ["also through another", "/env/local/lib64/x", "/env/lib/x"],
    ["the environment itself may be reached by one", "/home/env/bin", "/env/bin"],
    ["a user's link out of it stays below the environment", "/env/share/man", "/env/share/man"],
    ["and one that leads back is where it leads", "/env/above/env/lib64/python3/site-packages", site],
  ])("%s", (_, folder, name) => {
    expect(openFolders(destination, [], facts(links)).of(folder)).toBe(name);
  });

  test.each([[["/env/share/doc/x", "/env/doc/x"]], [["/env/doc/x", "/env/share/doc/x"]]])(
    "two links to one place outside give one name, whichever is met first: %j",
    (paths) => {
      const folders = openFolders(destination, [], facts(links));
      const [first, second] = paths.map((path) => folders.of(path));
      expect(second).toBe(first);
    },
  );

  test("what is not there is looked at once, and nothing below it", () => {
    const { asked, ...found } = facts({}, ["/env/share"]);
    const folders = openFolders(destination, [], found);
    asked.length = 0;
    for (const below of ["a", "a/b", "c"]) folders.of(`/env/share/${below}`);
    expect(asked).toEqual(["/env/share"]);
  });

  test("where the file system folds case, a folder is spelled as it is there", () => {
    const trueName = (path: string) => path.slice(path.lastIndexOf("/") + 1).toLowerCase();
    const folders = openFolders(destination, [], { ...facts(links), trueName });
    expect(folders.of("/env/LIB64/Python3")).toBe("/env/lib64/python3");
    expect(folders.of("/env/Bin")).toBe("/env/bin");
  });
});
