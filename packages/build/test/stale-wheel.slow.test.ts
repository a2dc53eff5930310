import { temporaryFolder } from "@murre/test-kit";
import { spawn, type ChildProcess } from "node:child_process";
import { maintainCache } from "@murre/cache";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { writeSource } from "./source.ts";

const steps = ["see stale", "rebuild", "publish", "resolve", "install"] as const;
const script = fileURLToPath(new URL("stale-wheel-child.mjs", import.meta.url));

/** A process that takes one step when it is told to, and says where it stands then. */
class SteppedProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(folder: string, name: string) {
    this.#child = spawn(process.execPath, [script, folder, name], { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  async step(words: readonly string[]): Promise<string> {
    this.#child.stdin!.write(`${JSON.stringify(words)}\n`);
    const { value } = await this.#lines.next();
    return String(value);
  }

  end(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#child.once("close", () => resolve()));
    this.#child.stdin!.end();
    return ended;
  }
}

/** All orders in which two processes can take five steps each: "aabab…", 252 of them. */
function interleavings(a: number, b: number): string[] {
  if (a === 0) return ["b".repeat(b)];
  if (b === 0) return ["a".repeat(a)];
  return [...interleavings(a - 1, b).map((rest) => `a${rest}`), ...interleavings(a, b - 1).map((rest) => `b${rest}`)];
}

/**
 * Whose change goes into a process's wheel: the folder is built where it lies, so it is the last one before that process builds, which it
 * does in its second step.
 */
function writerBefore(order: string, who: "a" | "b"): "a" | "b" {
  const other = who === "a" ? "b" : "a";
  const builds = order.indexOf(who, order.indexOf(who) + 1);
  const isOverwritten = order.indexOf(other) > order.indexOf(who) && order.indexOf(other) < builds;
  return isOverwritten ? other : who;
}

/** Two processes on one source tree and one cache. */
class Pair {
  readonly #folder = temporaryFolder("stale-wheel");
  readonly #processes = { a: new SteppedProcess(this.#folder, "a"), b: new SteppedProcess(this.#folder, "b") };
  #rounds = 0;

  constructor() {
    writeSource(join(this.#folder, "tree"));
  }

  /** Walks both processes through in this order. Each changes the source right before it looks at it. Says what is not as it should be. */
  async walk(order: string, cleanBefore?: number): Promise<readonly string[]> {
    const said: Record<"a" | "b", string[]> = { a: [], b: [] };
    this.#rounds += 1;
    for (const [index, name] of [...order].entries()) {
      if (index === cleanBefore) await maintainCache(join(this.#folder, "cache")).clean(["demo"]);
      const who = name as "a" | "b";
      const words = said[who].length === 0 ? ["begin", this.#contentOf(who)] : ["next"];
      said[who].push(await this.#processes[who].step(words));
    }
    for (const who of ["a", "b"] as const) said[who].push(await this.#processes[who].step(["next"]));
    return (["a", "b"] as const)
      .filter((who) => said[who].join() !== this.#whole(writerBefore(order, who)).join())
      .map((who) => `${order} cleaned before ${cleanBefore ?? "no"} step: ${who}: ${said[who].join(", ")}`);
  }

  #contentOf(who: string): string {
    return `# ${who} in round ${this.#rounds}\n`;
  }

  #whole(who: string): readonly string[] {
    const installed = `installed ${JSON.stringify(this.#contentOf(who))}`;
    return ["saw", "rebuilt", "published", "resolved 1.0", installed, "ended"];
  }

  async end(): Promise<void> {
    await Promise.all(Object.values(this.#processes).map((process) => process.end()));
  }
}

describe("two processes install a folder that changed since it was last built, each after a change of its own", () => {
  const orders = interleavings(steps.length, steps.length);
  const pairs = [new Pair(), new Pair()];
  afterAll(() => Promise.all(pairs.map((pair) => pair.end())));

  /** Shares the walks out between the pairs. */
  async function walkAll(walks: readonly (readonly [order: string, cleanBefore?: number])[]): Promise<string[]> {
    const wrong: string[] = [];
    const left = [...walks];
    const work = async (pair: Pair) => {
      for (let walk = left.shift(); walk !== undefined; walk = left.shift()) wrong.push(...(await pair.walk(...walk)));
    };
    await Promise.all(pairs.map(work));
    return wrong;
  }

  test("there are 252 orders of their steps", () => {
    expect(new Set(orders).size).toBe(252);
  });

  test(
    "in every one of them, each installs a whole wheel of the source as it was when it was built, and none from before its own change",
    { timeout: 600_000 },
    async () => {
      expect(await walkAll(orders.map((order) => [order]))).toEqual([]);
    },
  );

  test("also when somebody cleans the project between any two steps", { timeout: 600_000 }, async () => {
    // Of the orders those that differ most: one after the other, in turns, one inside the other.
    const different = ["aaaaabbbbb", "ababababab", "abbbbbaaaa", "aabbbbbaaa"];
    const walks = different.flatMap((order) => [1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => [order, at] as const));
    expect(await walkAll(walks)).toEqual([]);
  });
});
