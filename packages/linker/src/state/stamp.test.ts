import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { first, other } from "../../test/committed-change.ts";
import { makeEnvironment, type TestEnvironment } from "../../test/environment.ts";
import { isUntouched, recordedProvenances, untouchedArchives } from "./stamp.ts";

async function installed(): Promise<TestEnvironment> {
  const world = makeEnvironment();
  await world.change([first, other]);
  return world;
}

const isSo = ({ state, destination }: TestEnvironment) => isUntouched(state, destination);

describe("whether another program has changed what is installed", () => {
  test("not since murre did", async () => expect(isSo(await installed())).toBe(true));

  test.each<[string, (site: string, stamp: string) => void]>([
    ["a distribution more", (site) => mkdirSync(`${site}/c-1.0.dist-info`)],
    ["one less", (site) => rmSync(`${site}/b-1.0.dist-info`, { recursive: true })],
    ["another in its place", (site) => renameSync(`${site}/b-1.0.dist-info`, `${site}/b-2.0.dist-info`)],
    ["a file more in a dist-info", (site) => writeFileSync(`${site}/b-1.0.dist-info/direct_url.json`, "{}")],
    ["a link of a developer's", (site) => symlinkSync("nowhere", `${site}/dev.egg-link`)],
    ["no stamp", (_, stamp) => rmSync(stamp)],
    ["a stamp that was cut off", (_, stamp) => writeFileSync(stamp, '{"id":"x","distrib')],
    [
      "a stamp of something else",
      (_, stamp) => writeFileSync(stamp, '{"id":"x","distributions":{"b-1.0.dist-info":"1:2:3"}}'),
    ],
  ])("%s", async (_, change) => {
    const world = await installed();
    change(world.site, world.state.stamp);
    expect([isSo(world), untouchedArchives(world.state, world.destination)]).toEqual([false, undefined]);
  });

  test("where it was said who published a wheel is told of what stands there as it was placed", async () => {
    const world = makeEnvironment();
    const [a, b] = ["https://p.x/a", "http://p.x/b"];
    const provenances = new Map([
      ["a-1.0.dist-info", a],
      ["b-1.0.dist-info", b],
    ]);
    await world.change([first, other], [], { provenances });
    const recorded = () => recordedProvenances(world.state, world.destination);
    expect([...recorded().values()].toSorted()).toEqual([b, a]);
    // What comes beside it changes nothing, and another program's change only what it is of.
    mkdirSync(`${world.site}/c-1.0.dist-info`);
    writeFileSync(`${world.site}/b-1.0.dist-info/direct_url.json`, "{}");
    expect([...recorded()]).toEqual([[`${world.site}/a-1.0.dist-info`, a]]);
    const stamp = readFileSync(world.state.stamp, "utf8");
    writeFileSync(world.state.stamp, stamp.replace(a, "file:///etc/passwd"));
    expect(recorded().size).toBe(0);
  });

  test("what is no distribution does not count", async () => {
    const world = await installed();
    writeFileSync(`${world.site}/mine.py`, "");
    expect(isSo(world)).toBe(true);
  });
});
