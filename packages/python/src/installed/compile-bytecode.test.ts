import { temporaryFolder } from "@murre/test-kit";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { compileBytecode, type CompileOptions } from "./compile-bytecode.ts";

const python = spawnSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).stdout.trim();

/** Writes these files, and compiles them unless told otherwise. */
function project(files: Record<string, string | Buffer>) {
  const folder = temporaryFolder("compile");
  const paths = Object.keys(files).map((name) => join(folder, name));
  for (const path of paths) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, files[path.slice(folder.length + 1)] ?? "");
  }
  const compile = (options: Partial<CompileOptions> = {}) =>
    compileBytecode({ executable: python, files: paths, processes: 2, env: process.env, ...options });
  const bytecode = (inside = "") => readdirSync(join(folder, inside, "__pycache__")).toSorted();
  return { folder, paths, compile, bytecode };
}

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`pkg/m${i}.py`, `number = ${i}\n`]));

test("every file gets bytecode that Python takes without compiling again", async () => {
  const { folder, compile, bytecode } = project(many(100));
  expect(await compile()).toEqual({ compiled: 100, current: 0, skipped: 0 });
  expect(bytecode("pkg")).toHaveLength(100);
  const imported = spawnSync(python, ["-v", "-B", "-c", "import pkg.m7"], { cwd: folder, encoding: "utf8" });
  expect(imported.stderr).toMatch(/m7\.\S+\.pyc matches/);
});

test("what has bytecode of its source is left alone; what changed is compiled again", async () => {
  const { paths, compile } = project(many(40));
  await compile();
  writeFileSync(paths[0] ?? "", "number = 'other'\n");
  utimesSync(paths[1] ?? "", 1, 1);
  expect(await compile()).toEqual({ compiled: 2, current: 38, skipped: 0 });
});

test("files that are no Python, hold a null byte, or are gone are skipped: importing them says more", async () => {
  const { paths, compile, bytecode } = project({
    "good.py": "x = 1\n",
    "old.py": "print 1\n",
    "null.py": Buffer.from("x = '\0'\n"),
    "latin.py": Buffer.from([0x78, 0x3d, 0x27, 0xe9, 0x27, 0x0a]),
    "ünï code.py": "x = 2\n",
  });
  const report = await compile({ files: [...paths, "/no/such/file.py", "/tmp/line\nbreak.py"] });
  expect(report).toEqual({ compiled: 2, current: 0, skipped: 4 });
  expect(bytecode().map((name) => name.split(".")[0])).toEqual(["good", "ünï code"]);
});

test("PYC_INVALIDATION_MODE chooses how Python compares (PEP 552)", async () => {
  const { folder, compile, bytecode } = project({ "a.py": "x = 1\n" });
  await compile({ env: { ...process.env, PYC_INVALIDATION_MODE: "checked-hash" } });
  expect(readFileSync(join(folder, "__pycache__", bytecode()[0] ?? "")).readUInt32LE(4)).toBe(3);
});

test("an interpreter that ends early is an error that names the file and what is left", async () => {
  const { compile, folder } = project(many(60));
  const dying = join(folder, "python");
  writeFileSync(dying, `#!/bin/sh\nhead -c 1 >/dev/null; echo "cannot go on" >&2; exit 3\n`, { mode: 0o755 });
  await expect(compile({ executable: dying })).rejects.toMatchObject({
    code: "MURRE_BYTECODE_NOT_COMPILED",
    message: expect.stringMatching(/m\d+\.py: it ended with 3: cannot go on; everything is installed, 60 files/),
    left: 60,
  });
});

test("one that is killed in the middle leaves whole bytecode or none, and the next run makes the rest", async () => {
  const { paths, compile, folder } = project(many(60));
  const killed = join(folder, "python");
  writeFileSync(killed, `#!/bin/sh\nhead -n 9 | "${python}" "$@"\nkill -9 $$\n`, { mode: 0o755 });
  await expect(compile({ executable: killed, processes: 1 })).rejects.toMatchObject({
    message: expect.stringContaining("it ended with SIGKILL"),
    left: 51,
  });
  expect(await compile()).toEqual({ compiled: 51, current: 9, skipped: 0 });
  expect(paths).toHaveLength(60);
});

test("one that hangs is ended, and an abort ends all with the signal's reason", async () => {
  const { compile, folder } = project(many(3));
  const hanging = join(folder, "python");
  writeFileSync(hanging, "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
  await expect(compile({ executable: hanging, fileTimeoutMs: 50 })).rejects.toMatchObject({
    message: expect.stringContaining("in time"),
  });
  const controller = new AbortController();
  const compiling = compile({ executable: hanging, signal: controller.signal });
  setTimeout(() => controller.abort(new Error("enough")), 20);
  await expect(compiling).rejects.toThrow("enough");
});

test("an interpreter that cannot be started is an error", async () => {
  const { compile } = project(many(1));
  await expect(compile({ executable: "/no/such/python" })).rejects.toMatchObject({
    code: "MURRE_BYTECODE_NOT_COMPILED",
  });
});
