import { indexedWheel, makeWheel, wheelFilename, type IndexedFile } from "@murre/test-kit";
import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { makeWorld, snapshot, type World } from "./world.ts";

const good = { name: "good", version: "1.0" };
const other = { name: "other", version: "1.0", tags: "cp311-cp311-win_amd64" };
const takesPython = {
  name: "takes-python",
  version: "1.0",
  entryPoints: { console_scripts: { python3: "takes_python:main" } },
};
const saysItLate = { name: "says-it-late", version: "1.0", requiresPython: "<3" };
const needsOld = { name: "needs-old", version: "1.0", requiresPython: "<3" };

async function files(): Promise<IndexedFile[]> {
  const honest = await indexedWheel({ name: "changed", version: "1.0" });
  const noZip = {
    ...(await indexedWheel({ name: "nozip", version: "1.0" })),
    data: Buffer.from("this is no zip"),
    hashes: {},
  };
  const noRecord = await indexedWheel({ name: "norecord", version: "1.0", record: null });
  return [
    { ...honest, hashes: { sha256: "0".repeat(64) } },
    noZip,
    noRecord,
    await indexedWheel(good),
    await indexedWheel(other),
    await indexedWheel(needsOld),
    await indexedWheel(takesPython),
    { ...(await indexedWheel(saysItLate)), requiresPython: undefined },
  ];
}

/** Every row: what is asked for, and the permanent code of the error. */
const requirements: readonly (readonly [what: string, text: string, code: string, message: RegExp])[] = [
  ["an unknown project", "nobody==1.0", "MURRE_PROJECT_NOT_FOUND", /requirements\.txt:\d+: nobody was not found/],
  [
    "a version that does not exist",
    "good==9.9",
    "MURRE_NO_MATCHING_VERSION",
    /requirements\.txt:2: good==9\.9 cannot be met: there is no such version of good: there is 1\.0$/,
  ],
  ["no wheel for this interpreter", "other==1.0", "MURRE_NO_USABLE_WHEEL", /win_amd64/],
  ["a wheel that requires another Python", "needs-old==1.0", "MURRE_NO_USABLE_WHEEL", /requires Python <3/],
  [
    "a wheel whose METADATA alone requires another Python",
    "says-it-late==1.0",
    "MURRE_NO_USABLE_WHEEL",
    /^says-it-late: says_it_late-1\.0-py3-none-any\.whl cannot be used with Python [\d.]+: its metadata requires Python <3$/,
  ],
  [
    "a wheel of another platform, by its path",
    "./other-1.0-cp311-cp311-win_amd64.whl",
    "MURRE_NO_USABLE_WHEEL",
    /^\S+requirements\.txt:2: other-1\.0-cp311-cp311-win_amd64\.whl cannot be used with cpython [^:]+: it has the tag cp311-cp311-win_amd64, and this Python takes cp3/,
  ],
  ["a wheel whose hash differs from the index's", "changed==1.0", "MURRE_HASH_MISMATCH", /0{64}/],
  [
    "a wheel whose hash differs from the user's",
    `good==1.0 --hash=sha256:${"1".repeat(64)}`,
    "MURRE_HASH_MISMATCH",
    /requirements\.txt:2: good-1\.0-py3-none-any\.whl of good==1\.0: the hash is another one: expected sha256:1{64}, the index has sha256:[0-9a-f]{64}$/,
  ],
  [
    "a digest that is too short",
    "good==1.0 --hash=sha256:00",
    "MURRE_REQUIREMENTS_FILE",
    /requirements\.txt:2: --hash=sha256:00: sha256 needs 64 hexadecimal digits/,
  ],
  [
    "a digest in a URL that none can be",
    "good @ https://host/good-1.0-py3-none-any.whl#sha256=xyz",
    "MURRE_REQUIREMENTS_FILE",
    /requirements\.txt:2: #sha256=xyz: sha256 needs 64/,
  ],
  ["a file that is no zip", "nozip==1.0", "MURRE_NOT_A_ZIP", /nozip-1\.0/],
  ["a wheel without a RECORD", "norecord==1.0", "MURRE_INVALID_WHEEL", /norecord-1\.0\.dist-info\/RECORD/],
  ["a wheel with a script `python3`", "takes-python==1.0", "MURRE_RESERVED_PATH", /bin\/python3.*environment itself/],
  ["a malformed requirement line", "good=1.0", "MURRE_REQUIREMENTS_FILE", /requirements\.txt:2/],
  [
    "a wheel that is not there",
    "./missing-1.0-py3-none-any.whl",
    "MURRE_WHEEL_NOT_FOUND",
    /missing-1\.0-py3-none-any\.whl/,
  ],
  ["a folder that is not there", "./folder", "MURRE_UNSUPPORTED_REQUIREMENT", /nor a folder that is there/],
  ["version control other than git", "hg+https://h/r", "MURRE_UNSUPPORTED_VCS", /only git is/],
  ["an editable", "-e ./folder", "MURRE_UNSUPPORTED_REQUIREMENT", /editable/],
  ["two different versions", "good==1.0\ngood==2.0", "MURRE_NO_MATCHING_VERSION", /good/],
];

