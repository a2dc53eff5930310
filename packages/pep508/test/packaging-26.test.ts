import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseMarker, parseRequirement, type MarkerEnvironment, type Marker } from "../src/index.ts";

type Requirement = readonly [
  name: string,
  extras: string[],
  url: string | null,
  specifiers: string[],
  marker: string | null,
];
/** The environment's number, the extra, and what the marker is for metadata and for a lock file: a boolean or an error's name. */
type Evaluation = readonly [environment: number, extra: string, metadata: boolean | string, lockFile: boolean | string];

/** Answers of PyPA's packaging 26.3 to random questions, many of them near misses; for what it refuses, its message. */
const table = JSON.parse(readFileSync(join(import.meta.dirname, "packaging-26.json"), "utf8")) as {
  readonly environments: readonly MarkerEnvironment[];
  readonly requirements: readonly [text: string, requirement: Requirement | null, message: string | null][];
  readonly markers: readonly [text: string, evaluation: Evaluation | null, message: string | null][];
};

function outcome<T>(question: () => T): T | string {
  try {
    return question();
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

function evaluate(marker: Marker, [number, extra]: Evaluation): readonly (boolean | string)[] {
  const environment = table.environments[number] as MarkerEnvironment;
  const selection = { extras: ["foo", "Foo.Bar"], dependencyGroups: ["linux"] };
  return [
    outcome(() => marker.evaluate(environment, [extra])),
    outcome(() => marker.evaluateInLockFile(environment, selection)),
  ];
}

describe("packaging 26 has the same answers", () => {
  test.each(table.requirements.filter(([, , message]) => message !== null))("%j is refused", (text, _, message) => {
    expect(() => parseRequirement(text)).toThrow(expect.objectContaining({ name: "InvalidRequirement", message }));
  });

  test.each(table.requirements.filter(([, , message]) => message === null))("%j is read", (text, expected) => {
    const { name, extras, url, specifiers, marker } = parseRequirement(text);
    const clauses = [...new Set(specifiers.specifiers.map(String))].toSorted();
    expect([name, extras, url ?? null, clauses, marker?.toString() ?? null]).toEqual(expected);
  });

  test.each(table.markers.filter(([, , message]) => message !== null))(
    "the marker %j is refused",
    (text, _, message) => {
      expect(() => parseMarker(text)).toThrow(expect.objectContaining({ name: "InvalidMarker", message }));
    },
  );

  test.each(table.markers.filter(([, , message]) => message === null))("the marker %j is %j", (text, evaluation) => {
    const [, , ...expected] = evaluation as Evaluation;
    expect(evaluate(parseMarker(text), evaluation as Evaluation)).toEqual(expected);
  });
});
