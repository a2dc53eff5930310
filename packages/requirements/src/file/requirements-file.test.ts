import { describe, expect, test } from "vitest";
import { InvalidRequirementsFile } from "../errors.ts";
import { parseRequirementsFile } from "./requirements-file.ts";
import type { RequirementsContext, RequirementsFile } from "../types.ts";

function contextOf(files: Readonly<Record<string, string | Uint8Array>>): RequirementsContext {
  return {
    read(location) {
      const content = files[location];
      if (content === undefined) throw new Error(`${location} is not there`);
      return content;
    },
    env: {},
    cwd: "/here",
    home: "/home/me",
    platform: "linux",
  };
}

const parse = (files: Readonly<Record<string, string | Uint8Array>>, first = "r.txt"): Promise<RequirementsFile> =>
  parseRequirementsFile(first, contextOf(files));

async function refusalOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  first?: string,
): Promise<InvalidRequirementsFile> {
  const error = await parse(files, first).catch((thrown: unknown) => thrown);
  if (!(error instanceof InvalidRequirementsFile)) throw new Error("expected a refusal");
  return error;
}

describe("all problems of all files are reported at once", () => {
  test("each with its file, line and code", async () => {
    const error = await refusalOf({
      "r.txt": "six>\n-r b.txt\n--wat\nflask\n-c c.txt",
      "b.txt": "\na b\n",
      "c.txt": "./x.whl\n",
    });
    expect(error.problems.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([
      "r.txt:1 MURRE_INVALID_REQUIREMENT",
      "b.txt:2 MURRE_INVALID_REQUIREMENT",
      "r.txt:3 MURRE_REQUIREMENTS_OPTION",
      "c.txt:1 MURRE_INVALID_CONSTRAINT",
    ]);
  });

  test("a requirement's problem is drawn under its line", async () => {
    const { message } = await refusalOf({ "r.txt": "\nsix >\n" });
    expect(message).toMatch(/^r\.txt:2: .+ \(MURRE_INVALID_REQUIREMENT\)\n {4}six >\n {4}\s*~*\^$/);
  });

  test("a file that cannot be read is reported where it is included, with the cause", async () => {
    const error = await refusalOf({ "r.txt": "six\n-r gone.txt\n" });
    expect(error.problems).toMatchObject([{ code: "MURRE_REQUIREMENTS_UNREADABLE", file: "r.txt", line: 2 }]);
    expect(error.cause).toBeInstanceOf(Error);
  });

  test("credentials are in no message", async () => {
    const error = await refusalOf({
      "r.txt": "-r https://user:secret@e.x/gone.txt\nfoo @ https://user:secret@e.x/x.whl garbage\n",
    });
    expect(error.problems).toHaveLength(2);
    expect(error.message).not.toContain("secret");
  });
});

describe("a file that includes itself is refused", () => {
  test.each([
    ["at once", { "r.txt": "-r r.txt\n" }, "r.txt:1"],
    ["by another path", { "r.txt": "-r sub/../r.txt\n" }, "r.txt:1"],
    ["over others", { "r.txt": "-r b.txt\n", "b.txt": "\n-c c.txt\n", "c.txt": "-r r.txt\n" }, "c.txt:1"],
  ])("%s", async (_, files, place) => {
    const { problems } = await refusalOf(files);
    expect(problems.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([
      `${place} MURRE_REQUIREMENTS_CYCLE`,
    ]);
  });
});

describe("included files are found from the file that includes them", () => {
  test("next to a file on a server", async () => {
    const file = await parse(
      { "https://e.x/a/r.txt": "-r b.txt\n-r ../c.txt", "https://e.x/a/b.txt": "six", "https://e.x/c.txt": "flask" },
      "https://e.x/a/r.txt",
    );
    expect(file.files).toEqual(["https://e.x/a/r.txt", "https://e.x/a/b.txt", "https://e.x/c.txt"]);
  });

  test("an origin tells by which lines it was reached", async () => {
    const { requirements } = await parse({ "r.txt": "\n-r b.txt", "b.txt": "six" });
    expect(requirements[0]?.origin).toEqual({ file: "b.txt", line: 1, includedFrom: { file: "r.txt", line: 2 } });
  });
});

describe("constraints limit, and want nothing", () => {
  test.each(["-e .", "./x-1.0-py3-none-any.whl", "six[dev]<2"])("%s is no constraint", async (line) => {
    const { problems } = await refusalOf({ "r.txt": "-c c.txt", "c.txt": line });
    expect(problems.map(({ code }) => code)).toEqual(["MURRE_INVALID_CONSTRAINT"]);
  });

  test("a constraints file can be the first one", async () => {
    const file = await parseRequirementsFile("c.txt", contextOf({ "c.txt": "six<2\n" }), "constraints");
    expect([file.requirements.length, file.constraints.length]).toEqual([0, 1]);
  });
});

describe("what pip passes over in silence is a warning", () => {
  test.each([
    ["six -i https://e.x/simple", "r.txt:1: --index-url has no effect on the line of a requirement"],
    ["--pre yes", "r.txt:1: yes is passed over"],
    [`--hash=sha256:${"a".repeat(64)}`, "r.txt:1: --hash has no requirement on its line, and is passed over"],
  ])("%s", async (line, warning) => {
    expect((await parse({ "r.txt": line })).warnings).toEqual([warning]);
  });
});

describe("the encoding of a file", () => {
  test("bytes that are not in the declared encoding are refused", async () => {
    const { problems } = await refusalOf({ "r.txt": Uint8Array.of(0x73, 0x69, 0x78, 0xff) });
    expect(problems).toMatchObject([{ code: "MURRE_REQUIREMENTS_UNREADABLE", file: "r.txt" }]);
  });

  test("an unknown encoding is refused", async () => {
    const { message } = await refusalOf({ "r.txt": Buffer.from("# coding: klingon\nsix\n") });
    expect(message).toContain("unknown encoding");
  });
});

describe("a file that came over HTTP names nothing of this machine", () => {
  const remote = "https://e.x/a/r.txt";

  test.each([
    "-r file:///etc/r.txt",
    "-rFILE:/etc/r.txt",
    "-c file:///etc/c.txt",
    "--requirement=C:\\r.txt",
    "-r ftp://e.x/r.txt",
    "-f file:///wheels",
    "-i file:///simple",
    "--extra-index-url file://localhost/simple",
    "/wheels/x-1.0-py3-none-any.whl",
    "./x",
    "~/x-1.0.tar.gz",
    "x-1.0.tar.gz",
    "file:///x-1.0.tar.gz",
    "x @ file:///x-1.0.tar.gz",
    "x[a] @ FILE:x-1.0.tar.gz ; python_version > '3'",
    "x @ git+file:///x",
    "git+file:///x",
    "-e .",
    "-e file:///x",
    "-e git+file:///x",
  ])("%s", async (line) => {
    for (const files of [{ [remote]: line }, { "r.txt": `-r ${remote}`, [remote]: line }]) {
      const error = await refusalOf(files, Object.keys(files)[0]);
      expect(error.problems).toMatchObject([{ code: "MURRE_LOCAL_FROM_REMOTE", file: remote, line: 1 }]);
    }
  });

  test("neither as a constraint", async () => {
    const error = await refusalOf({ [remote]: "-c c.txt", "https://e.x/a/c.txt": "x @ file:///x-1.0.tar.gz" }, remote);
    expect(error.problems).toMatchObject([{ code: "MURRE_LOCAL_FROM_REMOTE", file: "https://e.x/a/c.txt" }]);
  });

  test("its paths are relative to its URL, and what is elsewhere may be named", async () => {
    const { requirements, options, files } = await parse(
      {
        [remote]:
          "-r ../b.txt\n-r /c.txt\n-f wheels\n-i //h.x/simple\nhttps://h.x/x-1.0.tar.gz\ny @ git+https://h.x/y\n",
        "https://e.x/b.txt": "b",
        "https://e.x/c.txt": "c",
      },
      remote,
    );
    expect(files).toEqual([remote, "https://e.x/b.txt", "https://e.x/c.txt"]);
    expect(requirements.map(({ text }) => text)).toEqual([
      "b",
      "c",
      "https://h.x/x-1.0.tar.gz",
      "y @ git+https://h.x/y",
    ]);
    expect(options.findLinks).toMatchObject([{ value: "https://e.x/a/wheels" }]);
    expect(options.indexUrl).toMatchObject({ value: "https://h.x/simple" });
  });

  test("a file of the user's own may, beside one that came over HTTP", async () => {
    const { requirements } = await parse({ "r.txt": `-r ${remote}\n./x\ny @ file:///y\n`, [remote]: "six" });
    expect(requirements.map(({ text }) => text)).toEqual(["six", "./x", "y @ file:///y"]);
  });
});

describe("a marker behind an editable place counts", () => {
  test.each([
    ['-e ./x ; python_version < "3"', 'python_version < "3"'],
    ["-e ./x; python_version < '3'", 'python_version < "3"'],
    ['--editable=./x ;python_version < "3"', 'python_version < "3"'],
    ['-e ./x;python_version<"3"', 'python_version < "3"'],
    ['-e "./x" ; sys_platform == "a - b" and os_name == "nt"', 'sys_platform == "a - b" and os_name == "nt"'],
    ["-e \"./x ; os_name == 'nt'\"", 'os_name == "nt"'],
    ['-e file:///here/x ; os_name == "nt" # as it is', 'os_name == "nt"'],
    ['-e ./x ; os_name == "nt" --config-settings k=v', 'os_name == "nt"'],
    ['--config-settings k=v -e ./x ; os_name == "nt"', 'os_name == "nt"'],
    ["-e ./x --config-settings k=v", "undefined"],
  ])("%s", async (line, marker) => {
    const { requirements, warnings } = await parse({ "r.txt": line });
    expect(warnings).toEqual([]);
    expect(requirements).toMatchObject([
      {
        kind: "editable",
        reference: { url: "file:///here/x" },
        configSettings: line.includes("k=v") ? { k: "v" } : {},
      },
    ]);
    expect(requirements.map((one) => one.kind === "editable" && `${one.reference.marker}`)).toEqual([marker]);
  });

  test.each([
    ["-e demo @ ./x", "demo @ file:///here/x"],
    ["-e demo[fast] @ file:///here/x --config-settings k=v", "demo[fast] @ file:///here/x"],
    ['-e demo @ ./x ; os_name == "nt"', 'demo @ file:///here/x ; os_name == "nt"'],
    ['--editable=demo @ ./x; os_name == "nt"', 'demo @ file:///here/x ; os_name == "nt"'],
  ])("and a name before it: %s", async (line, expected) => {
    const { requirements, warnings } = await parse({ "r.txt": line });
    expect(warnings).toEqual([]);
    expect(requirements).toMatchObject([{ kind: "named", isEditable: true }]);
    expect(requirements.map((one) => one.kind === "named" && `${one.requirement}`)).toEqual([expected]);
  });

  test("or is refused where it is none", async () => {
    const { problems } = await refusalOf({ "r.txt": "-e ./x ; nonsense\n-e ./y ;; os_name == 'nt'" });
    expect(problems.map(({ line }) => line)).toEqual([1, 2]);
  });
});

describe("an editable with its name needs no quotes", () => {
  test.each([
    ["-e lib @ git+https://h/lib.git@v1", "git+https://h/lib.git@v1", {}],
    ["-e 'lib @ git+https://h/lib.git@v1'", "git+https://h/lib.git@v1", {}],
    ["--editable=lib[x] @ ./lib --config-settings a=b", "file:///here/lib", { a: "b" }],
  ])("%s", async (line, url, configSettings) => {
    const { requirements, warnings } = await parse({ "r.txt": `${line}\n` });
    expect(warnings).toEqual([]);
    expect(requirements).toMatchObject([{ kind: "named", isEditable: true, requirement: { name: "lib", url } }]);
    expect({ ...requirements[0]?.configSettings }).toEqual(configSettings);
  });

  test.each([
    ["-e ./lib and more", "r.txt:1: and more is passed over"],
    ["six -e lib @ ./lib", "r.txt:1: @ ./lib is passed over"],
  ])("other words behind options are passed over: %s", async (line, warning) => {
    expect((await parse({ "r.txt": `${line}\n` })).warnings).toContain(warning);
  });
});
