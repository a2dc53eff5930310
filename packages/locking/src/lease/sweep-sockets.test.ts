import { temporaryFolder } from "@murre/test-kit";
import { existsSync, mkdirSync, renameSync, utimesSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { processPart, thisProcess, type ProcessName } from "./lease-name.ts";
import { deadSockets, removeSockets } from "./sweep-leases.ts";

const own = thisProcess().name;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

interface Row {
  readonly whose: string;
  readonly name: ProcessName | string;
  readonly listens?: boolean;
  readonly ageMs: number;
  readonly goes: boolean;
}

const neighbour = { ...own, space: "00000", pid: 1 };
const dead = { ...own, pid: own.pid, start: "1" };

test.each<Row>([
  { whose: "a process of this pid namespace that is dead", name: dead, ageMs: 0, goes: true },
  { whose: "this process", name: own, ageMs: 7 * hourMs, goes: false },
  { whose: "a neighbour that listens", name: neighbour, listens: true, ageMs: 7 * hourMs, goes: false },
  { whose: "a neighbour that refuses", name: neighbour, ageMs: 0, goes: true },
  { whose: "a neighbour that may not listen yet", name: `${processPart(neighbour)}.new`, ageMs: 0, goes: false },
  {
    whose: "a neighbour that was killed before it listened",
    name: `${processPart(neighbour)}.new`,
    ageMs: 2 * minuteMs,
    goes: true,
  },
  {
    whose: "a process of this pid namespace that was killed before it listened",
    name: `${processPart(dead)}.new`,
    ageMs: 0,
    goes: true,
  },
  { whose: "an ended thread", name: { ...neighbour, thread: 3 }, ageMs: 2 * minuteMs, goes: true },
  { whose: "another machine", name: { ...own, boot: "00000" }, ageMs: 5 * hourMs, goes: false },
  { whose: "another machine, of long ago", name: { ...own, boot: "00000" }, ageMs: 7 * hourMs, goes: true },
  { whose: "nobody", name: "no-name", ageMs: 5 * hourMs, goes: false },
])("the socket of $whose goes: $goes", async ({ name, listens = false, ageMs, goes }) => {
  const root = temporaryFolder("sockets");
  mkdirSync(join(root, "sockets"));
  const path = join(root, "sockets", typeof name === "string" ? name : processPart(name));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}-`, resolve));
  renameSync(`${path}-`, path);
  if (!listens) await new Promise((resolve) => server.close(resolve));
  const made = new Date(Date.now() - ageMs);
  utimesSync(path, made, made);
  expect(removeSockets(root, await deadSockets(root))).toBe(goes ? 1 : 0);
  expect(existsSync(path)).toBe(!goes);
  server.close();
});

test("where there is none, nothing is asked of the file system", async () => {
  const root = temporaryFolder("sockets");
  expect(await deadSockets(join(root, "absent"))).toEqual([]);
});
