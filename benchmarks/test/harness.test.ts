import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
// @ts-expect-error the harness is a plain module
import { compare, withScratch } from "../harness.mjs";
// @ts-expect-error so are the figures
import { median } from "../../storms/kit/report.mjs";

const scratch = mkdtempSync(join(tmpdir(), "murre-harness-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe("the harness", () => {
  test.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[7], 7],
  ])("the median of %j is %d", (values, expected) => expect(median(values)).toBe(expected));

  test("contestants take turns in folders that never existed before", () => {
    const order: string[] = [];
    const contestant = (name: string) => ({
      name,
      prepare: (_: number, folder: string) => {
        expect(readdirSync(folder)).toEqual([]);
        order.push(name);
      },
      command: () => ({ file: process.execPath, args: ["-e", "0"] }),
    });
    const { rows } = compare("t", [contestant("a"), contestant("b")], { runs: 2, scratch });
    expect(order).toEqual(["b", "a", "a", "b", "b", "a"]);
    expect(rows.map(({ name }: { name: string }) => name)).toEqual(["a", "b"]);
    expect(rows[0].ratio).toBe(1);
  });

  test("a run that fails ends the benchmark with what it said", () => {
    const broken = {
      name: "broken",
      command: () => ({ file: process.execPath, args: ["-e", "console.error('no'); process.exit(3)"] }),
    };
    expect(() => compare("t", [broken], { runs: 1, scratch: join(scratch, "broken") })).toThrow(/ended with 3:\nno/);
  });

  test("the scratch folder is gone afterwards, also after a failure", () => {
    let used = "";
    expect(() =>
      withScratch((folder: string) => {
        used = folder;
        throw new Error("x");
      }),
    ).toThrow("x");
    expect(existsSync(used)).toBe(false);
  });
});
