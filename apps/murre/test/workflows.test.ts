import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
/** `20.19.0` and `20.19` are of one line. */
const lines = (text = "") => [...text.matchAll(/"(\d+)\.?[\d.]*"/g)].map(([, major]) => major);

test("the hosted CI tries the lines of Node that the matrix here tries, and that docs/support.md promises", () => {
  const here = lines(/nodeVersions = \[([^\]]*)\]/.exec(read("scripts/node-matrix.mjs"))?.[1]);
  expect(here.length).toBeGreaterThan(2);
  expect(lines(/node: \[([^\]]*)\]/.exec(read(".github/workflows/ci.yml"))?.[1])).toEqual(here);
  const promised = /^\| Node \| ([^|]*)\|/m.exec(read("docs/support.md"))?.[1]?.replace("20.19", "20") ?? "";
  expect(promised.match(/\b\d+\b/g)).toEqual(here);
});

test.each(["ci", "release"])(
  "the workflow %s asks for no more than it names, and every step is an action or a command",
  (name) => {
    const text = read(`.github/workflows/${name}.yml`);
    expect(text).toMatch(/^permissions:\n {2}contents: read$/m);
    const steps = text.match(/^ {6}- .*$/gm) ?? [];
    expect(steps.length).toBeGreaterThan(3);
    expect(steps.filter((step) => !/^ {6}- (?:uses: [\w-]+\/[\w-]+@v\d+|run: \S.*)$/.test(step))).toEqual([]);
  },
);
