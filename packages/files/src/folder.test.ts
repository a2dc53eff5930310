import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "@murre/test-kit";
import { expect, test } from "vitest";
import { namesIn } from "./folder.ts";

test("a folder's names are listed; where a link, a file or nothing stands there are none", () => {
  const root = temporaryFolder();
  mkdirSync(join(root, "folder"));
  writeFileSync(join(root, "folder", "file"), "");
  symlinkSync("folder", join(root, "link"));
  expect(namesIn(join(root, "folder"))).toEqual(["file"]);
  for (const other of ["link", "folder/file", "folder/file/below", "missing"])
    expect(namesIn(join(root, other))).toEqual([]);
});
