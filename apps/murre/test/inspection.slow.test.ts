import { indexedWheel, temporaryFolder, writeIndex } from "@murre/test-kit";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type Environment } from "./command-world.ts";

/** What METADATA has besides, of which pip's reports have every field once or as a list. */
const metadata = `Metadata-Version: 2.1
Name: Top.One
Version: 1.0
Summary: stands on others
Keywords: a,b c
Requires-Dist: below>=1,<3
Requires-Dist: other
Requires-Dist: extra-only; extra == "more"
Provides-Extra: more
Classifier: One
Classifier: Two

The body.
`;

describe("what looks at an environment and at indexes", () => {
  const world = makeCommandWorld();
  const index = join(temporaryFolder(), "index");
  const wheels = [
    { name: "Top.One", version: "1.0", metadata },
    { name: "below", version: "1.0" },
    { name: "below", version: "2.0", requiresDist: ["other>=1"] },
    { name: "below", version: "3.0" },
    { name: "below", version: "3.1rc1" },
    { name: "below", version: "4.0", requiresPython: ">=99" },
    { name: "other", version: "1.0", requiresDist: ["below>=1; python_version < '3'"] },
  ];
  let environment: Environment;
  const places = ["--no-config", "-i", join(index, "simple")];

  beforeAll(async () => {
    const files = await Promise.all(
      wheels.map((wheel) => indexedWheel(wheel, "metadata" in wheel ? { metadata } : {})),
    );
    writeIndex(index, files);
    environment = await world.environment("env");
    succeeded(await environment.pip("install", "top-one", ...places));
  });

  const out = async (...words: string[]) => succeeded(await environment.pip(...words)).stdout;

  test.each<[words: string, picture: string]>([
    ["", "top-one v1.0\n├── below v2.0\n│   └── other v1.0\n└── other v1.0\n"],
    ["--depth 0", "top-one v1.0\n"],
    ["--depth 1", "top-one v1.0\n├── below v2.0\n└── other v1.0\n"],
    [
      "--show-version-specifiers",
      "top-one v1.0\n├── below v2.0 [required: >=1, <3]\n│   └── other v1.0 [required: >=1]\n└── other v1.0 [required: *]\n",
    ],
    ["--invert", "other v1.0\n├── below v2.0\n│   └── top-one v1.0\n└── top-one v1.0\n"],
    [
      "--package top-one --package below",
      "below v2.0\n└── other v1.0\ntop-one v1.0\n├── below v2.0 (*)\n└── other v1.0\n",
    ],
    ["--package Below --package other", "below v2.0\n└── other v1.0\nother v1.0\n"],
    ["--prune below", "top-one v1.0\n└── other v1.0\n"],
  ])("pip tree %s", async (words, picture) => {
    const printed = await out("tree", ...words.split(" ").filter(Boolean));
    expect(printed.replace(/^\(\*\).*\n/m, "")).toBe(picture);
    expect(printed.includes("(*) Package tree already displayed")).toBe(picture.includes("(*)"));
  });

  test.each<[words: string, found: string]>([
    ["--outdated", "Package Version Latest Type\n------- ------- ------ -----\nbelow   2.0     3.0    wheel\n"],
    ["-o --pre", "Package Version Latest Type\n------- ------- ------ -----\nbelow   2.0     3.1rc1 wheel\n"],
    ["--uptodate --format freeze", "other==1.0\nTop.One==1.0\n"],
    ["-o --json", '[{"name":"below","version":"2.0","latest_version":"3.0","latest_filetype":"wheel"}]\n'],
  ])("pip list %s", async (words, found) => {
    expect(await out("list", ...words.split(" "), ...places)).toBe(found);
  });

  test("pip tree --outdated has the newest version of what is older", async () => {
    expect(await out("tree", "--outdated", ...places)).toContain("├── below v2.0 (latest: v3.0)\n");
  });

  test.each<[words: string, found: string]>([
    ["below", "below (3.0)\nAvailable versions: 3.0, 2.0, 1.0\n  INSTALLED: 2.0\n  LATEST:    3.0\n"],
    [
      "below --pre",
      "below (3.1rc1)\nAvailable versions: 3.1rc1, 3.0, 2.0, 1.0\n  INSTALLED: 2.0\n  LATEST:    3.1rc1\n",
    ],
    ["other --json", '{"name":"other","versions":["1.0"],"latest":"1.0","installed":"1.0"}\n'],
  ])("pip index versions %s", async (words, found) => {
    expect(await out("index", "versions", ...words.split(" "), ...places)).toBe(found);
  });

  test.each([
    ["nothing-of-it", "MURRE_NO_MATCHING_VERSION"],
    ["no/name", "MURRE_RESOLUTION_OPTION"],
  ])("pip index versions %s fails with %s", async (project, code) => {
    const { code: exit, stderr } = await environment.pip("index", "versions", project, ...places);
    expect([exit, stderr]).toEqual([1, expect.stringContaining(code)]);
  });

  test("pip inspect has all metadata, where it is and who wanted it", async () => {
    const report = JSON.parse(await out("inspect")) as { version: string; installed: { metadata: { name: string } }[] };
    expect(report.version).toBe("1");
    expect(report.installed.find((one) => one.metadata.name === "Top.One")).toEqual({
      metadata: {
        metadata_version: "2.1",
        name: "Top.One",
        version: "1.0",
        summary: "stands on others",
        keywords: ["a", "b c"],
        classifier: ["One", "Two"],
        requires_dist: ["below>=1,<3", "other", 'extra-only; extra == "more"'],
        provides_extra: ["more"],
        description: "The body.\n",
      },
      metadata_location: expect.stringContaining("dist-info") as string,
      installer: "murre",
      requested: true,
    });
  });

  test("pip hash", async () => {
    const file = join(index, "files", "below-1.0-py3-none-any.whl");
    const digest = (kind: string) => createHash(kind).update(readFileSync(file)).digest("hex");
    expect((await world.murre("pip", "hash", file)).stdout).toBe(`${file}:\n--hash=sha256:${digest("sha256")}\n`);
    expect((await world.murre("pip", "hash", "-a", "sha512", file)).stdout).toContain(digest("sha512"));
    expect(await world.murre("pip", "hash", "nowhere")).toMatchObject({ code: 1 });
  });

  describe("pip's installation report", () => {
    const wanted = ["Top.One[more]", "--excludes", "left-out.txt", ...places];
    const expected = {
      version: "1",
      install: [
        {
          is_direct: false,
          requested: false,
          metadata: { name: "below", version: "2.0", requires_dist: ["other>=1"] },
        },
        { is_direct: false, requested: false, metadata: { name: "other", version: "1.0" } },
        {
          is_direct: false,
          is_yanked: false,
          requested: true,
          requested_extras: ["more"],
          metadata: { name: "Top.One", summary: "stands on others", description: "The body.\n" },
          download_info: {
            url: expect.stringMatching(/^file:.*\/files\/top_one-1\.0-py3-none-any\.whl$/) as string,
            archive_info: { hash: expect.stringMatching(/^sha256=[0-9a-f]{64}$/) as string },
          },
        },
      ],
    };
    let fresh: Environment;
    beforeAll(async () => {
      world.write("left-out.txt", "extra-only\n");
      fresh = await world.environment("fresh");
    });
    const sorted = (text: string) => {
      const report = JSON.parse(text) as { install: { metadata: { name: string } }[] };
      const name = (one: (typeof report.install)[number]) => one.metadata.name.toLowerCase();
      return { ...report, install: report.install.toSorted((a, b) => (name(a) < name(b) ? -1 : 1)) };
    };

    test("--dry-run --report - prints it alone, and changes nothing", async () => {
      const { stdout } = succeeded(await fresh.pip("install", "--dry-run", "--report", "-", ...wanted));
      expect(sorted(stdout)).toMatchObject(expected);
      expect(await fresh.installed()).toEqual([]);
    });

    test("--json has where files are from, and no metadata besides", async () => {
      const { stdout } = succeeded(await fresh.pip("install", "--dry-run", "--json", ...wanted));
      const { installation } = JSON.parse(stdout) as { installation: unknown };
      const [, , top] = sorted(JSON.stringify(installation)).install;
      expect(top).toMatchObject({ ...expected.install[2], metadata: { name: "top-one", version: "1.0" } });
      expect(Object.keys(top!.metadata)).toHaveLength(2);
    });

    test("--report FILE is written beside an installation", async () => {
      const { stdout } = succeeded(await fresh.pip("install", "--report", "report.json", ...wanted));
      expect(stdout).toContain("+ top-one==1.0");
      expect(sorted(readFileSync(join(world.folder, "report.json"), "utf8"))).toMatchObject(expected);
    });

    test("nothing is missing: nothing is in it", async () => {
      const { stdout } = succeeded(await fresh.pip("install", "--report", "-", ...wanted));
      expect(JSON.parse(stdout)).toMatchObject({ version: "1", install: [] });
    });
  });
});

