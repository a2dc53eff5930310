import { describe, expect, test } from "vitest";
import { type MemoryIndex, MemorySource, pins, resolveIn } from "./memory-index.ts";

/** `front` pins `back` version by version, and all but the lowest versions of `back` contradict the request: boto3 and botocore. */
function deepIndex(depth: number): MemoryIndex {
  const versions = Array.from({ length: depth }, (_, i) => `1.${i}`);
  return {
    front: Object.fromEntries(versions.map((version) => [version, [`back==${version}`]])),
    back: Object.fromEntries(versions.map((version, i) => [version, [i < 3 ? "base<2" : "base>=2"]])),
    base: { "1.0": [], "2.0": [] },
  };
}

/** A source that answers in rounds: everything that is asked before it answers is one round trip. */
class RoundTrips extends MemorySource {
  rounds = 0;
  private waiting: (() => void)[] = [];

  constructor(index: MemoryIndex) {
    super(index);
    for (const name of ["files", "metadata"] as const) {
      const answer = this[name].bind(this) as (...question: unknown[]) => Promise<never>;
      this[name] = async (...question: unknown[]) => {
        await this.nextRound();
        return answer(...question);
      };
    }
  }

  private nextRound(): Promise<void> {
    if (this.waiting.length === 0)
      setTimeout(() => {
        this.rounds++;
        for (const resume of this.waiting.splice(0)) resume();
      }, 1);
    return new Promise((resume) => this.waiting.push(resume));
  }
}

describe("what will be needed is loaded ahead", () => {
  test("all projects that one distribution names are loaded at once, and then their metadata", async () => {
    const chain = ["a", "b", "c", "d", "e"];
    const index = Object.fromEntries(chain.map((name, i) => [name, { "1.0": chain.slice(i + 1) }]));
    const source = new RoundTrips(index);
    expect(pins(await resolveIn(source, "a"))).toBe("a==1.0 b==1.0 c==1.0 d==1.0 e==1.0");
    // The page and the metadata of a, then the pages of the others, then their metadata.
    expect(source.rounds).toBe(4);
  });

  test("deep backtracking needs far fewer round trips than it tries versions", async () => {
    const source = new RoundTrips(deepIndex(300));
    expect(pins(await resolveIn(source, "front|base<2"))).toBe("back==1.2 base==1.0 front==1.2");
    expect(source.asked.length).toBeGreaterThan(590);
    expect(source.rounds).toBeLessThan(40);
  });

  test("what was loaded in vain stays below a quarter of what was needed", async () => {
    const source = new RoundTrips({ ...deepIndex(1000), front: { ...deepIndex(1000).front, "1.800": ["base<2"] } });
    expect(pins(await resolveIn(source, "front|base<2"))).toBe("base==1.0 front==1.800");
    expect(source.asked.length).toBeLessThan(200 * 2 * 1.25);
  });

  test("where all metadata is at hand, none is asked for, and none is read that nobody needs", async () => {
    const read: string[] = [];
    const index = { ...deepIndex(300), front: { ...deepIndex(300).front, "1.200": ["base<2"] } };
    const source = new MemorySource(index, {}, undefined, ({ filename }) => read.push(filename) > 0);
    expect(pins(await resolveIn(source, "front|base<2"))).toBe("base==1.0 front==1.200");
    expect(source.asked).toEqual(["front", "base", "back"]);
    // front 1.299 to 1.200, those of back that they pin, and base.
    expect(read.length).toBeLessThan(2 * 100 + 5);
  });

  test("nothing is asked twice", async () => {
    const source = new RoundTrips(deepIndex(100));
    await resolveIn(source, "front|base<2");
    expect(new Set(source.asked).size).toBe(source.asked.length);
  });

  test.each<[string, string, MemoryIndex, string]>([
    ["the request", "base<2|app", { app: { "1.0": ["base"], "2.0": ["junk", "base>=2"] } }, "app==1.0 base==1.0"],
    [
      "the request, for another reason than the extra that is asked for",
      "app[x]|base<2",
      {
        app: {
          "1.0": { requires: ["base"], extras: ["x"] },
          "2.0": { requires: ["base>=2", "junk; extra == 'x'"], extras: ["x"] },
        },
      },
      "app==1.0 base==1.0",
    ],
    [
      "what is selected",
      "first|app",
      { first: { "1.0": ["base==1.0"] }, app: { "1.0": [], "2.0": ["junk", "base>1.0"], "3.0": ["base>1.0"] } },
      "app==1.0 base==1.0 first==1.0",
    ],
  ])("what a version needs is not gone down where it is refused by %s", async (_, requirements, index, expected) => {
    const deep = { junk: { "1.0": ["deeper"] }, deeper: { "1.0": [] }, base: { "1.0": [], "2.0": [] } };
    const source = new RoundTrips({ ...deep, ...index });
    expect(pins(await resolveIn(source, requirements))).toBe(expected);
    expect(source.asked).not.toContain("junk-1.0-py3-none-any.whl");
    expect(source.asked).not.toContain("deeper");
  });

  test("pre-releases are not loaded ahead as long as there are releases", async () => {
    const { front, ...others } = deepIndex(40);
    const early = Object.fromEntries(Object.keys(front!).map((version) => [`${version}.dev1`, ["base>=2"]]));
    const source = new RoundTrips({ front: { ...front, ...early }, ...others });
    expect(pins(await resolveIn(source, "front|base<2"))).toBe("back==1.2 base==1.0 front==1.2");
    expect(source.asked.filter((question) => question.includes(".dev1"))).toEqual([]);
  });

  test("metadata of an sdist is loaded only when it is needed, because it may have to be built", async () => {
    const sdist = { files: [".tar.gz"] };
    const source = new MemorySource({
      app: { "1.0": ["other<2"], "2.0": ["lib", "other>=3"] },
      lib: { "1.0": sdist },
      other: { "1.0": [], "2.0": [] },
    });
    expect(pins(await resolveIn(source, "other|app"))).toBe("app==1.0 other==1.0");
    expect(source.asked.filter((question) => question.endsWith(".tar.gz"))).toEqual([]);
  });
});
