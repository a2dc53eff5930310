import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { mendAfterEach, onCall } from "../../test/faulty-fs.ts";
import { removeTree } from "./remove-tree.ts";

mendAfterEach();

describe("removing a tree", () => {
  function tree() {
    const folder = temporaryFolder("remove-tree");
    mkdirSync(`${folder}/tree/deep/deeper`, { recursive: true });
    for (const name of ["a", "deep/b", "deep/deeper/c"]) writeFileSync(`${folder}/tree/${name}`, "");
    mkdirSync(`${folder}/kept`);
    writeFileSync(`${folder}/kept/x`, "");
    symlinkSync(`${folder}/kept`, `${folder}/tree/link`);
    return { folder, path: `${folder}/tree` };
  }

  test("takes all of it, and nothing that a link leads to", () => {
    const { folder, path } = tree();
    expect([removeTree(path), readdirSync(folder), readdirSync(`${folder}/kept`)]).toEqual([true, ["kept"], ["x"]]);
  });

  test("takes a single file, a link, and what is gone already", () => {
    const { folder, path } = tree();
    const paths = [`${path}/a`, `${path}/link`, `${folder}/nothing`];
    expect([paths.map((one) => removeTree(one)), readdirSync(path), existsSync(`${folder}/kept/x`)]).toEqual([
      [true, true, true],
      ["deep"],
      true,
    ]);
  });

  test("ends at its deadline, and what is left is taken the next time", () => {
    const { path } = tree();
    expect([removeTree(path, 0), existsSync(path)]).toEqual([false, true]);
    expect([removeTree(path), existsSync(path)]).toEqual([true, false]);
  });

  test("is not disturbed by others that delete it as well", () => {
    const { folder, path } = tree();
    let others = 0;
    const take = (one: string) => renameSync(one, `${folder}/taken-${others++}`);
    onCall("unlinkSync", (one) => (one.endsWith("/a") ? take(one) : undefined));
    onCall("rmdirSync", (one) => (one.endsWith("/deeper") ? take(one) : undefined));
    expect([removeTree(path), existsSync(path), others]).toEqual([true, false, 2]);
  });

  test("leaves what somebody puts there meanwhile", () => {
    const { path } = tree();
    onCall("rmdirSync", (one) => {
      if (one === path) writeFileSync(`${path}/new`, "");
    });
    expect([removeTree(path), readdirSync(path)]).toEqual([true, ["new"]]);
  });

  test.each<[Parameters<typeof onCall>[0], string]>([
    ["unlinkSync", "EACCES"],
    ["rmdirSync", "EBUSY"],
  ])("says what is refused: %s, %s", (call, code) => {
    const { path } = tree();
    onCall(call, () => code);
    expect(() => removeTree(path)).toThrow(expect.objectContaining({ code }));
  });
});
