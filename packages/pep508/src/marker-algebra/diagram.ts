import { MarkerTooComplex } from "../errors.ts";
import { FIRST_RELEASE } from "./python-release.ts";
import { compareVariables, type Variable } from "./variables.ts";

/** Of `releases` the number at which a cell begins, of `text` a value. */
export type Key = number | string;

/**
 * A node of an ordered decision diagram with cells instead of yes and no. `releases`: cell `i` reaches from `keys[i]` to `keys[i + 1]`. `text`: cell
 * `i` is the value `keys[i]`, the last cell all other values. `test`: it holds, it does not. The same function is the same node.
 */
export interface Node {
  readonly id: number;
  readonly variable: Variable | undefined;
  readonly keys: readonly Key[];
  readonly cells: readonly Node[];
  /** Which variables of the kind `text` have tests in it: a bit for each rank. */
  readonly tested: number;
}

export const NEVER: Node = { id: 0, variable: undefined, keys: [], cells: [], tested: 0 };
export const ALWAYS: Node = { id: 1, variable: undefined, keys: [], cells: [], tested: 0 };

/** A marker comes from strangers: so many steps are done for one operation, hundreds of times what real markers need. */
const MOST_STEPS = 20_000;

/** Makes nodes, each once, and remembers what came out of operations. */
export class Diagram {
  private readonly nodes = new Map<string, Node>();
  private readonly both = new Map<number, Node>();
  private readonly negations = new Map<number, Node>();
  private readonly assumed = new Map<number, Node>();
  private readonly places = new Map<string, Node>();
  private nextId = 2;
  private steps = 0;

  /** @throws {MarkerTooComplex} where the operation goes beyond all bounds. */
  bounded<Result>(operation: () => Result): Result {
    this.steps = 0;
    return operation();
  }

  step(): void {
    if (++this.steps > MOST_STEPS) throw new MarkerTooComplex();
  }

  /** Holds where the variable lies in one of the ranges `[from, to, from, to, …]`, which are sorted and apart. */
  releases(variable: Variable, ranges: readonly number[]): Node {
    const keys: number[] = [FIRST_RELEASE];
    const cells: Node[] = [NEVER];
    for (let i = 0; i < ranges.length; i += 2) {
      keys.push(ranges[i]!, ranges[i + 1]!);
      cells.push(ALWAYS, NEVER);
    }
    return this.make(variable, keys, cells);
  }

  /** The variable has one of the values. */
  text(variable: Variable, ...values: readonly string[]): Node {
    return this.make(variable, values.toSorted(), [...values.map(() => ALWAYS), NEVER]);
  }

  test(variable: Variable): Node {
    return this.make(variable, [], [ALWAYS, NEVER]);
  }

  and(a: Node, b: Node): Node {
    if (a === b || b === ALWAYS) return a;
    if (a === ALWAYS) return b;
    if (a === NEVER || b === NEVER) return NEVER;
    const [first, second] = a.id < b.id ? [a, b] : [b, a];
    return this.remembered(this.both, pair(first, second), () => this.combine(first, second));
  }

  or(a: Node, b: Node): Node {
    return this.not(this.and(this.not(a), this.not(b)));
  }

  not(node: Node): Node {
    if (node === ALWAYS) return NEVER;
    if (node === NEVER) return ALWAYS;
    return this.remembered(this.negations, node.id, () =>
      this.make(
        node.variable!,
        node.keys,
        node.cells.map((cell) => this.not(cell)),
      ),
    );
  }

  /** The node where the variable of the kind `text` has the value. */
  where(node: Node, variable: Variable, value: string): Node {
    if (node.variable === undefined) return node;
    const order = compareVariables(node.variable, variable);
    if (order === 0) return this.cell(node, value);
    if (order > 0 && (node.tested & (1 << variable.rank)) === 0) return node;
    if (node.variable.about?.name === variable.name)
      return this.where(node.cells[node.variable.about.holds(value) ? 0 : 1]!, variable, value);
    return this.remembered(this.places, `${node.id},${variable.name},${value}`, () =>
      this.make(
        node.variable!,
        node.keys,
        node.cells.map((cell) => this.where(cell, variable, value)),
      ),
    );
  }

  /** A node that is like this one wherever the assumption holds, and says nothing about the rest: usually a smaller one. */
  assuming(node: Node, assumption: Node): Node {
    if (node.variable === undefined || assumption === ALWAYS || assumption === NEVER) return node;
    return this.remembered(this.assumed, pair(node, assumption), () => this.reduce(node, assumption));
  }

  /** The cells of both, side by side. */
  private combine(a: Node, b: Node): Node {
    const order = compareVariables(a.variable!, b.variable!);
    const variable = (order <= 0 ? a : b).variable!;
    const left = order <= 0 ? a : undefined;
    const right = order >= 0 ? b : undefined;
    const keys = mergeKeys(left?.keys ?? [], right?.keys ?? []);
    const cells = keys.map((key) => this.and(this.at(a, variable, key), this.at(b, variable, key)));
    if (variable.kind === "text") cells.push(this.and(lastCell(left, a), lastCell(right, b)));
    if (variable.kind === "test") cells.push(...[0, 1].map((i) => this.and(left?.cells[i] ?? a, right?.cells[i] ?? b)));
    return this.make(variable, keys, cells);
  }

