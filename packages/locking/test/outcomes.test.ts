import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "@murre/test-kit";
import { afterEach, describe, expect, test } from "vitest";
import { type FaultyFolder, faultMakers } from "./faulty-file-system.ts";
import { judge } from "../src/lease/liveness.ts";
import { takeLease } from "../src/lease/lease.ts";
import { acquireLock } from "../src/lock/rw-lock.ts";
import { createSingleFlight } from "../src/flight/single-flight.ts";
import { sweepLeases } from "../src/lease/sweep-leases.ts";
import { sweepLock } from "../src/flight/sweep-locks.ts";

const open: FaultyFolder[] = [];

afterEach(() => {
  for (const one of open.splice(0)) one.end();
});

/** A root with all its folders on a file system that can go bad, and a lease on one that stays good. */
function setUp(make: (folder: string) => FaultyFolder) {
  const faulty = make(temporaryFolder("faulty"));
  open.push(faulty);
  const root = faulty.folder;
  for (const folder of ["leases", "heartbeats", "sockets", "lock/choosing", "lock/tickets"])
    mkdirSync(join(root, folder), { recursive: true });
  return { faulty, root, good: takeLease(temporaryFolder()), folder: join(root, "lock") };
}

/** The permanent code, and the system's word for the cause. */
async function refusal(action: () => unknown): Promise<unknown> {
  try {
    await action();
    return "nothing was refused";
  } catch (error) {
    const { code, cause } = error as { code?: string; cause?: { code?: string } };
    return [code, cause?.code];
  }
}

const inside = (folder: string): string[] => [
  ...readdirSync(join(folder, "choosing")),
  ...readdirSync(join(folder, "tickets")),
];

describe.each(faultMakers)("part 3, outcomes, with %s: a full disk on which nothing can be made", (_how, make) => {
  test("no lease, no lock, no flight; each says ENOSPC, and nothing is left behind", async () => {
    const { faulty, root, folder, good } = setUp(make);
    faulty.begin("no inode");
    expect(await refusal(() => takeLease(root))).toEqual(["MURRE_LEASE_UNAVAILABLE", "ENOSPC"]);
    expect(await refusal(() => acquireLock({ folder, lease: good, mode: "write" }))).toEqual([
      "MURRE_LOCK_UNAVAILABLE",
      "ENOSPC",
    ]);
    const flight = createSingleFlight({ root }).run("a", {
      lease: good,
      lookup: () => undefined,
      work: () => Promise.resolve(),
    });
    expect(await refusal(() => flight)).toEqual(["MURRE_LEASE_UNAVAILABLE", "ENOSPC"]);
    expect([...inside(folder), ...readdirSync(join(root, "leases"))]).toEqual([]);
  });

  test("a lock that is held can be released", async () => {
    const { faulty, folder, good } = setUp(make);
    const held = await acquireLock({ folder, lease: good, mode: "write" });
    faulty.begin("no inode");
    held.validate();
    held.release();
    expect(inside(folder)).toEqual([]);
  });
});

describe.each(faultMakers)("part 3, outcomes, with %s: a full disk on which nothing can be written", (_how, make) => {
  test("a lease and a lock need no bytes", async () => {
    const { faulty, root, folder } = setUp(make);
    faulty.begin("no space");
    const lease = takeLease(root);
    expect(readFileSync(lease.path, "utf8")).toBe("");
    (await acquireLock({ folder, lease, mode: "write" })).release();
    lease.validate();
    lease.release();
  });

  test("a failure that cannot be written reaches nobody, so the one who waited works itself", async () => {
    const { faulty, root, good } = setUp(make);
    let results = 0;
    const request = (work: () => Promise<void>) => ({ lease: good, lookup: () => results || undefined, work });
    const first = createSingleFlight({ root }).run(
      "a",
      request(() => sleep(20).then(() => Promise.reject(new Error("it fails")))),
    );
    await sleep(5);
    const second = createSingleFlight({ root }).run(
      "a",
      request(async () => void results++),
    );
    faulty.begin("no space");
    await expect(first).rejects.toThrow("it fails");
    expect(await second).toBe(1);
  });
});

describe.each(faultMakers)("part 3, outcomes, with %s: a read-only mount", (_how, make) => {
  test("no lease and no lock; each says EROFS", async () => {
    const { faulty, root, folder, good } = setUp(make);
    faulty.begin("read-only");
    expect(await refusal(() => takeLease(root))).toEqual(["MURRE_LEASE_UNAVAILABLE", "EROFS"]);
    expect(await refusal(() => acquireLock({ folder, lease: good, mode: "read" }))).toEqual([
      "MURRE_LOCK_UNAVAILABLE",
      "EROFS",
    ]);
  });

  test("what became read-only while it was held: the lease's release is silent, the lock's says so", async () => {
    const { faulty, root, folder } = setUp(make);
    const lease = takeLease(root);
    const held = await acquireLock({ folder, lease, mode: "write" });
    faulty.begin("read-only");
    expect(await refusal(() => held.release())).toEqual(["MURRE_LOCK_UNAVAILABLE", "EROFS"]);
    expect(() => lease.release()).not.toThrow();
  });

  test("nobody is judged by age, and a sweep removes nothing", async () => {
    const { faulty, root, folder } = setUp(make);
    const foreign = "0123456789abcdef_0000000000_1_1";
    for (const path of [join(root, "leases", foreign), join(folder, "tickets", `1-w-${foreign}-1`)]) {
      writeFileSync(path, "");
      utimesSync(path, 1, 1);
    }
    faulty.begin("read-only");
    expect(await judge(root, foreign)).toBe("live");
    expect((await sweepLeases(root)).removed).toEqual([]);
    expect(await sweepLock(root, folder)).toEqual([]);
    faulty.end();
  });
});
