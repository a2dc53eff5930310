import { mkdirSync } from "node:fs";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { makeEnvironment } from "../../test/environment.ts";
import { mendAfterEach, mountMadeUp } from "../../test/faulty-fs.ts";
import type { Destination } from "../environment/destination.ts";
import type { Step } from "../state/journal.ts";
import { findApart, learnFrom, mountPoint, renameConditions, type RenameConditions } from "./places.ts";

mendAfterEach();

describe("the other file systems of a change", () => {
  const targets = ["lib/site-packages/a.py", "share/doc/a.txt", "share/man/a.1", "share", "include/a/a.h"];

  test.each<[string, string[], string[]]>([
    ["none", [], []],
    ["a folder of the environment, once for all targets in it", ["share"], ["share"]],
    ["one in which the target's folder is new", ["include"], ["include"]],
    ["one for a folder deep inside", ["share/doc"], ["share/doc"]],
    ["two, one in the other", ["share", "share/man"], ["share", "share/man"]],
    ["one in which nothing of the change is", ["etc"], []],
    ["the whole environment, and site-packages on another one", ["", "lib/site-packages"], [""]],
  ])("%s", (_, mounted, apart) => {
    const env = `${temporaryFolder("apart")}/env`;
    for (const folder of ["lib/site-packages", "share/doc", "share/man", "include/a", "etc"])
      mkdirSync(`${env}/${folder}`, { recursive: true });
    const at = (path: string) => (path === "" ? env : `${env}/${path}`);
    mountMadeUp(mounted.map((folder) => ({ folder: at(folder) })));
    const found = findApart(targets.map(at), `${env}/lib/site-packages`, [env]);
    expect(found.toSorted()).toEqual(apart.map(at).toSorted());
  });

  test("a target in a folder that is not there yet has none", () => {
    const env = temporaryFolder("apart");
    expect(findApart([`${env}/new/deep/a.py`], env, [env])).toEqual([]);
  });
});

describe("the place where a path's file system is mounted", () => {
  const mounts = () =>
    [
      "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
      "30 22 8:2 / /env rw - ext4 /dev/sda2 rw",
      "31 30 0:9 / /env/share rw - tmpfs none rw",
      "32 22 0:8 / /with\\040space rw - tmpfs none rw",
      "33 22 0:7 / /tab\\011and\\134 rw - tmpfs none rw",
      "",
    ].join("\n");

  test.each([
    ["/env/share/doc/a.txt", "/env/share"],
    ["/env/share/a.txt", "/env/share"],
    ["/env/share", "/env"],
    ["/env/shared/a.txt", "/env"],
    ["/with space/a.txt", "/with space"],
    ["/tab\tand\\/a.txt", "/tab\tand\\"],
  ])("%s: %s", (path, point) => expect(mountPoint(path, "linux", mounts)).toBe(point));

  test.each<[string, NodeJS.Platform, string]>([
    ["without a list of mounts", "linux", ""],
    ["on another system", "darwin", "30 22 8:2 / /env rw - ext4 /dev/sda2 rw"],
  ])("%s it is the path's folder", (_, platform, list) => {
    expect(mountPoint("/env/share/a.txt", platform, () => list)).toBe("/env/share");
  });
});

describe("what a refused step teaches", () => {
  const destination: Destination = {
    schemes: {
      purelib: "/srv/env/lib",
      platlib: "/srv/env/lib",
      scripts: "/bin",
      headers: "/srv/env/include",
      data: "/srv/env",
    },
    executable: "/bin/python",
    platform: "linux",
    boundary: "/srv/env",
  };
  const step = (does: "retire" | "place", target: string) => ({ do: does, at: 0, target }) as unknown as Step;
  const mounts = () => "1 0 8:1 / / rw\n2 1 0:9 / /srv/env/share rw\n3 1 0:9 / /srv rw\n";
  const fresh = (): RenameConditions => ({ movesFolders: true, fixed: new Set(), apart: new Set() });

  test.each<[string, string, Step, Partial<RenameConditions>]>([
    [
      "a folder that is in use stays",
      "EBUSY",
      step("retire", "/srv/env/lib/a"),
      { fixed: new Set(["/srv/env/lib/a"]) },
    ],
    [
      "a folder of a lower layer: all goes file by file",
      "EXDEV",
      step("retire", "/srv/env/lib/a"),
      { movesFolders: false },
    ],
    [
      "a file: what is mounted there",
      "EXDEV",
      step("place", "/srv/env/share/doc/a"),
      { apart: new Set(["/srv/env/share"]) },
    ],
    [
      "what is mounted holds more than the environment",
      "EXDEV",
      step("place", "/srv/env/lib/a"),
      { apart: new Set(["/srv/env"]) },
    ],
    ["a scheme that lies elsewhere", "EXDEV", step("place", "/bin/a"), { apart: new Set(["/bin"]) }],
  ])("%s", (_, code, refused, learned) => {
    const conditions = fresh();
    const learn = () => learnFrom({ code }, refused, conditions, destination, "linux", mounts);
    expect([learn(), conditions]).toEqual([true, { ...fresh(), ...learned }]);
    // Whatever is known already teaches nothing.
    expect([learn(), learn()].at(-1)).toBe(false);
  });

  test.each([
    ["EIO", "retire"],
    ["EBUSY", "place"],
    ["EACCES", "place"],
    ["ENOSPC", "retire"],
  ] as const)("%s of a step that would %s teaches nothing", (code, does) => {
    const conditions = fresh();
    const learned = learnFrom({ code }, step(does, "/srv/env/share/x"), conditions, destination, "linux", mounts);
    expect([learned, conditions]).toEqual([false, fresh()]);
  });

  test("it is kept for as long as somebody has the state, and for nobody else", () => {
    const [one, another] = [makeEnvironment().state, makeEnvironment().state];
    renameConditions(one).movesFolders = false;
    expect([renameConditions(one).movesFolders, renameConditions(another).movesFolders]).toEqual([false, true]);
  });
});
