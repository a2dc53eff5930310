import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { temporaryFolder, writeWheel, type WheelSpec } from "@murre/test-kit";
import { afterAll, describe, expect, test } from "vitest";
import { UnpackPool, type UnpackJob } from "./unpack-pool.ts";
import { createUnpacker } from "./unpacker.ts";

const folder = temporaryFolder("unpacker");
const unpacker = createUnpacker({ workers: 1 });
afterAll(() => unpacker.close());

const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest("hex");

let count = 0;
async function job(spec: Partial<WheelSpec> = {}): Promise<UnpackJob> {
  const destination = join(folder, `out${count++}`);
  mkdirSync(destination);
  return {
    wheelPath: await writeWheel(join(folder, String(count)), { name: "x", version: "1.0", ...spec }),
    destination,
  };
}

const tool: Partial<WheelSpec> = {
  files: { "pkg/__init__.py": "", "pkg/run.sh": { data: "#!/bin/sh\n", executable: true } },
  dataFiles: { "scripts/tool.py": "#!python\n", "data/share/x.txt": "x" },
  entryPoints: { console_scripts: { tool: "pkg:main" }, gui_scripts: { show: "pkg:gui [fast]" }, other: { x: "pkg" } },
  rootIsPurelib: false,
  tags: "cp311.py3-none-linux_x86_64",
};

describe.each([0, 1, 2])("an unpacker with %i threads", (workers) => {
  test("returns what a link plan needs, and the files are there", async () => {
    await using own = createUnpacker({ workers });
    const given = await job(tool);
    const wheel = await own.unpack(given);
    expect(wheel).toMatchObject({
      distInfo: "x-1.0.dist-info",
      name: "x",
      version: "1.0",
      rootIsPurelib: false,
      wheelTags: ["cp311-none-linux_x86_64", "py3-none-linux_x86_64"],
      directories: [
        "pkg",
        "x-1.0.data",
        "x-1.0.data/data",
        "x-1.0.data/data/share",
        "x-1.0.data/scripts",
        "x-1.0.dist-info",
      ],
      entryPoints: {
        console: [{ name: "tool", module: "pkg", attribute: "main", extras: [] }],
        gui: [{ name: "show", module: "pkg", attribute: "gui", extras: ["fast"] }],
      },
      caseCollisions: [],
      warnings: [],
    });
    for (const { path, sizeBytes, executable } of wheel.files) {
      const stats = statSync(join(given.destination, path));
      expect([path, stats.size, (stats.mode & 0o100) !== 0]).toEqual([path, sizeBytes, executable]);
    }
    const executables = wheel.files.filter((file) => file.executable).map((file) => file.path);
    expect(executables).toEqual(["pkg/run.sh", "x-1.0.data/scripts/tool.py"]);
    expect(readFileSync(join(given.destination, "x-1.0.dist-info/METADATA"), "utf8")).toBe(wheel.metadataText);
    expect(wheel.totalBytes).toBe(wheel.files.reduce((sum, file) => sum + file.sizeBytes, 0));
  });

  test("a signal that is aborted stops the job, and the next one is done", async () => {
    await using own = createUnpacker({ workers });
    const controller = new AbortController();
    const reason = new Error("enough");
    const stopped = own.unpack({ ...(await job()), signal: controller.signal });
    controller.abort(reason);
    await expect(stopped).rejects.toBe(reason);
    await expect(own.unpack({ ...(await job()), signal: controller.signal })).rejects.toBe(reason);
    await expect(own.unpack(await job())).resolves.toBeDefined();
  });
});

describe.each([0, 1])("an unpacker with %i threads", (workers) => {
  test("of several jobs the largest goes first", async () => {
    await using own = createUnpacker({ workers });
    const jobs = await Promise.all([10, 1000, 100].map((size) => job({ files: { "a.bin": noise(size) } })));
    const order: number[] = [];
    await Promise.all(jobs.map(async (one, index) => void order.push((await own.unpack(one), index))));
    expect(order).toEqual([1, 2, 0]);
  });
});

/** Text that deflate cannot make much smaller. */
function noise(size: number): string {
  let state = 1;
  return Array.from({ length: size }, () => ((state = (state * 48271) % 2147483647) % 36).toString(36)).join("");
}

