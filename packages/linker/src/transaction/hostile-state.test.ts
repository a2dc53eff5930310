import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, test } from "vitest";
import { makeEnvironment, type TestEnvironment } from "../../test/environment.ts";
import { readEnvironment } from "./reader.ts";
import { withWriter } from "./writer.ts";
import type { Journal } from "../state/journal.ts";
import { parseStamp } from "../state/stamp.ts";

const id = "left-1";

/** An environment in which somebody has laid what looks like a committed change, that retires `mine.txt` of it. */
function planted(change: (journal: Record<string, unknown>, world: TestEnvironment) => unknown, where = "commit") {
  const world = makeEnvironment();
  const { env, folder, state, destination } = world;
  mkdirSync(`${env}/bin`);
  for (const path of [`${env}/mine.txt`, `${folder}/outside.txt`, `${env}/pyvenv.cfg`, `${env}/bin/python`])
    writeFileSync(path, "mine");
  const executor = where === "commit" ? `${state.commit}/${id}/x-left-2` : `${state.torn}/${id}`;
  for (const name of ["stage/0", "old"]) mkdirSync(`${executor}/${name}`, { recursive: true });
  writeFileSync(`${executor}/stage/0/new`, "theirs");
  const { launchers: _, ...plain } = destination;
  const journal: Record<string, unknown> = {
    format: 1,
    id,
    command: "test",
    places: [],
    destination: plain,
    steps: [{ do: "tidy", at: 0, target: `${env}/nothing` }] satisfies Journal["steps"],
    removed: [],
    added: [],
  };
  const text = change(journal, world);
  writeFileSync(`${executor}/journal`, typeof text === "string" ? text : JSON.stringify(journal));
  const command = () => withWriter(state, world.writerOptions(), async () => "worked");
  return { ...world, executor, command };
}

const step = (fields: object) => (journal: Record<string, unknown>, world: TestEnvironment) => {
  const targets = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === "string"
      ? value.replace("<env>", world.env).replace("<site>", world.site).replace("<folder>", world.folder)
      : value,
  ]);
  journal["steps"] = [{ at: 0, ...Object.fromEntries(targets) }];
};
const retires = (target: string) => step({ do: "retire", target, old: "old/0", was: "0:0:0" });
const places = (target: string, stage = "stage/0/new") => step({ do: "place", target, stage, is: "0:0:0" });

const hostile: readonly (readonly [what: string, change: Parameters<typeof planted>[0]])[] = [
  ["no JSON", () => "{"],
  ["no object", () => "[]"],
  ["another format", (journal) => void (journal["format"] = 99)],
  ["no format", (journal) => void delete journal["format"]],
  ["another's id", (journal) => void (journal["id"] = "left-7")],
  ["an id that leads elsewhere", (journal) => void (journal["id"] = "../../left-1")],
  ["what it settles leads elsewhere", (journal) => void (journal["settles"] = "../..")],
  ["steps that are no list", (journal) => void (journal["steps"] = { length: 1 })],
  ["a step that nobody knows", step({ do: "link", target: "<env>/x" })],
  ["a step at no place", step({ do: "tidy", at: 1, target: "<env>/x" })],
  ["a step at a place without a number", step({ do: "tidy", at: "0", target: "<env>/x" })],
  ["a target outside", retires("<folder>/outside.txt")],
  ["a target that climbs outside", retires("<env>/../outside.txt")],
  [
    "a target that a link leads to",
    (journal, world) => {
      symlinkSync(world.folder, `${world.site}/linked`);
      return retires("<folder>/outside.txt")(journal, world);
    },
  ],
  ["a relative target", retires("outside.txt")],
  ["a target with NUL", retires("<env>/a\0b")],
  ["the environment's folder", retires("<env>")],
  ["site-packages", retires("<site>")],
  ["the folder of scripts", retires("<env>/bin")],
  [
    "the folder of scripts by a link",
    (journal, world) => {
      symlinkSync(".", `${world.env}/local`);
      return retires("<env>/local/bin")(journal, world);
    },
  ],
  ["pyvenv.cfg", retires("<env>/pyvenv.cfg")],
  ["the interpreter", places("<env>/bin/python")],
  ["murre's own state", places("<site>/.murre/stamp")],
  ["a stage that climbs", places("<env>/new.txt", "stage/0/../../../../../../../mine.txt")],
  ["a stage that is absolute", places("<env>/new.txt", "/etc/passwd")],
  ["a stage that is none", places("<env>/new.txt", "payload")],
  [
    "what is kept elsewhere",
    step({ do: "retire", target: "<env>/mine.txt", old: "../../../../../../outside", was: "0:0:0" }),
  ],
  ["an identity that is none", step({ do: "retire", target: "<env>/mine.txt", old: "old/0", was: { length: 3 } })],
  ["a place outside", (journal, world) => void (journal["places"] = [world.folder])],
  ["a place that climbs", (journal, world) => void (journal["places"] = [`${world.env}/x/../../..`])],
  [
    "a destination outside",
    (journal) => void (journal["destination"] = { ...(journal["destination"] as object), boundary: "/" }),
  ],
  ["no schemes", (journal) => void (journal["destination"] = { ...(journal["destination"] as object), schemes: null })],
  ["names that are none", (journal) => void (journal["removed"] = [{}])],
];

