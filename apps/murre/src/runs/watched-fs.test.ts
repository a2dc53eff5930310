import { temporaryFolder } from "@murre/test-kit";
import fs, {
  chmodSync,
  constants,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { stillSays } from "./facts.ts";
import { formatRun, parseRun } from "./run-document.ts";
import { watchFileSystem } from "./watched-fs.ts";

function world() {
  const folder = temporaryFolder("watched");
  writeFileSync(join(folder, "file"), "one");
  mkdirSync(join(folder, "folder"));
  writeFileSync(join(folder, "folder/inside"), "two");
  symlinkSync("file", join(folder, "link"));
  return { folder, at: (name: string) => join(folder, name), ...watchFileSystem() };
}
type World = ReturnType<typeof world>;

const quietly = (ask: () => unknown): void => {
  try {
    ask();
  } catch {
    // What an error says is a fact as well.
  }
};

const asked: Record<string, (world: World) => unknown> = {
  "reading a file": ({ fileSystem, at }) => fileSystem.readFileSync(at("file"), "utf8"),
  "reading a file by its URL": ({ fileSystem, at }) => fileSystem.readFileSync(pathToFileURL(at("file")), "utf8"),
  "reading through a link": ({ fileSystem, at }) => fileSystem.readFileSync(at("link"), "utf8"),
  "opening a file": ({ fileSystem, at }) => {
    const descriptor = fileSystem.openSync(at("file"), constants.O_RDONLY | constants.O_NOFOLLOW);
    fileSystem.readSync(descriptor, Buffer.alloc(3));
    fileSystem.closeSync(descriptor);
  },
  "looking at a file": ({ fileSystem, at }) => fileSystem.statSync(at("file")).size,
  "looking at a file in nanoseconds": ({ fileSystem, at }) => fileSystem.lstatSync(at("file"), { bigint: true }).size,
};
const changesOfFile: Record<string, (world: World) => void> = {
  "another text of the same length": ({ at }) => writeFileSync(at("file"), "eno"),
  "another text, and the times set back": ({ at }) => {
    writeFileSync(at("file"), "eno");
    utimesSync(at("file"), 1, 1);
  },
  "another file in its place": ({ at }) => {
    writeFileSync(at("new"), "one");
    renameSync(at("new"), at("file"));
  },
  "no file": ({ at }) => unlinkSync(at("file")),
  "a folder in its place": ({ at }) => {
    unlinkSync(at("file"));
    mkdirSync(at("file"));
  },
  "other permissions": ({ at }) => chmodSync(at("file"), 0o600),
};

describe("facts about a file hold until it is changed", () => {
  test.each(
    Object.entries(asked).flatMap(([how, ask]) =>
      Object.entries(changesOfFile).map(([what, change]) => ({ how, ask, what, change })),
    ),
  )("$how, then $what", async ({ ask, change }) => {
    const one = world();
    ask(one);
    expect(one.run.isSpoilt).toBe(false);
    expect(one.run.facts.length).toBeGreaterThan(0);
    expect(one.run.facts.every(stillSays)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 20)); // the file system's clock ticks every few milliseconds
    change(one);
    expect(one.run.facts.every(stillSays)).toBe(false);
  });
});

describe("facts about what else there is", () => {
  const table: readonly [string, (world: World) => unknown, (world: World) => void][] = [
    [
      "the names in a folder",
      (w) => w.fileSystem.readdirSync(w.at("folder")),
      (w) => writeFileSync(w.at("folder/x"), ""),
    ],
    [
      "that a folder is missing",
      (w) => quietly(() => w.fileSystem.readdirSync(w.at("none"))),
      (w) => mkdirSync(w.at("none")),
    ],
    [
      "that a file is missing",
      (w) => quietly(() => w.fileSystem.readFileSync(w.at("no"))),
      (w) => writeFileSync(w.at("no"), ""),
    ],
    [
      "that nothing can be opened",
      (w) => quietly(() => w.fileSystem.openSync(w.at("no"), "r")),
      (w) => writeFileSync(w.at("no"), ""),
    ],
    ["what exists", (w) => w.fileSystem.existsSync(w.at("no")), (w) => writeFileSync(w.at("no"), "")],
    [
      "that a folder on the way is missing",
      (w) => w.fileSystem.existsSync(w.at("no/no")),
      (w) => {
        mkdirSync(w.at("no"));
        writeFileSync(w.at("no/no"), "");
      },
    ],
    [
      "that something is a file and no folder",
      (w) => w.fileSystem.existsSync(w.at("file/no")),
      (w) => {
        unlinkSync(w.at("file"));
        mkdirSync(w.at("file"));
        writeFileSync(w.at("file/no"), "");
      },
    ],
    [
      "a real path",
      (w) => w.fileSystem.realpathSync(w.at("link")),
      (w) => {
        unlinkSync(w.at("link"));
        symlinkSync("folder", w.at("link"));
      },
    ],
    [
      "a real path, as the system says it",
      (w) => w.fileSystem.realpathSync.native(w.at("link")),
      (w) => {
        unlinkSync(w.at("link"));
        symlinkSync("folder", w.at("link"));
      },
    ],
    [
      "where a link leads",
      (w) => w.fileSystem.readlinkSync(w.at("link")),
      (w) => {
        unlinkSync(w.at("link"));
        symlinkSync("folder", w.at("link"));
      },
    ],
    [
      "what may be executed",
      (w) => quietly(() => w.fileSystem.accessSync(w.at("file"), constants.X_OK)),
      (w) => chmodSync(w.at("file"), 0o755),
    ],
    [
      "the times of a folder",
      (w) => w.fileSystem.lstatSync(w.at("folder")).mtimeMs,
      (w) => writeFileSync(w.at("folder/x"), ""),
    ],
    [
      "the times of a folder in nanoseconds",
      (w) => w.fileSystem.statSync(w.at("folder"), { bigint: true }).ctimeNs,
      (w) => writeFileSync(w.at("folder/x"), ""),
    ],
    [
      "that something is a folder",
      (w) => w.fileSystem.lstatSync(w.at("folder")).isDirectory(),
      (w) => rmSync(w.at("folder"), { recursive: true }),
    ],
  ];
  test.each(table)("%s", async (_, ask, change) => {
    const one = world();
    ask(one);
    expect(one.run.isSpoilt).toBe(false);
    expect(one.run.facts.length).toBeGreaterThan(0);
    expect(one.run.facts.every(stillSays)).toBe(true);
    const document = formatRun({ facts: one.run.facts, sayings: [[1, "x"]], holdsUntil: Infinity })!;
    expect(parseRun(document)).toEqual({ facts: one.run.facts, sayings: [[1, "x"]], holdsUntil: Infinity });
    await new Promise((resolve) => setTimeout(resolve, 20));
    change(one);
    expect(one.run.facts.every(stillSays)).toBe(false);
  });

  test("names that come into a folder do not count where only the folder itself was looked at", () => {
    const one = world();
    expect(one.fileSystem.lstatSync(one.at("folder")).isDirectory()).toBe(true);
    writeFileSync(one.at("folder/x"), "");
    expect(one.run.facts.every(stillSays)).toBe(true);
  });
});

