import type { TreeDistribution } from "@murre/installer";
import { normalizeName } from "@murre/pep508";

export interface TreeShape {
  readonly depth: number;
  /** What was shown once is not shown again. */
  readonly dedupe: boolean;
  readonly prune: readonly string[];
  /** Where to begin; empty: with all that nothing else requires. */
  readonly roots: readonly string[];
  readonly invert: boolean;
  readonly specifiers: boolean;
}

interface Edge {
  readonly to: TreeDistribution;
  /** `[required: >=1]`. */
  readonly label: string;
}

/** The picture that uv draws, line by line. Requirements that are not installed are no part of it; `check` names them. */
export function dependencyTree(
  distributions: readonly TreeDistribution[],
  shape: TreeShape,
): { readonly lines: readonly string[]; readonly isShortened: boolean } {
  const pruned = new Set<string>(shape.prune.map(normalizeName));
  const shown = distributions.filter(({ name }) => !pruned.has(name));
  const edges = edgesOf(shown, shape.invert);
  const drawing = new Drawing(edges, shape);
  for (const root of rootsOf(shown, edges, shape.roots)) drawing.add(root);
  return drawing;
}

function edgesOf(
  distributions: readonly TreeDistribution[],
  isInverted: boolean,
): ReadonlyMap<string, readonly Edge[]> {
  const byName = new Map(distributions.map((one) => [one.name, one]));
  const edges = new Map<string, Edge[]>(distributions.map(({ name }) => [name, []]));
  for (const from of distributions)
    for (const { name, specifiers } of from.requires) {
      const to = byName.get(name);
      if (to === undefined) continue;
      const versions = specifiers === "" ? "*" : specifiers.split(",").join(", ");
      if (isInverted) edges.get(name)?.push({ to: from, label: `[requires: ${name} ${versions}]` });
      else edges.get(from.name)?.push({ to, label: `[required: ${versions}]` });
    }
  return edges;
}

/** What nothing leads to; of a circle that nothing leads to the first by name. */
function rootsOf(
  distributions: readonly TreeDistribution[],
  edges: ReadonlyMap<string, readonly Edge[]>,
  named: readonly string[],
): readonly TreeDistribution[] {
  if (named.length > 0) {
    const names = new Set<string>(named.map(normalizeName));
    return distributions.filter(({ name }) => names.has(name));
  }
  const led = new Set(
    [...edges].flatMap(([from, all]) => all.filter(({ to }) => to.name !== from).map(({ to }) => to.name)),
  );
  const roots = distributions.filter(({ name }) => !led.has(name));
  const reached = new Set<string>();
  const reach = (first: string) => {
    const open = [first];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (reached.has(name)) continue;
      reached.add(name);
      open.push(...(edges.get(name) ?? []).map(({ to }) => to.name));
    }
  };
  for (const { name } of roots) reach(name);
  const inCircles = distributions.filter(({ name }) => !reached.has(name) && (reach(name), true));
  return [...roots, ...inCircles].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

class Drawing {
  readonly lines: string[] = [];
  isShortened = false;
  readonly #edges: ReadonlyMap<string, readonly Edge[]>;
  readonly #shape: TreeShape;
  readonly #visited = new Set<string>();

  constructor(edges: ReadonlyMap<string, readonly Edge[]>, shape: TreeShape) {
    this.#edges = edges;
    this.#shape = shape;
  }

  add(root: TreeDistribution): void {
    this.#visit({ to: root, label: "" }, "", "", []);
  }

  /** @param path the names that lead here */
  #visit({ to, label }: Edge, top: string, rest: string, path: readonly string[]): void {
    const { depth, dedupe, specifiers } = this.#shape;
    const { name, version, latest } = to;
    const line = `${top}${name} v${version}${specifiers && label !== "" ? ` ${label}` : ""}`;
    const below = this.#edges.get(name) ?? [];
    if (this.#visited.has(name) && (dedupe || path.includes(name))) {
      if (below.length > 0) this.isShortened = true;
      this.lines.push(below.length > 0 ? `${line} (*)` : line);
      return;
    }
    this.lines.push(latest === undefined ? line : `${line} (latest: v${latest})`);
    this.#visited.add(name);
    if (path.length >= depth) return;
    const sorted = below.toSorted((a, b) => (a.to.name < b.to.name ? -1 : 1));
    for (const [i, edge] of sorted.entries()) {
      const isLast = i === sorted.length - 1;
      this.#visit(edge, rest + (isLast ? "└── " : "├── "), rest + (isLast ? "    " : "│   "), [...path, name]);
    }
  }
}
