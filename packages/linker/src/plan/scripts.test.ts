import { describe, expect, test } from "vitest";
import { entryPointScript, rewriteScript, shebang } from "./scripts.ts";

describe("the first line of a script", () => {
  test.each([
    [
      "linux",
      "/env/bin/python3",
      "#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python3' \"$0\" \"$@\"\n' '''\n",
    ],
    ["win32", String.raw`C:\e\Scripts\python.exe`, "#!<launcher_dir>\\python.exe\n"],
  ] as const)("that may be moved finds it beside itself on %s", (platform, executable, line) => {
    expect(shebang(executable, platform, true)).toBe(line);
  });

  test("names the interpreter", () => expect(shebang("/env/bin/python", "linux")).toBe("#!/env/bin/python\n"));

  test.each([
    ["a space", "/my env/bin/python"],
    ["more than 127 bytes", `/${"e".repeat(130)}/bin/python`],
  ])("a path with %s is started by /bin/sh, in a line that is a string to Python", (_, executable) => {
    expect(shebang(executable, "linux")).toBe(`#!/bin/sh\n'''exec' '${executable}' "$0" "$@"\n' '''\n`);
  });
});

test("a quote and a backslash of the path are such to the shell, and nothing special to Python", () => {
  const line = String.raw`'''exec' '/it'"'"'s a'"\\"'b/python' "$0" "$@"`;
  expect(shebang(String.raw`/it's a\b/python`, "linux")).toBe(`#!/bin/sh\n${line}\n' '''\n`);
});

describe("a script of .data/scripts (PEP 427)", () => {
  test.each([
    ["#!python\nprint(1)\n", "#!/env/bin/python\nprint(1)\n"],
    ["#!pythonw\r\nprint(1)\n", "#!/env/bin/python\nprint(1)\n"],
    ["#!python -u\nprint(1)\n", "#!/env/bin/python\nprint(1)\n"],
    ["#!/usr/bin/env python\nprint(1)\n", "#!/usr/bin/env python\nprint(1)\n"],
    ["#!python3\nprint(1)\n", "#!/env/bin/python\nprint(1)\n"],
    ["#!python3.11 -u\nprint(1)\n", "#!/env/bin/python\nprint(1)\n"],
    ["#!python3.13t\r\nprint(1)\n", "#!/env/bin/python\nprint(1)\n"],
    ["#!pythonw3 -E\t-s\nprint(1)\n", "#!/env/bin/python\nprint(1)\n"],
    ["#!python2.7", "#!/env/bin/python\n"],
    [`#!python -c ${"x".repeat(300)}\nprint(1)\n`, "#!/env/bin/python\nprint(1)\n"],
    ["#!/usr/bin/env python3\n", "#!/usr/bin/env python3\n"],
    ["#!/usr/bin/python3\n", "#!/usr/bin/python3\n"],
    ["#!pypy\n", "#!pypy\n"],
    ["# !python\n", "# !python\n"],
    ["print(1)\n#!python\n", "print(1)\n#!python\n"],
    ["", ""],
    ["#!pythonic\n", "#!pythonic\n"],
    ["\u007fELF", "\u007fELF"],
  ])("%j becomes %j", (before, after) => {
    expect(rewriteScript(Buffer.from(before), { executable: "/env/bin/python", platform: "linux" }).toString()).toBe(
      after,
    );
  });
});

test.each([
  ["#!python3.11", "C:\\env\\Scripts\\python.exe"],
  ["#!pythonw", "C:\\env\\Scripts\\pythonw.exe"],
  ["#!pythonw3.11 -u", "C:\\env\\Scripts\\pythonw.exe"],
  ["#!python3w", "C:\\env\\Scripts\\pythonw.exe"],
])("on Windows %s is started by %s", (line, expected) => {
  const interpreter = { executable: "C:\\env\\Scripts\\python.exe", platform: "win32" } as const;
  expect(rewriteScript(Buffer.from(`${line}\r\n1\r\n`), interpreter).toString()).toBe(`#!${expected}\n1\r\n`);
});

describe("an entry point", () => {
  test("imports the first part of the attribute and calls the whole", () => {
    const script = entryPointScript(
      { name: "t", module: "a.b", attribute: "App.run", extras: [] },
      shebang("/env/bin/python", "linux"),
    ).toString();
    expect(script).toContain("from a.b import App\n");
    expect(script).toContain("sys.exit(App.run())");
  });
});
