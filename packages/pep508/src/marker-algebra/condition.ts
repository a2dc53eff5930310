import type { SpecifierSet } from "@murre/pep440";
import { MarkerTooComplex } from "../errors.ts";
import type { Marker } from "../marker.ts";
import type { MarkerExpression } from "../marker-expression.ts";
import { normalizeName } from "../names.ts";
import { compare } from "./compare.ts";
import { ALWAYS, Diagram, NEVER, type Node } from "./diagram.ts";
import { knownFacts } from "./known-facts.ts";
import { formatNode } from "./marker-text.ts";
import { FIRST_RELEASE, releaseRanges } from "./python-release.ts";
import { variableOf } from "./variables.ts";

const python = variableOf("python_full_version");
const extra = variableOf("extra");

/**
 * Makes conditions of markers. All conditions that meet each other come from one of these, which remembers what it found out as long as it
 * lives.
 */
export class Conditions {
  readonly always: Condition;
  readonly never: Condition;
  private readonly diagram = new Diagram();
  private readonly facts: Node;
  private readonly known = new Map<Node, Condition>();
  private readonly markers = new Map<string, Condition | MarkerTooComplex>();

  constructor() {
    this.facts = knownFacts(this.diagram);
    this.always = this.condition(ALWAYS);
    this.never = this.condition(NEVER);
  }

  /**
   * The environments in which a marker holds; of no marker, all of them.
   * @throws {UndefinedComparison} where a comparison has no meaning, and {@link MarkerTooComplex}.
   */
  of(marker: Marker | undefined): Condition {
    if (marker === undefined) return this.always;
    const text = marker.toString();
    let condition = this.markers.get(text);
    if (condition === undefined) this.markers.set(text, (condition = this.read(marker)));
    if (condition instanceof MarkerTooComplex) throw condition;
    return condition;
  }

  private read(marker: Marker): Condition | MarkerTooComplex {
    try {
      return this.make((diagram) => read(diagram, marker.expression));
    } catch (error) {
      if (error instanceof MarkerTooComplex) return error;
      throw error;
    }
  }

  /** The Pythons that a Requires-Python accepts. */
  acceptedPythons(requiresPython: SpecifierSet): Condition {
    return this.make((diagram) =>
      requiresPython.specifiers.reduce((node, { intervals = [] }) => {
        const accepted = diagram.releases(python, releaseRanges(intervals, 3));
        return diagram.and(node, accepted);
      }, ALWAYS),
    );
  }

  /** The Pythons from the first one on that a Requires-Python accepts: upper bounds and holes are not looked at. */
  pythonsSince(requiresPython: SpecifierSet): Condition {
    const first = this.acceptedPythons(requiresPython).firstPython;
    return this.make((diagram) => diagram.releases(python, [first, Number.POSITIVE_INFINITY]));
  }

  /** For conditions. */
  make(find: (diagram: Diagram, facts: Node) => Node): Condition {
    return this.condition(this.diagram.bounded(() => find(this.diagram, this.facts)));
  }

  /** For conditions. @throws {MarkerTooComplex} */
  ask<Answer>(question: (diagram: Diagram, facts: Node) => Answer): Answer {
    return this.diagram.bounded(() => question(this.diagram, this.facts));
  }

  private condition(node: Node): Condition {
    let condition = this.known.get(node);
    if (condition === undefined) this.known.set(node, (condition = new Condition(this, node)));
    return condition;
  }
}

/**
 * A set of environments: what markers say, in a form in which they can be compared and combined. Immutable; the same set of one `Conditions` is the
 * same object. Of an interpreter only the release counts, so that a pre-release of a Python is taken for the release.
 *
 * Every question takes into account what no interpreter says at once, such as `os_name == "posix"` and `sys_platform == "win32"`.
 */
export class Condition {
  private readonly conditions: Conditions;
  private readonly node: Node;
  private text: string | undefined;

  constructor(conditions: Conditions, node: Node) {
    this.conditions = conditions;
    this.node = node;
  }

  /** Whether it holds everywhere. */
  get isAlways(): boolean {
    return this.conditions.always.implies(this);
  }

  /** Whether it holds nowhere. */
  get isNever(): boolean {
    return this.isDisjointFrom(this.conditions.always);
  }

  and(other: Condition): Condition {
    return this.conditions.make((diagram) => diagram.and(this.node, other.node));
  }

  or(other: Condition): Condition {
    return this.conditions.make((diagram) => diagram.or(this.node, other.node));
  }

  not(): Condition {
    return this.conditions.make((diagram) => diagram.not(this.node));
  }

  /** Whether there is no environment in which both hold. */
  isDisjointFrom(other: Condition): boolean {
    return this.conditions.ask((diagram, facts) => diagram.and(diagram.and(this.node, other.node), facts) === NEVER);
  }

  /** Whether the other one holds wherever this one does. */
  implies(other: Condition): boolean {
    return this.conditions.ask(
      (diagram, facts) => diagram.and(diagram.and(this.node, diagram.not(other.node)), facts) === NEVER,
    );
  }

  /** A shorter condition that is like this one wherever the assumption holds; what it says elsewhere has no meaning. */
  assuming(assumption: Condition): Condition {
    return this.conditions.make((diagram, facts) => {
      const given = diagram.and(assumption.node, facts);
      if (diagram.and(given, diagram.not(this.node)) === NEVER) return ALWAYS;
      if (diagram.and(given, this.node) === NEVER) return NEVER;
      return diagram.assuming(this.node, assumption.node);
    });
  }

  /** Where it holds when this one extra is asked for; without a name, when none is. */
  withExtra(name?: string): Condition {
    const value = name === undefined ? "" : normalizeName(name);
    return this.conditions.make((diagram) => diagram.where(this.node, extra, value));
  }

  /** Of the first Python for which it can hold, a number to compare with those of others; infinite where it never holds. */
  get firstPython(): number {
    return this.conditions.ask((diagram, facts) => {
      const { variable, keys, cells } = diagram.and(this.node, facts);
      if (variable?.name !== python.name) return this.isNever ? Number.POSITIVE_INFINITY : FIRST_RELEASE;
      return keys[cells.findIndex((cell) => cell !== NEVER)] as number;
    });
  }

  /** The Pythons for which it can hold, whatever else it says. */
  get pythons(): Condition {
    return this.conditions.make((diagram, facts) => {
      const node = diagram.and(this.node, facts);
      if (node.variable?.name !== python.name) return node === NEVER ? NEVER : ALWAYS;
      const last = Number.POSITIVE_INFINITY;
      const ranges = node.keys.flatMap((key, i) =>
        node.cells[i] === NEVER ? [] : [key as number, (node.keys[i + 1] ?? last) as number],
      );
      return diagram.releases(python, ranges);
    });
  }

  /**
   * A marker that says this, as uv writes it: `python_full_version < '3.11' and sys_platform == 'win32'`.
   * @throws {MarkerTooComplex}
   */
  toString(): string {
    if (this.isAlways) return "python_version >= '0'";
    if (this.isNever) return "python_version < '0'";
    return (this.text ??= this.conditions.ask((diagram, facts) => formatNode(diagram, facts, this.node)));
  }
}

function read(diagram: Diagram, expression: MarkerExpression): Node {
  if (expression.kind === "comparison") return compare(diagram, expression);
  const nodes = expression.operands.map((operand) => read(diagram, operand));
  const join = (a: Node, b: Node) => (expression.kind === "and" ? diagram.and(a, b) : diagram.or(a, b));
  return nodes.reduce(join);
}
