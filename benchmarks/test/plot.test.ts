import { describe, expect, test } from "vitest";
// @ts-expect-error the plotter is a plain module
import { plot } from "../plot.mjs";

const results = [
  {
    title: "one <thing>",
    rows: [
      { name: "murre", medianSeconds: 0.5 },
      { name: "uv", medianSeconds: 2 },
    ],
  },
  { title: "another", rows: [{ name: "node", medianSeconds: 0.04 }] },
];

const drawn = (plot as (all: typeof results) => string)(results);

describe("a plot of medians", () => {
  test("has a bar for each, as long as its time in its group", () => {
    const widths = [...drawn.matchAll(/<rect[^>]* width="(\d+)"/g)].map(([, width]) => Number(width));
    expect(widths).toHaveLength(3);
    expect(widths[1]! / widths[0]!).toBeCloseTo(4, 1);
    expect(widths[2]).toBe(widths[1]);
  });

  test("says names, times and titles, whatever signs they have", () => {
    for (const said of ["one &lt;thing&gt;", "500 ms", "2.00 s", "40 ms", ">murre<"]) expect(drawn).toContain(said);
  });
});