describe.each(["commit", "torn"])("a journal in %s is input", (where) => {
  test.each(hostile)("%s: it is not obeyed, and nothing is done", async (_, change) => {
    const { command, folder, env, snapshot, executor } = planted(change, where);
    const before = snapshot();
    await expect(command()).rejects.toMatchObject({ code: "MURRE_UNREADABLE_JOURNAL" });
    expect([snapshot(), existsSync(`${folder}/outside.txt`), existsSync(`${env}/bin/python`)]).toEqual([
      before,
      true,
      true,
    ]);
    expect(existsSync(`${executor}/journal`)).toBe(true);
  });

  test("one that this environment could have is", async () => {
    const { command, executor } = planted(() => undefined, where);
    for (const kind of ["new", "undo", "torn"])
      writeFileSync(`${executor}/stamp.${kind}`, `{"id":"${kind}","distributions":{}}`);
    expect(await command()).toBe("worked");
    expect(existsSync(executor)).toBe(false);
  });
});

test("a user's own link that leads out of the environment is no way out for a journal of it", async () => {
  const { command, env, folder, executor } = planted((journal, world) => {
    mkdirSync(`${world.folder}/elsewhere`);
    symlinkSync(`${world.folder}/elsewhere`, `${world.env}/share`);
    return step({ do: "tidy", target: "<env>/share/empty" })(journal, world);
  });
  writeFileSync(`${executor}/stamp.new`, '{"id":"new","distributions":{}}');
  mkdirSync(`${folder}/elsewhere/empty`);
  expect(await command()).toBe("worked");
  expect([existsSync(`${folder}/elsewhere/empty`), existsSync(`${env}/share`)]).toEqual([false, true]);
});

describe("a state that is not murre's is not followed", () => {
  const moved = (world: TestEnvironment, path: string) => {
    renameSync(path, `${world.folder}/moved`);
    symlinkSync(`${world.folder}/moved`, path);
  };
  const isRoot = process.geteuid?.() === 0;

  test.each(["", "/lock", "/lock/tickets", "/commit", "/torn", "/trash", "/stamp"])(
    "where .murre%s is a link",
    async (path) => {
      const world = makeEnvironment();
      await world.change([{ name: "a", files: { "a.py": "" } }]);
      const { state } = world;
      if (!existsSync(state.folder + path)) mkdirSync(state.folder + path, { recursive: true });
      moved(world, state.folder + path);
      await expect(world.change([], ["a"])).rejects.toMatchObject({ code: "MURRE_FOREIGN_STATE" });
      await expect(readEnvironment(state, () => 1)).rejects.toMatchObject({ code: "MURRE_FOREIGN_STATE" });
      expect(existsSync(`${world.site}/a.py`)).toBe(true);
    },
  );

  test.each(["", "/stage", "/stage/0", "/old", "/journal"])(
    "where a part of a transaction is: x-left-2%s",
    async (path) => {
      const world = planted(places("<env>/new.txt", "stage/0/new"));
      moved(world, world.executor + path);
      await expect(world.command()).rejects.toMatchObject({ code: "MURRE_FOREIGN_STATE" });
      expect(existsSync(`${world.env}/new.txt`)).toBe(false);
    },
  );

  test.runIf(isRoot)(
    "where another user made it: neither root, nor the environment's owner, nor one of the group that shares it",
    async () => {
      const { state, env, site, command, executor } = planted(() => undefined);
      writeFileSync(`${executor}/stamp.new`, '{"id":"new","distributions":{}}');
      chownSync(site, 1000, 1000);
      chownSync(state.commit, 1001, 1001);
      await expect(command()).rejects.toMatchObject({ code: "MURRE_FOREIGN_STATE", path: state.commit });
      chownSync(state.commit, 1001, 1000);
      chmodSync(site, 0o1777); // everybody's folder, as /tmp
      await expect(command()).rejects.toMatchObject({ code: "MURRE_FOREIGN_STATE" });
      chmodSync(site, 0o2775);
      expect(await command()).toBe("worked");
      expect(readFileSync(`${env}/mine.txt`, "utf8")).toBe("mine");
    },
  );

  test("what a grave in the trash names is deleted only in folders of the environment", async () => {
    const world = makeEnvironment();
    await world.change([{ name: "a", files: { "a.py": "" } }]);
    const victim = `${world.folder}/other/.murre/left-1`;
    for (const folder of [victim, `${world.env}/mount/.murre/left-1`, `${world.state.trash}/grave`])
      mkdirSync(folder, { recursive: true });
    symlinkSync(`${world.folder}/other/.murre`, `${world.env}/.murre`);
    const places = [`${world.folder}/other`, `${world.env}/../other`, world.env, 7, `${world.env}/mount`];
    writeFileSync(`${world.state.trash}/grave/places`, JSON.stringify({ id, places }));
    await world.change([], ["a"]);
    expect([existsSync(victim), existsSync(`${world.state.trash}/grave`)]).toEqual([true, false]);
    rmSync(`${world.env}/.murre`);
  });
});

test.each([
  "null",
  "[]",
  '{"id":"x","distributions":null}',
  '{"id":"x","distributions":{"a":null}}',
  '{"id":"x","distributions":{"a":{"is":1}}}',
  '{"id":"x","distributions":{"a":{"is":"1:2:3","archive":"../../../etc"}}}',
])("a stamp of %s says nothing", (text) => {
  expect(parseStamp(text)).toBeUndefined();
});
