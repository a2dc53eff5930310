import { indexedWheel, serveFolder, temporaryFolder, writeIndex, type FolderServer } from "@murre/test-kit";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, succeeded, type CommandWorld } from "./command-world.ts";

const bin = fileURLToPath(new URL("../bin/murre.js", import.meta.url));

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly cat?: string;
  readonly id?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

const names = ["app", ...Array.from({ length: 6 }, (_, at) => `lib${at}`)];

describe("--trace", () => {
  let server: FolderServer;
  let world: CommandWorld;
  const read = (name: string) => JSON.parse(readFileSync(join(world.folder, name), "utf8")) as TraceEvent[];

  beforeAll(async () => {
    const folder = temporaryFolder("index");
    const wheels = names.map((name) => indexedWheel({ name, version: "1.0", files: { [`${name}.py`]: "1" } }));
    writeIndex(folder, await Promise.all(wheels));
    server = await serveFolder(folder);
    world = makeCommandWorld({ MURRE_THREADS: "2", PIP_RETRIES: "1" });
    await world.environment("env");
  });
  afterAll(() => server.close());

  const places = () => {
    const { host } = new URL(server.url);
    return ["-p", "env", "-i", `http://user:s3cret@${host}/simple`];
  };

  test("has requests, locks, unpacking by threads, linking and a build's process, each begun and ended", async () => {
    mkdirSync(join(world.folder, "built"));
    const pyproject = `[project]\nname = "built"\nversion = "1"\n[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n`;
    writeFileSync(join(world.folder, "built/pyproject.toml"), pyproject);
    const backend = `import zipfile
def build_wheel(folder, *rest):
    with zipfile.ZipFile(folder + "/built-1-py3-none-any.whl", "w") as z:
        z.writestr("built-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: built\\nVersion: 1\\n")
        z.writestr("built-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        z.writestr("built-1.dist-info/RECORD", "built-1.dist-info/METADATA,,\\nbuilt-1.dist-info/WHEEL,,\\nbuilt-1.dist-info/RECORD,,\\n")
    return "built-1-py3-none-any.whl"
`;
    writeFileSync(join(world.folder, "built/own.py"), backend);
    succeeded(await world.murre("pip", "install", ...names, "./built", ...places(), "--trace", "trace.json"));
    const events = read("trace.json");
    for (const { name, ph, pid, tid, ts } of events)
      expect([typeof name, typeof pid, typeof tid, ph === "M" || Number.isInteger(ts)]).toEqual([
        "string",
        "number",
        "number",
        true,
      ]);
    const kinds = new Set(events.map(({ cat }) => cat));
    for (const kind of ["start", "resolve", "request", "lock", "fetch", "unpack", "process", "build", "link", "place"])
      expect(kinds).toContain(kind);
    // What overlaps has an id of its own, and ends.
    const ids = (phase: string) => events.filter(({ ph }) => ph === phase).map(({ id, cat }) => `${cat} ${id}`);
    expect(ids("e").toSorted()).toEqual(ids("b").toSorted());
    // What does not lies within its thread or process: never two at once there.
    const depth = new Map<string, number>();
    for (const { ph, pid, tid } of events) {
      if (ph !== "B" && ph !== "E") continue;
      const now = (depth.get(`${pid} ${tid}`) ?? 0) + (ph === "B" ? 1 : -1);
      expect([0, 1]).toContain(now);
      depth.set(`${pid} ${tid}`, now);
    }
    const unpacked = events.filter(({ ph, cat }) => ph === "B" && cat === "unpack");
    expect(unpacked.map(({ name }) => name.split("-")[0]).toSorted()).toEqual([...names, "built"].toSorted());
    expect(unpacked.every(({ tid }) => tid > 0)).toBe(true);
    const hook = events.find(({ ph, cat, name }) => ph === "E" && cat === "process" && name.includes("build_wheel"));
    expect(hook?.pid).not.toBe(events[0]?.pid);
    expect(hook?.args).toEqual({ end: "exit code 0" });
  });

  test("tells no secrets", async () => {
    // A page whose files are signed, and an answer that leads to another signed URL.
    const app = Buffer.from("no wheel at all");
    const signed = createServer(({ url = "" }, answer) => {
      if (url.startsWith("/simple/app/")) {
        answer.writeHead(200, { "content-type": "text/html" });
        answer.end(`<a href="/files/app-9.0-py3-none-any.whl?token=sesame1">app-9.0-py3-none-any.whl</a>`);
      } else if (url.startsWith("/files/")) answer.writeHead(302, { location: "/blob/x?X-Signature=sesame2" }).end();
      else answer.writeHead(200, { "content-length": app.length }).end(app);
    }).listen(0, "127.0.0.1");
    await once(signed, "listening");
    const index = `http://user:s3cret@127.0.0.1:${(signed.address() as AddressInfo).port}/simple`;
    const { code } = await world.murre(
      "pip",
      "install",
      "app==9.0",
      "-p",
      "env",
      "-i",
      index,
      "--trace",
      "secrets.json",
    );
    signed.closeAllConnections();
    signed.close();
    expect(code).toBe(1);
    const text = JSON.stringify(read("secrets.json"));
    expect(text).toContain("/blob/x");
    expect(text).not.toMatch(/s3cret|sesame|dXNlcj/);
  });

  test("is whole after a failure, and of an interrupted command as well", async () => {
    expect((await world.murre("pip", "install", "nosuch", ...places(), "--trace", "failed.json")).code).toBe(1);
    expect(read("failed.json").some(({ name }) => name.endsWith("/simple/nosuch/"))).toBe(true);
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/simple`;
    const words = ["pip", "install", "app", "--no-config", "-i", url, "--target", "t", "--trace", "ended.json"];
    const child = spawn(process.execPath, [bin, ...words, "--cache-dir", "c"], { cwd: world.folder, stdio: "ignore" });
    const ended = once(child, "close");
    await once(silent, "request");
    child.kill("SIGINT");
    await ended;
    silent.closeAllConnections();
    silent.close();
    const requests = read("ended.json").filter(({ cat }) => cat === "request");
    expect(requests.map(({ ph }) => ph)).toEqual(["b", "e"]);
  });

  test("is written each time, although what was said is known", async () => {
    const list = ["pip", "list", "-p", "env"];
    for (const name of ["first.json", "second.json"]) {
      succeeded(await world.murre(...list, "--trace", name));
      expect(read(name).length).toBeGreaterThan(2);
    }
  });

  test.each([
    ["a folder", "."],
    ["in a folder that is not there", "nowhere/trace.json"],
  ])("cannot be written, which is said before anything is done: %s", async (_, path) => {
    const { code, stderr } = await world.murre("pip", "install", "app", "--target", "untouched", "--trace", path);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: --trace \S+: the file cannot be written: .*\(MURRE_USAGE\)\n$/),
    ]);
  });

  test.skipIf(process.platform === "win32")("on a full disk is no reason to fail", async () => {
    expect((await world.murre("pip", "list", "-p", "env", "--trace", "/dev/full")).code).toBe(0);
  });
});