describe("configuration, and where it is from", () => {
  const world = makeCommandWorld();
  const file = world.write(
    "pip.conf",
    "[global]\nindex-url = https://me:secret@index.example/simple\n[install]\npre = yes\nonly-binary = a,b\n",
  );
  const configured = makeCommandWorld({
    PIP_CONFIG_FILE: file,
    PIP_PROXY: "u:pw@proxy:3128",
    MURRE_INDEX: "https://t@i.example",
  });

  test.each(["config", "pip config"])("murre %s list", async (words) => {
    const { stdout } = succeeded(await configured.murre(...words.split(" "), "list"));
    const own = stdout.split("\n").filter((line) => line.includes(file) || /PROXY|INDEX/.test(line));
    expect(own).toEqual([
      "MURRE_INDEX='https://i.example'  # MURRE_INDEX",
      `index-url='https://index.example/simple'  # ${file} [global]`,
      `only-binary='a,b'  # ${file} [install]`,
      `pre='true'  # ${file} [install]`,
      "proxy='proxy:3128'  # PIP_PROXY",
    ]);
  });

  test("murre config get, and what there is not", async () => {
    expect((await configured.murre("config", "get", "global.index-url")).stdout).toBe("https://index.example/simple\n");
    expect(await configured.murre("config", "get", "nothing")).toMatchObject({ code: 2 });
    expect((await configured.murre("config", "list", "--no-config")).stdout).toBe("");
    expect((await configured.murre("config", "debug")).stdout).toContain(`env: ${file}, exists: True\n`);
    expect((await configured.murre("pip", "config", "set", "a", "b")).stderr).toContain("pip's configuration files");
  });

  test("pip debug says where is looked, without credentials", async () => {
    const { stdout } = succeeded(await configured.murre("pip", "debug"));
    expect(stdout).toContain("index: https://index.example/simple/");
    expect(stdout).not.toMatch(/secret|pw@/);
  });
});

