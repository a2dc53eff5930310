import type { MarkerVariable } from "../marker-expression.ts";
import { ALWAYS, type Diagram, type Node } from "./diagram.ts";
import { variableOf } from "./variables.ts";

type Fact = readonly [one: MarkerVariable, value: string, other: MarkerVariable, excluded: readonly string[]];

const POSIX_PLATFORMS = ["linux", "darwin", "cygwin", "aix", "emscripten", "wasi", "android", "ios"];

/** Systems whose `sys_platform` is none of those, so that they are variables of their own. */
const OTHER_SYSTEMS = ["FreeBSD", "NetBSD", "OpenBSD", "DragonFly", "SunOS", "Java"];

/** What no interpreter says at once. Only what is always so is here: values that nobody heard of exclude nothing. */
const FACTS: readonly Fact[] = [
  ["os_name", "nt", "sys_platform", POSIX_PLATFORMS],
  ["os_name", "posix", "sys_platform", ["win32"]],
  ["os_name", "java", "sys_platform", [...POSIX_PLATFORMS, "win32"]],
  ...OTHER_SYSTEMS.map((system): Fact => ["platform_system", system, "sys_platform", [...POSIX_PLATFORMS, "win32"]]),
  ["implementation_name", "cpython", "platform_python_implementation", ["PyPy", "GraalVM", "Jython", "IronPython"]],
  ["implementation_name", "pypy", "platform_python_implementation", ["CPython", "GraalVM", "Jython", "IronPython"]],
];

/** Holds in every environment that there is. */
export function knownFacts(diagram: Diagram): Node {
  let all = ALWAYS;
  for (const [one, value, other, excluded] of FACTS) {
    const impossible = diagram.text(variableOf(other), ...excluded);
    all = diagram.and(all, diagram.not(diagram.and(diagram.text(variableOf(one), value), impossible)));
  }
  return all;
}

/** Whether something that looks at these variables can tell environments apart that there are not. */
export function speaksOfTheImpossible(variables: ReadonlySet<string>): boolean {
  return FACTS.some(([one, , other]) => variables.has(one) && variables.has(other));
}
