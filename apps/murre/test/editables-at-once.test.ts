import { temporaryFolder } from "@murre/test-kit";
import { readdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded } from "./command-world.ts";
import { writeProject, type ProjectFacts } from "./editable-projects.ts";

const timeout = 120_000;

/** No hook of it ends before another project's hook has begun: one build after the other ends in an error. */
const meeting = `
import time
def _note(hook):
    folder = os.environ["MEETING"]
    open(os.path.join(folder, "%s %s" % (os.path.basename(os.getcwd()), hook)), "w").close()
    until = time.monotonic() + 30
    while len({name.split()[0] for name in os.listdir(folder)}) < 2:
        if time.monotonic() > until:
            raise SystemExit("met nobody")
        time.sleep(0.01)
`;

const members = '[tool.uv.workspace]\nmembers = ["b"]\n[tool.uv.sources]\nb = { workspace = true }';
const pip = (...words: string[]) => ["pip", "install", ...words, "-p", "a/.venv"];

type Case = [
  how: string,
  words: string[],
  builds: string[],
  facts?: { isDynamic?: true; first?: Partial<ProjectFacts> },
];

/** What runs where `a` and its workspace's member `b` lie, and what is built of them. */
const cases: Case[] = [
  [
    "more of them than some machines have processors, in a file",
    pip("-r", "all.txt"),
    Array.from("abcd").map((name) => `${name} build_editable`),
  ],
  [
    "whose versions only their backends know",
    pip("-e", "./a", "-e", "./a/b"),
    ["a build_editable", "b build_editable"],
    { isDynamic: true },
  ],
  ["beside an ordinary one", pip("-e", "./a", "./a/b"), ["a build_editable", "b build_wheel"]],
  [
    "as members of a workspace",
    ["sync", "--project", "a"],
    ["a build_editable", "b build_editable"],
    { first: { needs: ["b"], more: members } },
  ],
];

describe.skipIf(process.platform === "win32" || availableParallelism() < 2)(
  "editable projects are built at once",
  () => {
    test.each<Case>(cases)("%s", { timeout }, async (_, words, builds, { isDynamic, first } = {}) => {
      const place = temporaryFolder("meeting");
      const world = makeCommandWorld({ MEETING: place });
      const { folder, murre, write } = world;
      for (const path of ["a", ...Array.from("bcd").map((name) => `a/${name}`)]) {
        const facts = { ...(isDynamic ? {} : { version: "1.0" }), ...(path === "a" ? first : {}) };
        writeProject(join(folder, path), { ...facts, name: path.slice(-1), code: meeting });
        writeFileSync(join(folder, path, "VERSION"), "1.0");
      }
      write("all.txt", "-e ./a\n--editable ./a/b\n-e ./a/c\n-e ./a/d\n");
      const environment = await world.environment("a/.venv");
      succeeded(await murre(...words, "--no-config", "--no-index"));
      expect(readdirSync(place).toSorted()).toEqual(builds);
      const names = (await environment.installed()).map((line) => line.replaceAll(folder, ""));
      expect(names).toEqual(
        builds.map((build) =>
          build === "b build_wheel" ? "b @ file:///a/b" : `-e /a${build.startsWith("a") ? "" : `/${build[0]}`}`,
        ),
      );
    });
  },
);
