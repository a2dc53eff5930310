import { temporaryFolder } from "@murre/test-kit";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { devNull } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FileTooLarge, NotAFile } from "./errors.ts";
import { isRealFolder, refuseLink } from "./folder.ts";
import { openFile, readSmallFile, readSmallText } from "./small-file.ts";

const folder = temporaryFolder("files");
const at = (name: string) => join(folder, name);

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

writeFileSync(at("file"), "text\n");
mkdirSync(at("folder"));

describe.skipIf(process.platform === "win32")("what is no regular file is refused before anything is read", () => {
  execFileSync("mkfifo", [at("fifo")]);
  symlinkSync("fifo", at("link to a fifo"));
  symlinkSync("folder", at("link to a folder"));
  symlinkSync("file", at("link to a file"));

  test.each([
    ["fifo", "pipe"],
    ["link to a fifo", "pipe"],
    ["folder", "folder"],
    ["link to a folder", "folder"],
  ])("%s: %s", (name, kind) => {
    for (const read of [readSmallFile, openFile]) {
      const error = thrownBy(() => read(at(name)));
      expect(error).toBeInstanceOf(NotAFile);
      expect(error).toMatchObject({ code: "MURRE_NOT_A_FILE", kind, path: at(name) });
    }
  });

  test("a socket", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at("socket"), resolve));
    expect(thrownBy(() => readSmallFile(at("socket")))).toMatchObject({ code: "MURRE_NOT_A_FILE", kind: "socket" });
    server.close();
  });

  test.each(["/dev/zero", "/dev/random", "/dev/tty"])("%s: a device, or nothing that can be opened", (device) => {
    expect(thrownBy(() => readSmallFile(device))).toMatchObject({
      code: expect.stringMatching(/^(?:MURRE_NOT_A_FILE|ENOENT|EACCES)$/) as string,
    });
  });

  test("a link, where links are not followed; elsewhere it is what it leads to", () => {
    expect(readSmallText(at("link to a file"))).toBe("text\n");
    for (const name of ["link to a file", "link to a fifo", "link to a folder"])
      expect(thrownBy(() => readSmallFile(at(name), { followsLinks: false }))).toMatchObject({ kind: "link" });
    expect(readSmallText(at("file"), { followsLinks: false })).toBe("text\n");
  });

  test("a folder is one only at the path itself", () => {
    expect(["folder", "link to a folder", "file", "nothing"].map((name) => isRealFolder(at(name)))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(thrownBy(() => refuseLink(at("link to a folder")))).toMatchObject({ code: "ELOOP", syscall: "open" });
    for (const name of ["folder", "file", "nothing"]) refuseLink(at(name));
  });

  test.skipIf(process.platform !== "linux")("no descriptor is left open", () => {
    for (const name of ["fifo", "folder", "file", "nothing"]) thrownBy(() => readSmallFile(at(name)));
    thrownBy(() => openFile(at("fifo")));
    const open = readdirSync("/proc/self/fd").map((name) => {
      try {
        return readlinkSync(`/proc/self/fd/${name}`);
      } catch {
        return ""; // the listing's own
      }
    });
    expect(open.filter((path) => path.startsWith(folder))).toEqual([]);
  });
});

describe("a small file", () => {
  test("is read whole, whatever its length", () => {
    for (const length of [0, 1, 4095, 4096, 4097, 100_000]) {
      writeFileSync(at("sized"), "x".repeat(length));
      expect(readSmallText(at("sized"))).toHaveLength(length);
    }
  });

  test("of the kernel's has no size beforehand", ({ skip }) => {
    if (process.platform !== "linux") skip();
    expect(readSmallText("/proc/self/status")).toMatch(/^Name:/);
    expect(thrownBy(() => readSmallFile("/proc/self/maps", { atMostBytes: 10 }))).toBeInstanceOf(FileTooLarge);
  });

  test("has at most the bytes that it may have", () => {
    writeFileSync(at("sized"), "x".repeat(100));
    expect(readSmallText(at("sized"), { atMostBytes: 100 })).toHaveLength(100);
    const error = thrownBy(() => readSmallFile(at("sized"), { atMostBytes: 99 }));
    expect(error).toBeInstanceOf(FileTooLarge);
    expect(error).toMatchObject({ code: "MURRE_FILE_TOO_LARGE", limitBytes: 99 });
  });

  test("that is the null device is empty", () => {
    expect(readSmallText(devNull)).toBe("");
  });

  test("that is not there is the system's error", () => {
    expect(thrownBy(() => readSmallFile(at("nothing")))).toMatchObject({ code: "ENOENT" });
  });
});
