import { indexedWheel, temporaryFolder, writeIndex } from "@murre/test-kit";
import { execFile } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";

const examples = fileURLToPath(new URL("../examples", import.meta.url));
const folder = temporaryFolder("examples");
const index = join(folder, "index");

beforeAll(async () => {
  writeIndex(index, [
    await indexedWheel({ name: "app", version: "1.0", requiresDist: ["lib"] }),
    await indexedWheel({ name: "lib", version: "2.0" }),
    await indexedWheel({ name: "fast", version: "1.0", tags: "cp312-cp312-manylinux_2_17_aarch64" }),
    await indexedWheel({ name: "fast", version: "1.0", tags: "cp312-cp312-manylinux_2_17_x86_64" }),
  ]);
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(name: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const own = {
    PIP_INDEX_URL: join(index, "simple"),
    PIP_CONFIG_FILE: "/dev/null",
    MURRE_CACHE_DIR: join(folder, "cache"),
  };
  const options = { cwd: folder, env: { ...process.env, ...own, ...env } };
  return new Promise((resolve) =>
    execFile(process.execPath, ["--expose-gc", join(examples, name), ...words], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    ),
  );
}

const done = { code: 0, stderr: "" };

test("each example has a test here", () => {
  expect(readdirSync(examples).toSorted()).toEqual([
    "ci-cache.mjs",
    "embedding.mjs",
    "fifty-operations.mjs",
    "serverless.mjs",
  ]);
});

describe.skipIf(process.platform === "win32")("the examples do what they say", () => {
  test("embedding: progress, and nothing to do the second time", async () => {
    const first = await run("embedding.mjs", [folder, "app"]);
    expect(first).toMatchObject(done);
    expect(first.stdout).toMatch(/fetched 2 of at most 2: \w+ \d\.0\nadded app, lib\n$/);
    expect(await run("embedding.mjs", [folder, "app"])).toMatchObject({ ...done, stdout: "nothing to do\n" });
  });

  test.each(["resolved", "prepared", "interpreter"])(
    "embedding: stopped when it was %s, nothing is changed",
    async (event) => {
      const place = temporaryFolder("stopped");
      expect(await run("embedding.mjs", [place, "app"], { STOP_AT: event })).toMatchObject({
        code: 1,
        stderr: "",
        stdout: expect.stringContaining(`stopped when it was ${event}\n`),
      });
      const list = await run("embedding.mjs", [place]).catch(() => undefined);
      expect(list).toBeDefined();
      const lib = join(place, ".venv/lib");
      const installed = readdirSync(lib, { recursive: true, encoding: "utf8" }).filter((path) =>
        path.endsWith(".dist-info"),
      );
      expect(installed).toEqual([]);
    },
  );

  test("embedding: what does not go together is said", async () => {
    const { code, stdout } = await run("embedding.mjs", [folder, "app", "lib<1"]);
    expect(code).toBe(1);
    expect(stdout).toContain("these do not go together:\n");
  });

  test("ci-cache: the second job fetches nothing", async () => {
    writeFileSync(join(folder, "requirements.txt"), "app==1.0\nlib==2.0\n");
    const words = ["kept", "requirements.txt", "ci-env"];
    expect(await run("ci-cache.mjs", words)).toMatchObject({
      ...done,
      stdout: "2 fetched, 0 from the cache\nkept for the next job\n",
    });
    // Another machine: nothing but what was kept.
    const clean = async () => run("ci-cache.mjs", ["kept", "requirements.txt", "ci-env-2"]);
    expect(await clean()).toMatchObject({ ...done, stdout: "0 fetched, 2 from the cache\nkept for the next job\n" });
  });

  test("serverless: the wheels of another platform, where no such Python is", async () => {
    const { code, stdout, stderr } = await run("serverless.mjs", ["bundle", "app", "fast"], {
      PATH: process.env["PATH"] ?? "",
    });
    expect({ code, stderr }).toEqual(done);
    expect(stdout).toContain("fast 1.0: fast-1.0-cp312-cp312-manylinux_2_17_aarch64.whl\n");
    expect(stdout).toContain("3 in bundle\n");
    expect(existsSync(join(folder, "bundle/app-1.0.dist-info"))).toBe(true);
  });

  test("fifty operations in one process: memory, handles, descriptors, threads and listeners are flat", async () => {
    const { code, stdout, stderr } = await run("fifty-operations.mjs", [temporaryFolder("fifty"), "app"]);
    expect({ code, stderr }).toEqual(done);
    const { before, after } = JSON.parse(stdout) as Record<"before" | "after", Record<string, number>>;
    const { heapMb: heapBefore = 0, ...heldBefore } = before;
    const { heapMb: heapAfter = 0, ...heldAfter } = after;
    expect(heldAfter).toEqual(heldBefore);
    expect(heapAfter).toBeLessThanOrEqual(heapBefore + 3);
  });
});
