import { describe, expect, test } from "vitest";
import type { DerivationTree, External, NamedTerm } from "../solver/derivation-tree.ts";
import { report } from "./report.ts";
import { tellSteps } from "./steps.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { VersionSet } from "../solver/version-set.ts";

const words: Vocabulary = {
  root: "your requirements",
  asks: "you require",
  isRoot: (name) => name === "root",
  versions: (name, set) => `${name} ${[...set.ascending()].join("|")}`,
  noVersions: (name) => `there is no ${name}`,
};

function term(name: string, positive: boolean, ...versions: number[]): NamedTerm {
  return { name, positive, set: VersionSet.where(100, (version) => versions.includes(version)) };
}

function needs(name: string, version: number, on: string, needed: number): External {
  const { set } = term(on, true, needed);
  const terms = [term(name, true, version), term(on, false, needed)];
  return {
    kind: "dependency",
    terms,
    name,
    dependents: VersionSet.of(version),
    on,
    set,
    requirement: `${on}==${needed}`,
    told: `${on}==${needed}`,
  };
}

function refused(name: string, version: number, reason: string): External {
  return { kind: "unavailable", terms: [term(name, true, version)], name, set: VersionSet.of(version), reason };
}

function derived(left: DerivationTree, right: DerivationTree, ...terms: NamedTerm[]): DerivationTree {
  return { kind: "derived", terms, left, right };
}

describe("the facts of a proof are told, each once", () => {
  const nothing = VersionSet.empty;

  const rows: readonly (readonly [what: string, tree: DerivationTree, told: string])[] = [
    [
      "a need that nothing can meet",
      { ...needs("root", 0, "a", 1), set: nothing } as DerivationTree,
      "your requirements cannot be met: you require a==1, but there is no a",
    ],
    [
      "from need to need, a line for each way",
      derived(
        derived(needs("a", 1, "b", 1), needs("b", 1, "c", 1), term("a", true, 1), term("c", false, 1)),
        derived(needs("root", 0, "a", 1), needs("root", 0, "c", 2), term("root", true, 0)),
        term("root", true, 0),
      ),
      "your requirements cannot be met:\nyou require a==1, which depends on b==1, which depends on c==1\nyou require c==2",
    ],
    [
      "why versions are of no use, where the way comes to them",
      derived(
        derived(refused("a", 1, "it is old"), refused("a", 2, "it is broken"), term("a", true, 1, 2)),
        derived(refused("a", 3, "it is old"), needs("root", 0, "a", 1), term("root", true, 0)),
        term("root", true, 0),
      ),
      "your requirements cannot be met: you require a==1, but a 1|3 cannot be used: it is old; a 2 cannot be used: it is broken",
    ],
    [
      "with its versions, a need that not all versions have that are left",
      derived(
        derived(needs("root", 0, "a", 1), needs("a", 2, "b", 1), term("root", true, 0)),
        needs("root", 0, "b", 2),
        term("root", true, 0),
      ),
      "your requirements cannot be met:\nyou require b==2\nyou require a==1\na 2 depends on b==1",
    ],
  ];

  test.each(rows)("%s", (_, tree, told) => {
    expect(report(tree, words)).toBe(told);
  });
});

describe("a proof is told step by step", () => {
  test("a line goes on from the one before, and names a step from further back by its number", () => {
    const shared = derived(needs("a", 1, "b", 1), needs("b", 1, "c", 1), term("a", true, 1), term("c", false, 1));
    const other = derived(needs("d", 1, "e", 1), needs("e", 1, "c", 2), term("d", true, 1), term("c", false, 2));
    const both = derived(shared, other, term("a", true, 1), term("d", true, 1));
    expect(tellSteps(derived(both, needs("root", 0, "a", 1), term("root", true, 0)), words)).toBe(
      [
        "Because d 1 depends on e==1 and e 1 depends on c==2, d 1 needs c 2. (1)",
        "Because a 1 depends on b==1 and b 1 depends on c==1, a 1 needs c 1.",
        "And because d 1 needs c 2 (1), a 1 and d 1 are incompatible.",
        "And because you require a==1, your requirements cannot be met.",
      ].join("\n"),
    );
  });

  test("versions of one package that are of no use are one statement with the different reasons", () => {
    const two = derived(refused("a", 1, "it is old"), refused("a", 2, "it is broken"), term("a", true, 1, 2));
    const all = derived(two, refused("a", 3, "it is old"), term("a", true, 1, 2, 3));
    expect(tellSteps(derived(all, needs("root", 0, "a", 1), term("root", true, 0)), words)).toBe(
      "Because a 1|2|3 cannot be used: it is old; it is broken and you require a==1, your requirements cannot be met.",
    );
  });

  test("of a long proof the last steps are told, and how many were left out", () => {
    let proof: DerivationTree = needs("p0", 1, "p1", 1);
    for (let i = 1; i < 50; i++)
      proof = derived(proof, needs(`p${i}`, 1, `p${i + 1}`, 1), term("p0", true, 1), term(`p${i + 1}`, false, 1));
    const lines = report(proof, words).split("\n");
    expect(lines).toHaveLength(21);
    expect(lines[0]).toBe("(The proof has 29 more steps before these.)");
    expect(lines[1]).toBe("Because p0 1 needs p30 1 and p30 1 depends on p31==1, p0 1 needs p31 1.");
  });
});
