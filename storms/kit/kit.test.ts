import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
// @ts-expect-error the kit is plain modules
import * as kit from "../kit.mjs";

const node = (code: string, options = {}) => kit.run(process.execPath, ["-e", code], options);

describe("a process of a storm", () => {
  test.each([
    ["its end", "console.log(1); console.error(2); process.exit(3)", {}, { code: 3, stdout: "1\n", stderr: "2\n" }],
    ["a variable of its own", "console.log(process.env.A)", { env: { A: "b" } }, { stdout: "b\n" }],
    ["no variables but these", "console.log(process.env.HOME)", { base: {} }, { stdout: "undefined\n" }],
    ["one that hangs", "setInterval(() => {}, 1e6)", { timeoutMs: 300 }, { signal: "SIGKILL", timedOut: true }],
    [
      "one that hangs, ended otherwise",
      "setInterval(() => {}, 1e6)",
      { timeoutMs: 300, hangSignal: "SIGABRT" },
      { signal: "SIGABRT" },
    ],
  ])("is told by %s", async (_what, code, options, expected) => {
    expect(await node(code, options)).toMatchObject(expected);
  });

  test("that cannot be started is a failure, and throws nothing", async () => {
    expect(await kit.run("/nonexistent/program", [])).toMatchObject({
      code: -1,
      stderr: expect.stringContaining("ENOENT"),
    });
  });

  test("ends with the storm that started it", async () => {
    const storm = `import { start } from ${JSON.stringify(new URL("processes.mjs", import.meta.url).href)};
      const child = start(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });
      console.log(child.pid);
      process.exit(0);`;
    const { stdout } = await kit.run(process.execPath, ["--input-type=module", "-e", storm]);
    await expect.poll(() => isAlive(Number(stdout)), { timeout: 20_000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe("the check of an environment", () => {
  /** An environment with one distribution, whose RECORD is right. */
  function environment(): { env: string; site: string } {
    const env = temporaryFolder("checked");
    const site = join(env, "lib/python3.11/site-packages");
    write(site, "a.py", "a");
    write(
      site,
      "demo-1.0.dist-info/RECORD",
      "a.py,sha256=ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs,1\na.pyc,,\ndemo-1.0.dist-info/RECORD,,\n",
    );
    return { env, site };
  }
  const write = (site: string, path: string, text: string) => {
    mkdirSync(dirname(join(site, path)), { recursive: true });
    writeFileSync(join(site, path), text);
  };

  test.each([
    ["nothing", () => {}, []],
    ["other bytes", (site: string) => write(site, "a.py", "b"), ["demo-1.0.dist-info: a.py has other bytes"]],
    ["a missing file", (site: string) => rmSync(join(site, "a.py")), ["demo-1.0.dist-info: a.py is missing"]],
    [
      "a missing RECORD",
      (site: string) => rmSync(join(site, "demo-1.0.dist-info/RECORD")),
      ["demo-1.0.dist-info has no RECORD", expect.stringMatching(/^nobody's: .*\/a\.py$/)],
    ],
    [
      "a file that nobody lists",
      (site: string) => write(site, "b.py", ""),
      [expect.stringMatching(/^nobody's: .*\/b\.py$/)],
    ],
    ["bytecode", (site: string) => write(site, "__pycache__/a.cpython-311.pyc", ""), []],
  ])("finds %s", (_what, damage, expected) => {
    const { env, site } = environment();
    damage(site);
    expect(kit.brokenRows(env)).toEqual(expected);
  });

  test("misses what was to be installed, and what RECORD lists without a digest", async () => {
    const { env } = environment();
    expect(await kit.damageOf(env, [{ name: "demo" }, { name: "other" }])).toEqual([
      "other is missing",
      "demo-1.0.dist-info: a.pyc is missing",
    ]);
  });

  test.each([
    ["lock/tickets", []],
    ["commit/one/journal", ["commit/one", "commit/one/journal"]],
  ])("with %s in the state's folder finds %j left", (path, expected) => {
    const { env, site } = environment();
    write(site, `.murre/${path}/x`, "");
    rmSync(join(site, `.murre/${path}/x`));
    expect(kit.transactionLeavings(env)).toEqual(expected);
  });
});

describe("the check of a cache", () => {
  test("finds entries that no pointer names, and what a sweep should have taken; a judge's probe lives for itself", () => {
    const root = temporaryFolder("cache");
    for (const folder of ["store/named", "store/lost", "archives/demo", "tmp/half", "leases"])
      mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, "archives/demo/sha"), "named\n");
    writeFileSync(join(root, "leases/probe-1"), "");
    expect(kit.cacheLeavings(root)).toEqual(["tmp/half is left", "store/lost is named by nothing"]);
  });
});

describe("the points of a kill", () => {
  test("are each tried once, so many at a time", async () => {
    let running = 0;
    let most = 0;
    const seen: [string, number][] = [];
    await kit.tryEach(["a", "b", "c", "d", "e"], 2, async (point: string, index: number) => {
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      seen.push([point, index]);
      running--;
    });
    expect(seen.toSorted()).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 2],
      ["d", 3],
      ["e", 4],
    ]);
    expect(most).toBe(2);
  });

  test("are counted by what each thread reached", () => {
    const file = join(temporaryFolder("counts"), "count");
    writeFileSync(file, "main 1\nworker 1\nmain 2\nworker 3\nworker 2\n");
    expect(kit.readCounts(file)).toEqual({ main: 2, worker: 3 });
  });
});