async function refused(
  world: World,
  sync: Parameters<World["installer"]["sync"]>[0],
): Promise<Error & { code?: string }> {
  const before = snapshot(world.environment);
  const error = await world.installer.sync(sync).then(
    () => undefined,
    (reason: unknown) => reason as Error,
  );
  expect(snapshot(world.environment)).toEqual(before);
  expect(error).toBeInstanceOf(Error);
  return error as Error & { code?: string };
}

describe("bad input gets an error with a code, and the environment stays as it was", async () => {
  const world = await makeWorld(await files());
  await world.installer.sync({ ...world.common, requirementFiles: [world.requirements("good==1.0\n", "before.txt")] });

  test.each(requirements)("%s", async (_, text, code, message) => {
    const file = world.requirements(`# first line\n${text}\n`);
    const error = await refused(world, { ...world.common, requirementFiles: [file] });
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(message);
  });

  test("several requirements that cannot be met are reported together", async () => {
    const error = await refused(world, {
      ...world.common,
      requirementFiles: [world.requirements("nobody==1\ngood==9\n")],
    });
    expect(error).toMatchObject({ code: "MURRE_SEVERAL_PROBLEMS" });
    expect(error.message).toContain("MURRE_PROJECT_NOT_FOUND");
    expect(error.message).toContain("MURRE_NO_MATCHING_VERSION");
  });

  test("no interpreter", async () => {
    const error = await refused(world, {
      ...world.common,
      python: "3.99",
      requirementFiles: [world.requirements("good==1.0\n")],
    });
    expect(error).toMatchObject({ code: "MURRE_NO_INTERPRETER" });
  });

  test("a requirements file that does not exist", async () => {
    const error = await refused(world, { ...world.common, requirementFiles: [join(world.folder, "missing.txt")] });
    expect(error).toMatchObject({ code: "MURRE_REQUIREMENTS_FILE" });
    expect(error.message).toContain("missing.txt");
  });

  test("an unreachable index", async () => {
    // Port 9 of the loopback interface (discard) has no server, so the connection is refused at once.
    const error = await refused(world, {
      ...world.common,
      indexUrl: "http://user:secret@127.0.0.1:9/simple",
      requirementFiles: [world.requirements("good==2.0\n")],
    });
    expect(error).toMatchObject({ code: "MURRE_INDEX_UNREACHABLE" });
    expect(error.message).not.toContain("secret");
  });

  test("hashes are required, and one requirement has none", async () => {
    const file = world.requirements("good==1.0\n");
    expect(await refused(world, { ...world.common, requirementFiles: [file], requireHashes: true })).toMatchObject({
      code: "MURRE_HASH_REQUIRED",
    });
  });

  test("a file that nobody owns stands in the way", async () => {
    const spec = { name: "wants-activate", version: "1.0", entryPoints: { console_scripts: { activate: "x:y" } } };
    const path = join(world.folder, wheelFilename(spec));
    writeFileSync(path, await makeWheel(spec));
    const error = await refused(world, { ...world.common, requirementFiles: [world.requirements(`${path}\n`)] });
    expect(error).toMatchObject({ code: "MURRE_UNOWNED_FILE" });
  });

  test("an aborted operation rejects with the signal's reason", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    expect(
      (await refused(world, { ...world.common, signal, requirementFiles: [world.requirements("good==1.0\n")] }))
        .message,
    ).toBe("enough");
  });
});
