import { runCli } from "@murre/cli";
import { indexedWheel, temporaryFolder, writeIndex, type IndexedFile } from "@murre/test-kit";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { createMurre } from "../src/create-murre.ts";
import { failures, mirrored, releases, shownPlaces, type FailureRelease } from "./resolution-failures.test.data.ts";

const document = readFileSync(fileURLToPath(new URL("../../../docs/resolution-failures.md", import.meta.url)), "utf8");

let folder: string;
let places: Readonly<Record<keyof typeof shownPlaces, string>>;

beforeAll(async () => {
  folder = temporaryFolder("failures");
  writeIndex(join(folder, "index"), await Promise.all(releases.map(fileOf)));
  writeIndex(join(folder, "mirror"), await Promise.all(mirrored.map(fileOf)));
  const place = (name: string) => pathToFileURL(join(folder, name, "simple")).href;
  places = { index: place("index"), mirror: place("mirror") };
});

async function fileOf({ yanked, isSource = false, ...spec }: FailureRelease): Promise<IndexedFile> {
  const { name, version } = spec;
  if (isSource) return { project: name, filename: `${name}-${version}.tar.gz`, data: Buffer.from("never read") };
  return indexedWheel(spec, yanked === undefined ? {} : { yanked });
}

/** Runs `murre pip compile` for Python 3.12 on Linux, whatever there is here. */
async function compile(
  words: readonly string[],
): Promise<{ readonly out: string; readonly err: string; code: number }> {
  const printed = { out: "", err: "" };
  const code = await runCli(
    [
      ...`pip compile --no-config --python-version 3.12 --python-platform x86_64-manylinux_2_28`.split(" "),
      "--cache-dir",
      join(folder, "cache"),
      ...(words.includes("--index") ? [] : ["--index-url", places.index]),
      ...words.map(real),
    ],
    {
      version: "0",
      platform: process.platform,
      stdout: { write: (text) => void (printed.out += text) },
      stderr: { write: (text) => void (printed.err += text) },
      env: {},
      signal: new AbortController().signal,
      createOperations: (settings) => createMurre({ ...settings, cwd: folder, env: { PATH: process.env["PATH"] } }),
    },
  );
  return { out: shown(printed.out), err: shown(printed.err), code };
}

/** A word of the document as this run needs it, and the other way round. */
function real(word: string): string {
  if (word.endsWith(".txt")) return join(folder, word);
  return word === shownPlaces.index ? places.index : word === shownPlaces.mirror ? places.mirror : word;
}

function shown(text: string): string {
  const urls = text.replaceAll(places.index, shownPlaces.index).replaceAll(places.mirror, shownPlaces.mirror);
  return urls.replaceAll(join(folder, "/"), "");
}

/** The terminal as the document has it, up to what uv says. */
function terminal({ files, words }: (typeof failures)[number], told: string): string {
  const shownFiles = Object.entries(files).map(([name, text]) => `$ cat ${name}\n${text}`);
  return `${shownFiles.join("")}$ murre pip compile ${words.join(" ")}\n${told}`;
}

/** What the document has below a heading. */
function section(title: string): string {
  const [, text = ""] = document.split(`\n## ${title}\n`);
  return text.split("\n## ")[0]!;
}

const wordsIn = (text: string): number => text.split(/\s+/).filter((word) => /\w/.test(word)).length;

describe("docs/resolution-failures.md says what is said", () => {
  let ours = 0;
  let theirs = 0;

  test.each(failures)("$title", async (failure) => {
    for (const [name, text] of Object.entries(failure.files)) writeFileSync(join(folder, name), text);
    const { err, code } = await compile(failure.words);
    expect(code).toBe(1);
    const told = section(failure.title);
    expect(told).toContain(`\`\`\`console\n${terminal(failure, err)}$ uv pip compile `);
    const [, uv = ""] = told.split(/\$ uv pip compile .*\n/);
    ours += wordsIn(err);
    theirs += wordsIn(uv.split("```")[0]!);
  });

  test("in fewer words than uv's, all in all", () => {
    expect(theirs).toBeGreaterThan(0);
    expect(ours).toBeLessThan(theirs);
  });

  test("of an index that is as the document lists it", () => {
    for (const one of [...releases, ...mirrored]) expect(document).toContain(`\n${listed(one)}\n`);
  });
});

/** A release as the document lists it. */
function listed({ name, version, requiresDist = [], requiresPython, tags, yanked, isSource }: FailureRelease): string {
  return [
    `${name} ${version}`,
    requiresDist.length > 0 ? ` requires ${requiresDist.join(" and ")}` : "",
    requiresPython === undefined ? "" : ` requires Python ${requiresPython}`,
    tags === undefined ? "" : ` has a wheel for ${tags}`,
    yanked === undefined ? "" : ` is yanked: ${yanked}`,
    isSource === true ? " has only sources" : "",
  ].join("");
}

describe("--json has the derivation as a tree", () => {
  test("down to what is required, with file and line, and to who needs what", async () => {
    writeFileSync(join(folder, "requirements.txt"), "web\napi\n");
    const { out } = await compile(["requirements.txt", "--json"]);
    const { error } = JSON.parse(out) as { error: { code: string; hints: unknown; tree: Step } };
    expect(error).toMatchObject({ code: "MURRE_NO_SOLUTION", hints: [], tree: { kind: "conclusion" } });
    expect(factsOf(error.tree).sort()).toEqual([
      "dependency: api depends on http>=2",
      "dependency: web==1.0 depends on http<2",
      "required: you require api (requirements.txt:2)",
      "required: you require web (requirements.txt:1)",
    ]);
  });

  test("with the hints", async () => {
    writeFileSync(join(folder, "requirements.txt"), "reqests\nrequests\n");
    const { out } = await compile(["requirements.txt", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ error: { hints: ["did you mean requests?"] } });
  });
});

interface Step {
  readonly kind: string;
  readonly text: string;
  readonly because?: readonly Step[];
}

function factsOf({ kind, text, because = [] }: Step): string[] {
  return because.length === 0 ? [`${kind}: ${text}`] : because.flatMap(factsOf);
}
