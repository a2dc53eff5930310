import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { nameProcess, type ProcessName, processPart, thisProcess } from "./lease-name.ts";
import { deathAgeMs, judge, judgeAge, judgeAtOnce } from "./liveness.ts";
import type { FactSource } from "./process-facts.ts";

const own = thisProcess().name;

function leaseOf(change: Partial<ProcessName>): string {
  return `0123456789abcdef_${processPart({ ...own, ...change })}`;
}

/** A lease file, and a heartbeat when its age is given; a negative age lies in the future. */
function rootWith(lease: string, ages: { readonly leaseMs: number; readonly heartbeatMs?: number }): string {
  const root = temporaryFolder();
  mkdirSync(join(root, "leases"));
  const put = (path: string, ageMs: number): void => {
    const at = new Date(Date.now() - ageMs);
    utimesSync(path, at, at);
  };
  writeFileSync(join(root, "leases", lease), "");
  put(join(root, "leases", lease), ages.leaseMs);
  if (ages.heartbeatMs !== undefined) {
    mkdirSync(join(root, "heartbeats", lease), { recursive: true });
    put(join(root, "heartbeats", lease), ages.heartbeatMs);
  }
  return root;
}

const hour = 3_600_000;
const year = 365 * 24 * hour;

describe("design, Liveness: same boot and pid namespace, by pid and start time", () => {
  test("this process lives", () => {
    expect(judgeAtOnce(leaseOf({}))).toBe("live");
  });

  test("a reused pid is not mistaken for the holder", () => {
    // Pid 1 always runs; it did not start at this tick.
    expect(judgeAtOnce(leaseOf({ pid: 1, start: "zzzzzzz" }))).toBe("dead");
  });

  test("a pid that nobody has is dead", () => {
    expect(judgeAtOnce(leaseOf({ pid: 2 ** 22 + 1 }))).toBe("dead");
  });

  test("what is no lease's name is nobody's to judge", async () => {
    expect(await judge(temporaryFolder(), ".nfs0001")).toBe("live");
  });
});

describe("other machines, by what each platform says about itself", () => {
  const gone = (): never => {
    throw Object.assign(new Error("no such process"), { code: "ESRCH" });
  };
  /** A machine on which no other process runs. */
  const machine = (id: string, pid: number): FactSource => ({
    readText: (path) => (path === "/proc/sys/kernel/random/boot_id" ? id : gone()),
    readLink: gone,
    run: (file, args) => {
      if (file === "reg") return `    MachineGuid    REG_SZ    ${id}\r\n`;
      if (file.endsWith("sysctl")) return `${id}\n`;
      return args.includes(String(pid)) ? "Ss   Wed Jan  7 10:00:00 2026\n" : gone();
    },
    probe: (other) => (other === pid ? undefined : gone()),
  });
  const lease = (platform: NodeJS.Platform, id: string, pid: number): string =>
    `0123456789abcdef_${processPart(nameProcess(platform, pid, 0, machine(id, pid)))}`;

  test.each(["darwin", "win32", "linux"] as const)(
    "%s: only a process of this very machine is judged by its pid",
    (platform) => {
      const by = { name: nameProcess(platform, 7, 0, machine("HERE", 7)), platform, facts: machine("HERE", 7) };
      expect(judgeAtOnce(lease(platform, "HERE", 7), by)).toBe("live");
      expect(judgeAtOnce(lease(platform, "HERE", 99), by)).toBe("dead");
      expect(judgeAtOnce(lease(platform, "THERE", 99), by)).toBe("ask");
      expect(judgeAtOnce(lease(platform, "THERE", 7), by)).toBe("ask");
    },
  );

  test.each(["darwin", "win32", "freebsd"] as const)(
    "%s: where nothing tells the machine, none is taken for this one",
    (platform) => {
      const silent: FactSource = { readText: gone, readLink: gone, run: gone, probe: gone };
      const by = { name: nameProcess(platform, 7, 0, silent), platform, facts: silent };
      const other = nameProcess(platform, 99, 0, silent);
      expect(judgeAtOnce(`0123456789abcdef_${processPart(other)}`, by)).toBe("ask");
    },
  );
});

