import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recoverEnvironment, replace, siblingPath } from "./environment-swap.ts";
import { formatSibling, makerOf, ownSibling, parseSibling, type Sibling } from "./sibling.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "murre-swap-"));
  path = join(folder, ".venv");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A pid that was a process a moment ago. */
const dead = ofProcess(spawnSync(process.execPath, ["-e", ""]).pid);

/** A sibling of another process, and of another machine: `<random>_<machine and namespace>_<pid>_<start>`. */
function ofProcess(pid: number, { machine, start }: { machine?: string; start?: string } = {}): Sibling {
  const { kind, lease } = ownSibling("new");
  const [random, space, , own] = lease.split("_");
  return { kind, lease: [random, machine ?? space, pid.toString(36), start ?? own].join("_") };
}

function put(name: string, content: string, finished = true): void {
  mkdirSync(join(folder, name));
  if (finished) writeFileSync(join(folder, name, "pyvenv.cfg"), content);
}

const content = () => readFileSync(join(path, "pyvenv.cfg"), "utf8");
const nameOf = (kind: Sibling["kind"]) => formatSibling(".venv", { ...dead, kind });

describe("a replacement that was cut between its two renames", () => {
  test("is completed: the new environment is renamed in, the old one removed", () => {
    put(nameOf("old"), "old");
    put(nameOf("new"), "new");
    recoverEnvironment(path);
    expect(content()).toBe("new");
    expect(readdirSync(folder)).toEqual([".venv"]);
  });
  test("gives the old one back when the new one is not whole", () => {
    put(nameOf("old"), "old");
    put(nameOf("new"), "new", false);
    recoverEnvironment(path);
    expect(content()).toBe("old");
    expect(readdirSync(folder)).toEqual([".venv"]);
  });
});

describe("what dead processes left", () => {
  test.each(["new", "gone", "old"] as const)(
    "a single %s folder is removed, and nothing appears at the path",
    (kind) => {
      put(nameOf(kind), "x");
      recoverEnvironment(path, true);
      expect(readdirSync(folder)).toEqual([]);
    },
  );
  test("an environment that is there is never touched", () => {
    put(".venv", "mine");
    put(nameOf("old"), "old");
    put(nameOf("new"), "new");
    recoverEnvironment(path, true);
    expect(content()).toBe("mine");
    expect(readdirSync(folder)).toEqual([".venv"]);
  });
  test("the folder of a living process stays", () => {
    const own = siblingPath(path, "new");
    mkdirSync(own);
    recoverEnvironment(path, true);
    expect(existsSync(own)).toBe(true);
  });
  test("the folder of a process that cannot be asked stays for a day", () => {
    put(formatSibling(".venv", ofProcess(1, { machine: "0123456789" })), "x");
    recoverEnvironment(path, true);
    expect(readdirSync(folder)).toHaveLength(1);
  });
  test("the folders of another environment stay", () => {
    put(formatSibling("other", dead), "x");
    recoverEnvironment(path, true);
    expect(readdirSync(folder)).toHaveLength(1);
  });
});

function refuse(): never {
  throw new Error("not this one");
}

test("replacing asks first whether what is there may go", () => {
  put(".venv", "mine");
  const built = siblingPath(path, "new");
  mkdirSync(built);
  expect(() => replace(built, path, refuse)).toThrow("not this one");
  expect(content()).toBe("mine");
});

describe("a sibling's name tells its maker", () => {
  test("and is read as it was written", () => {
    const own = ownSibling("old");
    expect(parseSibling(".venv", formatSibling(".venv", own))).toEqual(own);
    expect(parseSibling("venv", formatSibling(".venv", own))).toBeUndefined();
  });
  test("this process is alive, an ended one dead, one of another boot unknown", () => {
    const own = ownSibling("new");
    expect([makerOf(own), makerOf(dead), makerOf(ofProcess(1, { machine: "0123456789" }))]).toEqual([
      "alive",
      "dead",
      "unknown",
    ]);
  });
  test.runIf(process.platform === "linux")("a pid that another process has by now is dead", () => {
    expect(makerOf(ofProcess(1, { start: "zzzzzzz" }))).toBe("dead");
  });
});
