import { unzipSync } from "fflate";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test, vi } from "vitest";
import { sameFolders } from "../../test/environment.ts";
import { madeUpWheel } from "../../test/made-up-wheel.ts";
import type { Destination } from "../environment/destination.ts";
import { planChange } from "./plan.ts";
import { rewriteScript } from "./scripts.ts";

const site = "C:/my env/Lib/site-packages";
const stubs = { console: Buffer.from("MZ console"), gui: Buffer.from("MZ gui") };
const destination: Destination = {
  schemes: {
    purelib: site,
    platlib: site,
    scripts: "C:/my env/Scripts",
    headers: "C:/my env/Include",
    data: "C:/my env",
  },
  executable: "C:\\my env\\Scripts\\python.exe",
  platform: "win32",
  boundary: "C:/my env",
  launchers: () => stubs,
};
const wheel = madeUpWheel({
  name: "a",
  files: {},
  console: { tool: "sys:stdout.write" },
  gui: { "tool-window": "a.window:App.run" },
});

function scripts(to: Destination): Map<string, Buffer> {
  const view = {
    folders: sameFolders(to.boundary),
    foldsCase: () => false,
    list: (folder: string) => (folder === to.boundary ? new Map() : undefined),
    ownersOf: () => [],
    digestOf: () => undefined,
    isCutOff: () => false,
    readApart: () => Buffer.alloc(0),
  };
  const { generated } = planChange(to, [wheel], [], view);
  const inScripts = generated.filter(({ path }) => path.startsWith(to.schemes.scripts));
  return new Map(inScripts.map(({ path, content }) => [path.slice(to.schemes.scripts.length + 1), content]));
}

describe("entry points on Windows", () => {
  test("become programs: a stub, the interpreter's line, and an archive with the script (distlib's form)", () => {
    const made = scripts(destination);
    expect([...made.keys()]).toEqual(["tool.exe", "tool-window.exe"]);
    const tool = made.get("tool.exe") ?? Buffer.alloc(0);
    const start = `MZ console#!"C:\\my env\\Scripts\\python.exe"\r\n`;
    expect(tool.toString("latin1", 0, start.length)).toBe(start);
    const script = unzipSync(tool.subarray(start.length))["__main__.py"];
    expect(Buffer.from(script ?? []).toString()).toMatch(
      /^# -\*- coding: utf-8 -\*-\nimport sys\nfrom sys import stdout\n/,
    );
  });

  test("those without a console are started by the stub and the interpreter that open none", () => {
    const window = scripts(destination).get("tool-window.exe")?.toString("latin1") ?? "";
    expect(window.startsWith(`MZ gui#!"C:\\my env\\Scripts\\pythonw.exe"\r\nPK`)).toBe(true);
  });

  test("the archive is one that Python runs with all that stands before it", () => {
    const file = join(temporaryFolder("launcher"), "tool.exe");
    writeFileSync(file, scripts(destination).get("tool.exe") ?? "");
    const { stderr } = spawnSync("python3", [file], { encoding: "utf8" });
    expect(stderr).toContain("TypeError"); // sys.stdout.write() without a text: it was called
  });

  test("the bytes are the same every time, since RECORD has their hash", () => {
    const made = ["2024-02-29T23:59:58Z", "2031-07-01T12:00:00Z"].map((now) => {
      vi.setSystemTime(now);
      return scripts(destination).get("tool.exe")?.toString("hex");
    });
    vi.useRealTimers();
    expect(made[0]).toMatch(/^4d5a/);
    expect(made[1]).toBe(made[0]);
  });

  test("without launchers, and on other systems, they are scripts", () => {
    const { launchers: _, ...without } = destination;
    expect(scripts(without).get("tool")?.toString()).toMatch(/^#!C:\\my env\\Scripts\\python\.exe\n# -\*-/);
    expect([...scripts({ ...destination, platform: "darwin" }).keys()]).toEqual(["tool", "tool-window"]);
  });
});

test("a script of .data/scripts names the interpreter it asks for", () => {
  const first = (line: string) => rewriteScript(Buffer.from(line), destination).toString();
  expect(first("#!python\n")).toBe("#!C:\\my env\\Scripts\\python.exe\n");
  expect(first("#!pythonw\r\nx\n")).toBe("#!C:\\my env\\Scripts\\pythonw.exe\nx\n");
});