describe("the calls are Node's own", () => {
  test("with all that hangs at them", () => {
    const { fileSystem } = world();
    const every = ["length", "name", "arguments", "caller", "prototype"];
    for (const [name, call] of Object.entries(fs).filter(([, member]) => typeof member === "function"))
      for (const member of Reflect.ownKeys(call).filter((key) => !every.includes(String(key)))) {
        const watched = Reflect.get(Reflect.get(fileSystem, name) as object, member) as unknown;
        expect([name, member, typeof watched]).toEqual([name, member, typeof Reflect.get(call, member)]);
      }
  });

  test.each<[string, (world: World, descriptor: number) => Promise<unknown>, unknown]>([
    [
      "read",
      ({ fileSystem }, descriptor) => promisify(fileSystem.read)(descriptor, Buffer.alloc(3), 0, 3, 0),
      { bytesRead: 3, buffer: Buffer.from("one") },
    ],
    ["exists", ({ fileSystem, at }) => promisify(fileSystem.exists)(at("no")), false],
    ["readFile", ({ fileSystem, at }) => promisify(fileSystem.readFile)(at("file"), "utf8"), "one"],
  ])("and %s makes the same promise of them", async (_, ask, said) => {
    const one = world();
    const descriptor = one.fileSystem.openSync(one.at("file"), "r");
    expect(await ask(one, descriptor)).toEqual(said);
    one.fileSystem.closeSync(descriptor);
  });
});

describe("a run is not remembered", () => {
  const spoiling: Record<string, (world: World) => unknown> = {
    "that writes a file": ({ fileSystem, at }) => fileSystem.writeFileSync(at("x"), ""),
    "that adds to a file": ({ fileSystem, at }) => fileSystem.closeSync(fileSystem.openSync(at("file"), "a")),
    "that leaves a file": ({ fileSystem, at }) => fileSystem.closeSync(fileSystem.openSync(at("x"), "wx")),
    "that removes a file": ({ fileSystem, at }) => fileSystem.unlinkSync(at("file")),
    "that makes a folder": ({ fileSystem, at }) => fileSystem.mkdirSync(at("x"), { recursive: true }),
    "that renames": ({ fileSystem, at }) => fileSystem.renameSync(at("file"), at("x")),
    "that changes times": ({ fileSystem, at }) => fileSystem.utimesSync(at("file"), 1, 1),
    "that reads what others write": ({ fileSystem }) =>
      quietly(() => fileSystem.readSync(0, Buffer.alloc(1), 0, 0, null)),
    "that reads a stream": ({ fileSystem, at }) =>
      fileSystem
        .createReadStream(at("file"))
        .on("error", () => {})
        .destroy(),
    "that asks without waiting": ({ fileSystem, at }) => fileSystem.stat(at("file"), () => {}),
    "that asks by a call of a call": ({ fileSystem, at }) => fileSystem.realpath.native(at("file"), () => {}),
    "that asks by a promise": ({ fileSystem, at }) => promisify(fileSystem.readFile)(at("file")),
  };
  test.each(Object.entries(spoiling))("%s", (_, act) => {
    const one = world();
    act(one);
    expect(one.run.isSpoilt).toBe(true);
  });

  test("but a file that it makes and removes again, and folders that are there, are nobody's business", () => {
    const one = world();
    const { fileSystem, at } = one;
    fileSystem.mkdirSync(at("folder"), { recursive: true });
    const descriptor = fileSystem.openSync(at("folder/lease"), "wx");
    fileSystem.writeSync(descriptor, "x");
    fileSystem.closeSync(descriptor);
    fileSystem.statSync(at("folder/lease"));
    fileSystem.unlinkSync(at("folder/lease"));
    expect(one.run).toMatchObject({ isSpoilt: false, facts: [] });
    expect(readdirSync(at("folder"))).toEqual(["inside"]);
  });
});
