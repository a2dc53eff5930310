import { expect, test } from "vitest";
import { type MemoryIndex, pinsIn, resolveIn } from "./memory-index.ts";

/** By project, what each of its versions 1, 2, 3 requires, separated by `|`. */
type Worlds = Readonly<Record<string, readonly [string, string, string]>>;

function indexOf(worlds: Worlds): MemoryIndex {
  return Object.fromEntries(
    Object.entries(worlds).map(([name, versions]) => [
      name,
      Object.fromEntries(
        versions.map((texts, i) => [
          String(i + 1),
          { requires: texts.split("|").filter((text) => text !== ""), extras: ["x", "y"] },
        ]),
      ),
    ]),
  );
}

const linux = 'sys_platform == "linux"';
const later = 'python_version >= "3.8"';
const below = 'python_version < "4"';

const cases: readonly {
  readonly what: string;
  readonly worlds: Worlds;
  readonly wanted: string;
  readonly constraints?: readonly string[];
  readonly pins: string;
}[] = [
  {
    what: "markers at requirements of the request and of distributions",
    worlds: {
      a: ["", "", `e!=2|c<4; ${linux}`],
      b: ["", `d<=2; ${linux}|c!=2`, `c<2; ${linux}`],
      c: ["a!=1|e==1", "b<=2", `d<3|a==2; ${below}`],
      d: [`a==1; ${below}`, `c<=2; ${linux}|c==2`, ""],
      e: [`c<2; ${later}`, "b==3|d<3", "a<2"],
    },
    wanted: `c; ${linux}|e|a; ${below}|c<=3; ${later}`,
    pins: "a==1 b==1 c==2 e==3",
  },
  {
    what: "one requirement with a marker and one without of one project",
    worlds: {
      a: ["d>=1", `b==2; ${later}|d<2`, ""],
      b: ["", "a>=1|e<2", ""],
      d: ["", "", `e<2; ${later}|e<=1`],
      e: ["a!=3|b<=1", "", ""],
    },
    wanted: `b|d|b!=3; ${below}|e; ${later}`,
    pins: "b==1 d==2 e==3",
  },
  {
    what: "extras",
    worlds: {
      a: ["c<2|c<=3; extra == 'x'|b==3; extra == 'y'", "c>=3|c[x]!=1; extra == 'y'", "b!=1|d[y]!=3"],
      b: ["c[y]<=3", "d<=3|a[y]<2; extra == 'x'", "d<=2"],
      c: ["a<3|a[x]<=3", "b==1|b==1; extra == 'y'", "a<=2; extra == 'x'"],
      d: ["", "a==1|a>=3; extra == 'y'", "c[y]<=1; extra == 'y'"],
    },
    wanted: "c<4|d[y]|a",
    pins: "a==3 b==3 c==3 d==1",
  },
  {
    what: "constraints",
    worlds: {
      a: ["c==2", "c!=3", "d>=2|c==3"],
      b: ["", "", ""],
      c: ["d!=1", "", "b!=3|d==1"],
      d: ["a<3|b!=1", "", "c<=1"],
    },
    wanted: "c|d|c|b|a!=3",
    constraints: ["d!=2", "a==2"],
    pins: "a==2 b==3 c==2 d==1",
  },
];

test.each(cases)("what is given up for a conflict is what uv gives up: $what", async (one) => {
  expect(await pinsIn(indexOf(one.worlds), one.wanted, { constraints: one.constraints ?? [] })).toBe(one.pins);
});

test("a proof speaks of what is required, and not of what stands for it", async () => {
  const world = indexOf({
    a: ["c[x]<2", `c==1; ${linux}`, "c==1"],
    b: ["c>=2", `c>2; ${below}`, "c[y]==3"],
    c: ["", "", ""],
  });
  const outcome = await resolveIn(world, `a; ${linux}|b`);
  expect(outcome.kind === "no-solution" && outcome.message).toMatch(/^(?!.* (for|in) \d)[^]*\ba\b[^]*\bb\b/);
});

test.each([
  ["two extras", [`a[y]; ${linux} and extra == 'x'`, `a[x]; ${later} and extra == 'y'`]],
  ["an extra of itself", [`a[x]; ${linux} and extra == 'x'`, `a[x,y]; ${later} and extra == 'x'`]],
  [
    "extras under many markers",
    Array.from(
      { length: 24 },
      (_, n) => `a[x,y]; python_version != '2.${n}' and extra == '${n % 2 === 0 ? "x" : "y"}'`,
    ),
  ],
])("extras of a project that ask for one another come to an end: %s", async (_, needs) => {
  const world = indexOf({
    a: ["", [...needs, "c==1; extra == 'y'"].join("|"), [...needs, "b==1; extra == 'y'"].join("|")],
    b: ["", "", ""],
    c: ["", "", ""],
  });
  expect(await pinsIn(world, "a[x,y]|b>=2", {})).toBe("a==2 b==3 c==1");
});

test("after a conflict, what an extra needs that another extra of its project asks for is looked up, although nobody met it before", async () => {
  const extras = ["x", "y"];
  const index: MemoryIndex = {
    own: {
      "0": { extras },
      "1": { requires: ["own[x,y]<1; extra == 'x'", "late; extra == 'y'"], extras },
      "2": { requires: ["refused[x]==1"], extras },
    },
    late: { "1": {} },
    refused: {},
  };
  expect(await pinsIn(index, "own[x,y]")).toBe("own==0");
});
