import { existsSync, readdirSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { LeaseLost, LeaseUnavailable } from "../errors.ts";
import { parseLeaseName, thisProcess } from "./lease-name.ts";
import { takeLease, withLease } from "./lease.ts";

describe("R1 (protocols/reclamation.md): a lease is one exclusively created file", () => {
  test("it makes the folders when they are missing", () => {
    const lease = takeLease(join(temporaryFolder(), "new", "root"));
    expect(existsSync(lease.path)).toBe(true);
    lease.release();
  });

  test("its name has at most 48 characters and tells who holds it", () => {
    const lease = takeLease(temporaryFolder());
    expect(lease.name).toMatch(/^[0-9a-z_]{1,48}$/);
    expect(parseLeaseName(lease.name)).toEqual(thisProcess().name);
    lease.release();
  });

  test("a name is never used twice, and neither is a number of a lease (G1)", () => {
    const root = temporaryFolder();
    const names = Array.from({ length: 200 }, () => {
      const lease = takeLease(root);
      lease.release();
      return lease.name;
    });
    expect(new Set(names).size).toBe(200);
    const lease = takeLease(root);
    expect([lease.nextId(), lease.nextId(), lease.nextId()]).toEqual([1, 2, 3]);
    lease.release();
  });

  test("where no file can be made it is unavailable, and says why", () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    expect(() => takeLease(file)).toThrow(LeaseUnavailable);
  });
});

describe("R4: the end of a lease", () => {
  test("release removes the file, and may be called again", () => {
    const root = temporaryFolder();
    const lease = takeLease(root);
    lease.release();
    lease.release();
    expect(readdirSync(join(root, "leases"))).toEqual([]);
  });

  test("an operation that fails releases its lease", async () => {
    const root = temporaryFolder();
    const failed = withLease(root, {}, () => Promise.reject(new Error("it fails")));
    await expect(failed).rejects.toThrow("it fails");
    expect(readdirSync(join(root, "leases"))).toEqual([]);
  });

  test("an operation that is aborted releases its lease", () => {
    const root = temporaryFolder();
    const abort = new AbortController();
    takeLease(root, { signal: abort.signal });
    abort.abort();
    expect(readdirSync(join(root, "leases"))).toEqual([]);
  });

  test("an aborted operation takes none", () => {
    const root = temporaryFolder();
    expect(() => takeLease(root, { signal: AbortSignal.abort(new Error("stopped")) })).toThrow("stopped");
    expect(existsSync(join(root, "leases"))).toBe(false);
  });
});

describe("rule V: the holder discovers the verdict by the absence of its file (G2)", () => {
  test("validate passes while the file is there", () => {
    const lease = takeLease(temporaryFolder());
    expect(() => lease.validate()).not.toThrow();
    lease.release();
  });

  test("validate throws, and `lost` aborts, once the file was unlinked", () => {
    const lease = takeLease(temporaryFolder());
    const { lost } = lease;
    unlinkSync(lease.path);
    expect(() => lease.validate()).toThrow(LeaseLost);
    expect(lost.aborted).toBe(true);
    expect(lost.reason).toBeInstanceOf(LeaseLost);
    lease.release();
  });

  test("`lost` is aborted already for one who asks after the loss", () => {
    const lease = takeLease(temporaryFolder());
    unlinkSync(lease.path);
    expect(() => lease.validate()).toThrow(LeaseLost);
    expect(lease.lost.aborted).toBe(true);
    lease.release();
  });
});

describe("a heartbeat is kept for an operation that grows old", () => {
  test("it begins, and ends with the lease", async () => {
    const root = temporaryFolder();
    const lease = takeLease(root, { heartbeatAfterMs: 0 });
    const heartbeat = join(root, "heartbeats", lease.name);
    await until(() => existsSync(heartbeat));
    lease.release();
    expect(existsSync(heartbeat)).toBe(false);
  });

  test("a lease whose file was unlinked is lost at the next beat, without validate", async () => {
    const root = temporaryFolder();
    const lease = takeLease(root, { heartbeatAfterMs: 0 });
    await until(() => existsSync(join(root, "heartbeats", lease.name)));
    unlinkSync(lease.path);
    await until(() => lease.lost.aborted);
    expect(lease.lost.reason).toBeInstanceOf(LeaseLost);
    lease.release();
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10);
}
