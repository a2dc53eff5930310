import {
  appendFileSync,
  closeSync,
  linkSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { fileState } from "./file-state.ts";

const folder = mkdtempSync(join(tmpdir(), "murre-file-state-"));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function made(): string {
  const path = join(folder, String(count++));
  writeFileSync(path, "content");
  utimesSync(path, 1000, 1000);
  return path;
}

test("a path and a descriptor of one file have one state", () => {
  const path = made();
  const descriptor = openSync(path, "r");
  expect(fileState(descriptor)).toBe(fileState(path));
  closeSync(descriptor);
});

test.each<[string, (path: string) => void]>([
  ["more bytes", (path) => appendFileSync(path, "more")],
  ["other bytes of the same size", (path) => writeFileSync(path, "CONTENT")],
  ["another file of the same content and times", (path) => renameSync(made(), path)],
  ["other times", (path) => utimesSync(path, 1000, 2000)],
])("%s are another state", (_, change) => {
  const path = made();
  const before = fileState(path);
  change(path);
  expect(fileState(path)).not.toBe(before);
});

test("reading it, and another one beside it, are none", () => {
  const path = made();
  const before = fileState(path);
  closeSync(openSync(path, "r"));
  linkSync(made(), `${path}-beside`);
  expect(fileState(path)).toBe(before);
});

test("no file has none", () => {
  expect(() => fileState(join(folder, "missing"))).toThrow("ENOENT");
});
