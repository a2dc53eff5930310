import { describe, expect, test } from "vitest";
import { bootId, type FactSource, ownStart, processFact, processSpace, procIsOwn } from "./process-facts.ts";

const nothing: FactSource = {
  readText: (path) => fail("ENOENT", path),
  readLink: (path) => fail("ENOENT", path),
  run: (file) => fail("ENOENT", file),
  probe: () => fail("ESRCH", "kill"),
};

function fail(code: string, what: string): never {
  throw Object.assign(new Error(`${code}: ${what}`), { code });
}

/** The line of /proc/<pid>/stat with these fields 3, 20 and 22. */
function stat(command: string, state: string, threads: number, ticks: number): string {
  return `7 (${command}) ${[state, ...Array<number>(16).fill(0), threads, 0, ticks, 0].join(" ")}`;
}

describe("proc_pid_stat(5): a process is known by its pid and its start", () => {
  test.each([
    ["a running process", stat("node", "S", 11, 4096), { state: "running", start: "35s" }],
    ["a command with spaces and parentheses", stat("a) Z 1 (b", "R", 1, 35), { state: "running", start: "z" }],
    ["a stopped process", stat("node", "T", 11, 35), { state: "running", start: "z" }],
    ["a zombie", stat("node", "Z", 1, 35), { state: "gone" }],
    ["a zombie that leads threads which still run", stat("node", "Z", 2, 35), { state: "running", start: "z" }],
  ])("%s", (_what, text, fact) => {
    expect(processFact(7, "linux", { ...nothing, readText: () => text })).toEqual(fact);
  });

  test("a process that /proc hides (hidepid) but that a signal would reach is not gone", () => {
    const hidden = { ...nothing, probe: () => fail("EPERM", "kill") };
    expect(processFact(7, "linux", hidden)).toEqual({ state: "running", start: "0" });
  });

  test("one that neither shows is gone", () => {
    expect(processFact(7, "linux", nothing)).toEqual({ state: "gone" });
  });
});

describe("platforms without /proc", () => {
  test("macOS: ps tells state and start", () => {
    const ps = { ...nothing, run: () => "Ss   Wed Jan  7 10:00:00 2026\n" };
    const fact = processFact(7, "darwin", ps);
    expect(fact).toEqual({ state: "running", start: (Date.parse("Wed Jan 7 10:00:00 2026") / 1000).toString(36) });
    expect(ownStart(7, "darwin", ps)).toBe(fact.state === "running" ? fact.start : "");
  });

  test("macOS: a zombie is gone", () => {
    expect(processFact(7, "darwin", { ...nothing, run: () => "Z    Wed Jan  7 10:00:00 2026" })).toEqual({
      state: "gone",
    });
  });

  test("Windows: only whether the pid exists, so a reused one cannot be told apart and the heartbeat decides", () => {
    expect(processFact(7, "win32", { ...nothing, probe: () => {} })).toEqual({ state: "running", start: "0" });
    expect(processFact(7, "win32", nothing)).toEqual({ state: "gone" });
  });

  test.each([
    ["linux", { ...nothing, readText: () => "a-b-c\n" }, "a-b-c"],
    ["darwin", { ...nothing, run: () => "SESSION\n" }, "SESSION"],
    ["win32", { ...nothing, run: () => "    MachineGuid    REG_SZ    0f-1\r\n" }, "0f-1"],
    ["linux", nothing, undefined],
    ["win32", nothing, undefined],
  ] as const)("the boot on %s", (platform, facts, id) => {
    expect(bootId(platform, facts)).toBe(id);
  });
});

describe("pid_namespaces(7)", () => {
  test("a namespace is what /proc/self/ns says, whatever namespace /proc was mounted in", () => {
    const facts = { ...nothing, readLink: (path: string) => path };
    expect(processSpace("linux", facts)).toBe("/proc/self/ns/pid /proc/self/ns/time");
    expect(processSpace("darwin", nothing)).toBe(processSpace("win32", nothing));
  });

  test("/proc of another namespace is recognised", () => {
    expect(procIsOwn(1, "linux", { ...nothing, readLink: () => "4711" })).toBe(false);
    expect(procIsOwn(4711, "linux", { ...nothing, readLink: () => "4711" })).toBe(true);
    expect(procIsOwn(1, "linux", nothing)).toBe(false);
  });
});
