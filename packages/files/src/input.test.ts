import { temporaryFolder } from "@murre/test-kit";
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { devNull } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { readInput, readStream } from "./input.ts";

const folder = temporaryFolder("input");
const at = (name: string) => join(folder, name);

test("a file is read, and so is the null device", async () => {
  writeFileSync(at("file"), "text\n");
  expect([String(await readInput(at("file"))), String(await readInput(devNull))]).toEqual(["text\n", ""]);
});

describe.skipIf(process.platform === "win32")("an input", () => {
  test("that is a pipe is read until its writers are gone", async () => {
    execFileSync("mkfifo", [at("written")]);
    const read = readInput(at("written"));
    const file = await open(at("written"), "w");
    await file.write("first ");
    await file.write("second");
    await file.close();
    expect(String(await read)).toBe("first second");
  });

  test("that nobody writes to waits, until the signal ends it", async () => {
    execFileSync("mkfifo", [at("unwritten")]);
    const controller = new AbortController();
    const read = readInput(at("unwritten"), { signal: controller.signal });
    controller.abort(new Error("interrupted"));
    await expect(read).rejects.toThrow("interrupted");
  });

  test("may be a shell's substitution, or standard input", () => {
    const built = JSON.stringify(import.meta.resolve("../dist/index.js"));
    const program = `import(${built}).then(async (files) => process.stdout.write(await files.readInput(process.argv[1])))`;
    const script =
      '"$0" -e "$1" <(echo one; echo two); echo three | "$0" -e "$1" /dev/stdin; "$0" -e "$1" /dev/stdin < "$2"';
    writeFileSync(at("four"), "four\n");
    const { stdout } = spawnSync("bash", ["-c", script, process.execPath, program, at("four")], { encoding: "utf8" });
    expect(stdout).toBe("one\ntwo\nthree\nfour\n");
  });

  test.each([
    ["/dev/zero", "device"],
    ["/", "folder"],
  ])("that never ends is refused: %s", async (path, kind) => {
    await expect(readInput(path)).rejects.toMatchObject({ code: "MURRE_NOT_A_FILE", kind });
  });
});

test("a stream has at most the bytes that it may have, and is destroyed", async () => {
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.alloc(100);
    })(),
  );
  await expect(readStream(endless, "it", { atMostBytes: 1000 })).rejects.toMatchObject({
    code: "MURRE_FILE_TOO_LARGE",
  });
  expect(endless.destroyed).toBe(true);
});