  private reduce(node: Node, assumption: Node): Node {
    const order = compareVariables(node.variable!, assumption.variable!);
    if (order > 0) {
      // The assumption decides on something that the node does not look at.
      const left = assumption.cells.reduce((all, cell) => this.or(all, cell));
      return this.assuming(node, left);
    }
    const variable = node.variable!;
    const other = order === 0 ? assumption : undefined;
    const keys = mergeKeys(node.keys, other?.keys ?? []);
    const at = (key: Key) => [this.at(node, variable, key), this.at(assumption, variable, key)] as const;
    const pairs = keys.map(at);
    if (variable.kind === "text") pairs.push([node.cells.at(-1)!, lastCell(other, assumption)]);
    if (variable.kind === "test")
      pairs.push(...[0, 1].map((i) => [node.cells[i]!, other?.cells[i] ?? assumption] as const));
    // What cannot be is taken to be like the last thing before it that can.
    const known = pairs.map(([cell, left]) => (left === NEVER ? undefined : this.assuming(cell, left)));
    let usual = known.findLast((cell) => cell !== undefined) ?? NEVER;
    if (variable.kind === "text")
      return this.make(
        variable,
        keys,
        known.map((cell) => cell ?? usual),
      );
    usual = known.find((cell) => cell !== undefined) ?? NEVER;
    return this.make(
      variable,
      keys,
      known.map((cell) => (usual = cell ?? usual)),
    );
  }

  /** The node, which decides on the variable or on a later one, in a cell of the variable. */
  private at(node: Node, variable: Variable, key: Key): Node {
    if (node.variable !== undefined && compareVariables(node.variable, variable) === 0) return this.cell(node, key);
    return variable.kind === "text" ? this.where(node, variable, key as string) : node;
  }

  private cell(node: Node, key: Key): Node {
    const { keys, cells, variable } = node;
    if (typeof key === "number") {
      let i = keys.length - 1;
      while (i > 0 && (keys[i] as number) > key) i--;
      return cells[i]!;
    }
    const i = keys.indexOf(key);
    return i === -1 ? this.where(cells.at(-1)!, variable!, key) : cells[i]!;
  }

  private make(variable: Variable, keys: readonly Key[], cells: readonly Node[]): Node {
    const [leftKeys, leftCells] = this.withoutNeedlessCells(variable, keys, cells);
    const [first] = leftCells;
    if (leftCells.every((cell) => cell === first)) return first!;
    const name = `${variable.rank} ${variable.name}\n${JSON.stringify(leftKeys)}\n${leftCells.map(({ id }) => id).join()}`;
    let node = this.nodes.get(name);
    if (node === undefined) {
      this.step();
      const own = variable.about === undefined ? 0 : 1 << variable.about.rank;
      const tested = leftCells.reduce((all, cell) => all | cell.tested, own);
      node = { id: this.nextId++, variable, keys: leftKeys, cells: leftCells, tested };
      this.nodes.set(name, node);
    }
    return node;
  }

  /** Ranges that are like the one before, empty ranges, and values that are like all others. */
  private withoutNeedlessCells(
    variable: Variable,
    keys: readonly Key[],
    cells: readonly Node[],
  ): readonly [readonly Key[], readonly Node[]] {
    if (variable.kind === "test") return [keys, cells];
    const left: number[] = [];
    for (const [i, key] of keys.entries()) {
      if (variable.kind === "text") {
        if (cells[i] !== this.where(cells.at(-1)!, variable, key as string)) left.push(i);
      } else if (key !== keys[i + 1] && key !== Number.POSITIVE_INFINITY && cells[i] !== cells[left.at(-1) ?? -1])
        left.push(i);
    }
    const others = variable.kind === "text" ? [cells.at(-1)!] : [];
    return [left.map((i) => keys[i]!), [...left.map((i) => cells[i]!), ...others]];
  }

  private remembered<Question>(known: Map<Question, Node>, question: Question, find: () => Node): Node {
    let result = known.get(question);
    if (result === undefined) {
      this.step();
      result = find();
      known.set(question, result);
    }
    return result;
  }
}

/** One number for two nodes. There are never so many that it would stand for others too. */
function pair(a: Node, b: Node): number {
  return a.id * 2 ** 26 + b.id;
}

function lastCell(own: Node | undefined, whole: Node): Node {
  return own === undefined ? whole : own.cells.at(-1)!;
}

function mergeKeys(a: readonly Key[], b: readonly Key[]): Key[] {
  if (a.length === 0) return [...b];
  if (b.length === 0) return [...a];
  return [...new Set([...a, ...b])].sort((x, y) => (x < y ? -1 : x > y ? 1 : 0));
}