describe.each([0, 1])("an archive that lies in no file, and %i threads", (workers) => {
  test("is unpacked as the same one in a file is", async () => {
    await using own = createUnpacker({ workers });
    const [one, other] = [await job(tool), await job(tool)];
    const bytes = readFileSync(one.wheelPath);
    const fromFile = await own.unpack(one);
    const wheelPath = basename(other.wheelPath);
    const known = { sha256: fromFile.archiveSha256 };
    for (const more of [{}, { known }, { expectedHashes: { sha256: fromFile.archiveSha256, md5: md5(bytes) } }]) {
      const destination = join(folder, `held${count++}`);
      mkdirSync(destination);
      expect(await own.unpack({ ...other, wheelPath, bytes, destination, ...more })).toEqual(fromFile);
      for (const { path } of fromFile.files)
        expect(readFileSync(join(destination, path)).equals(readFileSync(join(one.destination, path)))).toBe(true);
    }
  });

  test("has to be what was promised, and an archive", async () => {
    await using own = createUnpacker({ workers });
    const given = await job();
    const bytes = readFileSync(given.wheelPath);
    const expectedHashes = { sha256: "0".repeat(64) };
    await expect(own.unpack({ ...given, bytes, expectedHashes })).rejects.toMatchObject({
      code: "MURRE_HASH_MISMATCH",
    });
    await expect(own.unpack({ ...given, bytes: bytes.subarray(0, 100) })).rejects.toMatchObject({
      code: "MURRE_NOT_A_ZIP",
    });
  });

  test("is hashed where it only looks like one that is known", async () => {
    await using own = createUnpacker({ workers });
    const given = await job();
    const known = { sha256: "0".repeat(64) };
    // What lies in a file may have become another one.
    const { archiveSha256 } = await own.unpack({ ...given, known });
    expect(archiveSha256).not.toBe(known.sha256);
  });
});

describe("a job that a thread has already taken", () => {
  test("stops when its signal is aborted", async () => {
    const controller = new AbortController();
    const running = unpacker.unpack({ ...(await job(tool)), signal: controller.signal });
    queueMicrotask(() => queueMicrotask(() => controller.abort(new Error("enough"))));
    await expect(running).rejects.toThrow("enough");
  });

  test("is lost when the unpacker is closed, and so are those that wait", async () => {
    const own = createUnpacker({ workers: 1 });
    const lost = await Promise.all([job(), job()]);
    const results = Promise.allSettled(lost.map((one) => own.unpack(one)));
    await Promise.resolve();
    await own.close();
    for (const result of await results)
      expect(result).toMatchObject({ status: "rejected", reason: { code: "MURRE_UNPACK_WORKER_LOST" } });
    await expect(own.unpack(await job())).rejects.toMatchObject({ code: "MURRE_UNPACK_WORKER_LOST" });
  });

  test("that is done while the unpacker is being closed does not end the process before close() does", async () => {
    const given = await job();
    const script = `
      import { existsSync } from "node:fs";
      import { createUnpacker } from ${JSON.stringify(new URL("../../dist/index.js", import.meta.url).href)};
      const unpacker = createUnpacker({ workers: 1 });
      const result = Promise.allSettled([unpacker.unpack(${JSON.stringify(given)})]);
      await Promise.resolve();
      const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
      for (let waited = 0; !existsSync(${JSON.stringify(join(given.destination, "x-1.0.dist-info/RECORD"))}) && waited < 10_000; waited += 5) pause(5);
      pause(100); // The answer is there, and was not heard yet.
      await unpacker.close();
      await result;
      console.log("closed");`;
    const ended = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    expect([ended.stderr, ended.stdout]).toEqual(["", "closed\n"]);
  });

  test("is lost when the thread ends, and every further job gets a new thread", async () => {
    const ending = new UnpackPool(1, new URL("data:text/javascript,process.exit(3)"));
    const lost = await Promise.all([job(), job()]);
    for (const result of await Promise.allSettled(lost.map((one) => ending.unpack(one))))
      expect(result).toMatchObject({ status: "rejected", reason: { code: "MURRE_UNPACK_WORKER_LOST" } });
  });

  test("is lost when it cannot be sent to one, and the next one is done", async () => {
    await using own = createUnpacker({ workers: 1 });
    const expectedHashes = { sha256: (() => "") as unknown as string };
    await expect(own.unpack({ ...(await job()), expectedHashes })).rejects.toMatchObject({
      code: "MURRE_UNPACK_WORKER_LOST",
      cause: { name: "DataCloneError" },
    });
    await expect(own.unpack(await job())).resolves.toBeDefined();
  });

  test("has the reason as the cause when the thread cannot start", async () => {
    const broken = new UnpackPool(1, new URL("file:///nowhere/worker.js"));
    await expect(broken.unpack(await job())).rejects.toMatchObject({
      code: "MURRE_UNPACK_WORKER_LOST",
      cause: { code: expect.stringContaining("MODULE_NOT_FOUND") },
    });
  });
});

describe("the destination", () => {
  test("is never made: one that was taken away is an error with the system's as its cause", async () => {
    const given = { ...(await job()), destination: join(folder, "swept") };
    await expect(unpacker.unpack(given)).rejects.toMatchObject({
      code: "MURRE_UNPACK_FAILED",
      cause: { code: "ENOENT" },
    });
  });

  test("must be empty: nothing is written over", async () => {
    const given = await job();
    await unpacker.unpack(given);
    await expect(unpacker.unpack(given)).rejects.toMatchObject({
      code: "MURRE_UNPACK_FAILED",
      cause: { code: "EEXIST" },
    });
  });
});
