import type { TreeDistribution } from "@murre/installer";
import { expect, test } from "vitest";
import { dependencyTree, type TreeShape } from "./dependency-tree.ts";

/** `a>b c`: a, which requires b and c. */
function distributions(text: string): TreeDistribution[] {
  const all = text.split("; ").map((line) => {
    const [name = "", required = ""] = line.split(">");
    const requires = required.split(" ").filter(Boolean);
    const one = { name, displayName: name, version: "1", location: "/" };
    return { ...one, requires: requires.map((to) => ({ name: to, specifiers: "" })) };
  });
  return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

const plain: TreeShape = { depth: 255, dedupe: true, prune: [], roots: [], invert: false, specifiers: false };

test.each<[what: string, text: string, shape: Partial<TreeShape>, lines: readonly string[]]>([
  ["nothing", "a", {}, ["a"]],
  ["what is not installed is left out", "a>gone", {}, ["a"]],
  ["a circle that nothing leads to", "b>a; a>b; c", {}, ["a", "└── b", "    └── a (*)", "c"]],
  ["a circle below a root", "a>b; b>c; c>b", {}, ["a", "└── b", "    └── c", "        └── b (*)"]],
  ["itself", "a>a", {}, ["a", "└── a (*)"]],
  ["shown once", "a>c; b>c; c>d; d", {}, ["a", "└── c", "    └── d", "b", "└── c (*)"]],
  ["shown each time", "a>c; b>c; c>d; d", { dedupe: false }, ["a", "└── c", "    └── d", "b", "└── c", "    └── d"]],
  ["a circle is never shown each time", "a>b; b>a", { dedupe: false }, ["a", "└── b", "    └── a (*)"]],
  ["a root is named in any spelling", "a-b>c; c", { roots: ["A.B"] }, ["a-b", "└── c"]],
  ["what is left out leads to nothing", "a>b; b>c; c", { prune: ["B"] }, ["a", "c"]],
  ["inverted", "a>c; b>c; c", { invert: true }, ["c", "├── a", "└── b"]],
])("%s", (_, text, shape, lines) => {
  const tree = dependencyTree(distributions(text), { ...plain, ...shape });
  expect(tree.lines.map((line) => line.replaceAll(" v1", ""))).toEqual(lines);
  expect(tree.isShortened).toBe(lines.some((line) => line.endsWith("(*)")));
});