describe("completion", () => {
  const world = makeCommandWorld();

  test.each([
    ["bash", '"pip tree") words="'],
    ["zsh", '"pip index") found="versions '],
    ["fish", "complete -c murre -n '__murre_at \"pip tree\"' -l invert"],
    ["powershell", "'pip config' = 'list get debug "],
  ])("%s knows every command", async (shell, line) => {
    const { stdout } = succeeded(await world.murre("completion", shell));
    expect(stdout).toContain(line);
    expect(stdout).toContain("upgrade-strategy");
  });

  test("another shell is a mistake", async () => {
    expect(await world.murre("completion", "tcsh")).toMatchObject({ code: 2 });
  });
});

describe("pip cache is murre's cache with pip's words", () => {
  const world = makeCommandWorld();

  test("list, remove, purge", async () => {
    const index = join(world.folder, "index");
    writeIndex(index, await Promise.all(["one", "two", "ones"].map((name) => indexedWheel({ name, version: "1.0" }))));
    const environment = await world.environment("env");
    succeeded(await environment.pip("install", "one", "two", "ones", "--no-config", "-i", join(index, "simple")));
    const names = async (...pattern: string[]) => {
      const { stdout } = succeeded(await world.murre("pip", "cache", "list", ...pattern, "--json"));
      return (JSON.parse(stdout) as { project: string }[]).map(({ project }) => project).toSorted();
    };
    expect((await world.murre("pip", "cache", "dir")).stdout).toBe(`${world.cache}\n`);
    expect(await names("one*")).toEqual(["one", "ones"]);
    expect(await names("one")).toEqual(["one"]);
    succeeded(await world.murre("pip", "cache", "remove", "ONE?"));
    expect(await names()).toEqual(["one", "two"]);
    expect(await world.murre("pip", "cache", "remove", "three")).toMatchObject({ code: 2 });
    succeeded(await world.murre("pip", "cache", "purge"));
    expect(await names()).toEqual([]);
  });
});