describe("design, Liveness: another host, or a changed boot id, by the heartbeat's age on the file system's own clock", () => {
  const foreign = leaseOf({ boot: "00000" });
  test.each([
    ["a fresh lease without heartbeat", { leaseMs: 0 }, "live"],
    ["a lease of 5 minutes without heartbeat", { leaseMs: 300_000 }, "dead"],
    ["an old lease with a fresh heartbeat", { leaseMs: 10 * hour, heartbeatMs: 4000 }, "live"],
    ["an old lease with a heartbeat from the past", { leaseMs: 10 * hour, heartbeatMs: 40_000 }, "dead"],
    ["a heartbeat some seconds in the future", { leaseMs: hour, heartbeatMs: -5000 }, "live"],
    ["a heartbeat a year in the future", { leaseMs: hour, heartbeatMs: -year }, "dead"],
    ["a heartbeat a year in the past", { leaseMs: 2 * year, heartbeatMs: year }, "dead"],
  ] as const)("for a flight, %s", async (_what, ages, verdict) => {
    expect(await judge(rootWith(foreign, ages), foreign, { stake: "flight" })).toBe(verdict);
  });

  test("its pid says nothing: this very pid after another boot is judged by age", async () => {
    const root = rootWith(foreign, { leaseMs: 10 * hour });
    expect(judgeAtOnce(foreign)).toBe("ask");
    expect(await judge(root, foreign)).toBe("dead");
  });

  test("reclamation waits for six hours, a lock for five minutes", async () => {
    const root = rootWith(foreign, { leaseMs: 10 * hour, heartbeatMs: hour });
    expect(await judge(root, foreign, { stake: "reclamation" })).toBe("live");
    expect(await judge(root, foreign, { stake: "lock" })).toBe("dead");
  });

  test("a lease that is gone, with nothing else left of its holder, is dead", async () => {
    expect(await judge(temporaryFolder(), foreign)).toBe("dead");
  });

  test("a fresh ticket counts as a sign of life of a holder whose lease lies elsewhere", async () => {
    const witness = join(temporaryFolder(), "ticket");
    writeFileSync(witness, "");
    expect(await judge(temporaryFolder(), foreign, { stake: "lock", witness })).toBe("live");
  });

  test.each([0, 1, 29_999])("no verdict %s ms before the age", (beforeMs) => {
    for (const ageMs of Object.values(deathAgeMs)) {
      expect(judgeAge(0, ageMs - beforeMs, ageMs)).toBe("live");
      expect(judgeAge(0, ageMs + 1, ageMs)).toBe("dead");
    }
  });
});

describe("design, Liveness: same boot, another pid namespace, by a socket that the holder listens on", () => {
  const neighbour = { ...own, space: "00000", pid: 1 };

  test("a holder that listens lives, however old its lease is, and is dead as soon as the kernel refuses", async () => {
    const lease = leaseOf(neighbour);
    const root = rootWith(lease, { leaseMs: year });
    const stop = await listen(root, processPart(neighbour));
    expect(await judge(root, lease, { stake: "flight" })).toBe("live");
    await stop();
    writeFileSync(join(root, "leases", lease), "");
    expect(await judge(root, lease)).toBe("dead");
  });

  test("a path beyond the 108 bytes of sun_path is judged all the same", async () => {
    const lease = leaseOf(neighbour);
    const root = join(rootWith(lease, { leaseMs: 0 }), "a".repeat(120));
    mkdirSync(root);
    const { listenForJudges, askSocket } = await import("./life-socket.ts");
    listenForJudges(root);
    expect(await askSocket(root, thisProcess().part)).toBe(process.platform === "linux" ? "live" : "unknown");
  });

  test("without a socket its age decides", async () => {
    const lease = leaseOf(neighbour);
    expect(await judge(rootWith(lease, { leaseMs: 0 }), lease, { stake: "flight" })).toBe("live");
    expect(await judge(rootWith(lease, { leaseMs: year }), lease, { stake: "flight" })).toBe("dead");
  });
});

/** Listens under the socket's name and leaves the name behind, as a killed process does. */
async function listen(root: string, part: string): Promise<() => Promise<void>> {
  const { renameSync } = await import("node:fs");
  mkdirSync(join(root, "sockets"), { recursive: true });
  const server = createServer();
  const path = join(root, "sockets", part);
  await new Promise<void>((resolve) => server.listen(`${path}-`, resolve));
  renameSync(`${path}-`, path);
  return () => new Promise((resolve) => server.close(() => resolve()));
}
