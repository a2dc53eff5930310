import { mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { normalizeName } from "@murre/pep508";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { IndexUnreachable } from "../errors.ts";
import { readFilePage } from "./file-index.ts";
import { keptPages } from "./kept-pages.ts";
import { memoryDocuments } from "../metadata/memory-documents.test.data.ts";

const foo = normalizeName("foo");

function indexWith(project: string, files: Readonly<Record<string, string>>): { folder: string; root: string } {
  const folder = temporaryFolder();
  mkdirSync(join(folder, project));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, project, name), text);
  return { folder, root: pathToFileURL(`${folder}/`).href };
}

const anchor = (filename: string): string => `<a href="${filename}">x</a>`;

describe("a folder can be an index", () => {
  test("a project's page is its index.html", async () => {
    const { root } = indexWith("foo", { "index.html": anchor("../files/foo-1.0.tar.gz") });
    expect(
      (
        await readFilePage(
          root,
          foo,
          keptPages(undefined, () => {}),
        )
      )?.files.map(({ url }) => url),
    ).toEqual([`${root}files/foo-1.0.tar.gz`]);
  });

  test("without one it is the folder's listing, in order of names", async () => {
    const { root } = indexWith("foo", { "foo-2.0.tar.gz": "", "foo-1.0.tar.gz": "", "notes.txt": "" });
    const page = await readFilePage(
      root,
      foo,
      keptPages(undefined, () => {}),
    );
    expect(page?.files.map(({ filename }) => filename)).toEqual(["foo-1.0.tar.gz", "foo-2.0.tar.gz"]);
    expect(page?.skipped).toHaveLength(1);
  });

  test("a project without a folder is not there", async () => {
    expect(
      await readFilePage(
        indexWith("foo", {}).root,
        normalizeName("bar"),
        keptPages(undefined, () => {}),
      ),
    ).toBeUndefined();
  });

  test("an index without a folder cannot be reached", async () => {
    await expect(
      readFilePage(
        "file:///there/is/no/such/",
        foo,
        keptPages(undefined, () => {}),
      ),
    ).rejects.toThrow(IndexUnreachable);
  });
});

describe("a page that did not change is not parsed again", () => {
  test("size, modification time and inode decide", async () => {
    const { folder, root } = indexWith("foo", { "index.html": anchor("foo-1.0.tar.gz") });
    const page = join(folder, "foo/index.html");
    const { documents, contents } = memoryDocuments();
    await readFilePage(
      root,
      foo,
      keptPages(documents, () => {}),
    );
    const [key = ""] = contents.keys();
    contents.set(key, contents.get(key)?.replaceAll("1.0", "9.9") ?? "");
    const names = async () =>
      (
        await readFilePage(
          root,
          foo,
          keptPages(documents, () => {}),
        )
      )?.files.map(({ filename }) => filename);
    expect(await names()).toEqual(["foo-9.9.tar.gz"]);

    const { atime, mtime } = statSync(page);
    writeFileSync(join(folder, "other"), readFileSync(page));
    utimesSync(join(folder, "other"), atime, mtime);
    renameSync(join(folder, "other"), page);
    expect(await names()).toEqual(["foo-1.0.tar.gz"]);
  });
});
