import { makeWheel, temporaryFolder } from "@murre/test-kit";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, type CommandWorld, type Environment, type Run } from "./command-world.ts";

/** All kinds of what a terminal obeys or hides: colours, titles, C1 controls, bidi, returns, zero width, separators, tags. */
const evil =
  "\u001b[31m\u001b[2J\u001b]0;title\u0007\u009b2J\u0085\b\u202e\u2066\u061c\u200b\u200d\ufeff\u00ad\u2028\u007f\u{e0041}";
/** Where lines are lines, those cannot stand in a value. */
const evilLine = evil.replaceAll(/[\u0085\u2028]/g, "");
const marked = `MARK${evil}`;

// oxlint-disable-next-line no-control-regex
const obeyed = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u034f]/u;

/** What a terminal would obey or hide on either stream, and lines that only look like murre's; or that the text itself was not there. */
function harmIn({ stdout, stderr }: Run, mark = /MARK/): unknown[] {
  const said = stdout + stderr;
  const forged = said.split("\n").filter((line) => line.startsWith("error: forged"));
  const harm = obeyed.exec(said);
  return [
    ...forged,
    ...(harm === null ? [] : [JSON.stringify(said.slice(harm.index - 40, harm.index + 20))]),
    ...(mark.test(said) ? [] : ["nothing was said of it", said]),
  ];
}

let world: CommandWorld;
let env: Environment;
let siteFolder: string;

function plant(stem: string, files: Readonly<Record<string, string>>): void {
  const folder = join(siteFolder, `${stem}.dist-info`);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

beforeAll(async () => {
  world = makeCommandWorld();
  env = await world.environment("env");
  siteFolder = await env.print("import sysconfig; print(sysconfig.get_path('purelib'))");
  const evilName = `evil${evilLine}.py`;
  writeFileSync(join(siteFolder, evilName), "");
  plant("evil-1.0", {
    METADATA: [
      "Metadata-Version: 2.1",
      "Name: evil",
      "Version: 1.0",
      ...["Summary", "Home-page", "Author", "Author-email", "License"].map(
        (name) => `${name}: MARK${evilLine}\n  error: forged`,
      ),
      `Requires-Dist: no-such; python_version > '3' or extra == '${evilLine}'`,
      `Requires-Python: >=3${evilLine}`,
      "\nerror: forged",
    ].join("\n"),
    RECORD: `"${evilName}",sha256=AAAA,9\nMARK${evilLine}.py,,\nevil-1.0.dist-info/RECORD,,\n`,
    "direct_url.json": JSON.stringify({ url: `https://h/MARK${evil}/evil.zip`, archive_info: {} }),
    INSTALLER: `MARK${evilLine}\n`,
  });
  plant("edited-1.0", {
    METADATA: "Metadata-Version: 2.1\nName: edited\nVersion: 1.0\n",
    RECORD: "edited-1.0.dist-info/RECORD,,\n",
    "direct_url.json": JSON.stringify({
      url: `file:///MARK${encodeURIComponent(evil)}`,
      dir_info: { editable: true },
    }),
  });
  plant("named-2.0", {
    METADATA: `Metadata-Version: 2.1\nName: na${evilLine}MARK\nVersion: 2${evilLine}MARK\n`,
    RECORD: `MARK${evilLine}"",\n`,
  });
  plant("torn-1.0", { METADATA: `MARK${evilLine} no header\n`, RECORD: `MARK${evilLine}"",\n` });
});

describe("what is installed", () => {
  test.each([
    "list",
    "list --format freeze",
    "list --json",
    "freeze",
    "show evil",
    "show -f evil",
    "show -f evil --json",
  ])("pip %s", async (words) => expect(harmIn(await env.pip(...words.split(" ")))).toEqual([]));
  test.each(["show named", "check", "check --files", "check --files -v", "check --json"])("pip %s", async (words) => {
    expect(harmIn(await env.pip(...words.split(" ")), /evil|named/)).toEqual([]);
  });
  test.each([
    ["install", `evil==2${evil}`],
    ["install", marked],
    ["install", `a @ https://h/${marked}.whl`],
    ["install", `./${marked}`],
    ["uninstall", marked],
    ["show", marked],
    ["install", "a", "-r", marked],
    ["install", "a", "-i", marked],
    ["install", "a", "-f", `/${marked}`],
    ["install", "a", "--no-index", "--only-binary", marked],
    ["list", `--no-such-${marked}`],
    ["list", "--format", marked],
    [`no-such-${marked}`],
  ])("pip %j: words of the user", async (...words) =>
    expect(harmIn(await env.pip(...words, "-v"), /2\\x1b|MARK|mark|was not found/)).toEqual([]),
  );
});

test.each([
  ["a requirement", `MARK ${evil}`],
  ["an option", `--no-such-${marked}`],
  ["a URL that is none", `a @ http://[${marked}`],
  ["an index", `--index-url ${marked}\na`],
  ["a file that is not there", `-r ${marked}.txt`],
  ["a hash", `a==1 --hash=sha256:${marked}`],
  ["a marker", `a; python_version > "${marked}`],
])("a requirements file with %s", async (_, text) => {
  const file = world.write(`r-${evilLine.replaceAll("/", "")}.txt`, text);
  expect(harmIn(await env.pip("install", "-v", "--no-index", "-r", file), /MARK|requirements? file|error/)).toEqual([]);
});

describe("what a server says", () => {
  let answer: (path: string) => { status: number; reason?: string; type?: string; body: string | Buffer };
  const server = createServer((request, response) => {
    const { status, reason, type = "text/html", body } = answer(decodeURI(request.url ?? ""));
    // What HTTP allows in a reason: C1 controls as bytes of latin-1.
    response.writeHead(status, reason, { "content-type": type });
    response.end(body);
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  const file = (name: string, more = "") => `<a href="${name}" ${more}>x</a>`;
  const json = (files: readonly object[]) => ({
    status: 200,
    type: "application/vnd.pypi.simple.v1+json",
    body: JSON.stringify({ meta: { "api-version": "1.0" }, files }),
  });
  test.each<[what: string, typeof answer]>([
    ["a status", () => ({ status: 400, reason: "no \u009b\u0085way", body: marked })],
    ["a type", () => ({ status: 200, type: "text/MARK\u009b", body: marked })],
    ["JSON that is none", () => ({ status: 200, type: "application/vnd.pypi.simple.v1+json", body: marked })],
    [
      "a version of the API",
      () => ({
        status: 200,
        type: "application/vnd.pypi.simple.v1+json",
        body: JSON.stringify({ meta: { "api-version": marked }, files: [] }),
      }),
    ],
    ["names of files", () => ({ status: 200, body: file(`thing-${encodeURIComponent(marked)}-py3-none-any.whl`) })],
    [
      "a reason to yank",
      () =>
        json([{ filename: "thing-1-py3-none-any.whl", url: "/x.whl", hashes: {}, yanked: `${marked}\nerror: forged` }]),
    ],
    [
      "a Python",
      () =>
        json([{ filename: "thing-1-py3-none-any.whl", url: "/x.whl", hashes: {}, "requires-python": `>=9${marked}` }]),
    ],
    ["a hash", () => ({ status: 200, body: file(`thing-1-py3-none-any.whl#sha256=${encodeURIComponent(marked)}`) })],
  ])("%s", async (_, given) => {
    answer = given;
    expect(harmIn(await env.pip("install", "-v", "thing", "-i", `${url}/simple/`), /thing/)).toEqual([]);
  });

  test.each<[what: string, metadata: string, files: Record<string, string>]>([
    ["a requirement that is none", `Requires-Dist: ${marked}`, {}],
    ["a URL that is none", `Requires-Dist: b @ http://[MARK${evilLine}`, {}],
    ["an extra", `Provides-Extra: MARK${evilLine}`, {}],
    ["a Python", `Requires-Python: >=9, MARK${evilLine}`, {}],
    ["another name", `Name: MARK${evilLine}`, {}],
    ["no metadata", `MARK${evilLine}`, {}],
    ["entry points", "", { "thing-1.0.dist-info/entry_points.txt": `[console_scripts]\nMARK${evilLine} = a:b\n` }],
    ["the name of a file", "", { [`thing/MARK${evilLine}`]: "" }],
  ])("a wheel with %s", async (_, line, files) => {
    const metadata = `Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n${line}\n`;
    const wheel = await makeWheel({
      name: "thing",
      version: "1.0",
      metadata,
      files: { "thing/__init__.py": "", ...files },
    });
    answer = (path) =>
      path.endsWith(".whl") ? { status: 200, body: wheel } : { status: 200, body: file("/thing-1.0-py3-none-any.whl") };
    const where = join(world.folder, "target");
    expect(
      harmIn(
        await world.murre("pip", "install", "-v", "thing", "-i", `${url}/simple/`, "--no-cache", "-t", where),
        /thing/,
      ),
    ).toEqual([]);
  });
});

test("what a build prints: lines and tabs stay, the rest can do nothing", async () => {
  const folder = temporaryFolder("evil-build");
  writeFileSync(
    join(folder, "pyproject.toml"),
    '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n[project]\nname = "b"\ndynamic = ["version"]\n',
  );
  const text = `MARK\\tone${evil}\n\\rerror: forged\\x1b[32mgreen\\x1b[0m`;
  writeFileSync(
    join(folder, "backend.py"),
    `def build_wheel(*a):\n    print(${JSON.stringify(text).replaceAll("\\\\", "\\")})\n    raise ValueError("MARK" + ${JSON.stringify(evil)})\n`,
  );
  const failed = await env.pip("install", "-v", folder);
  expect(harmIn(failed, /MARK\tone/)).toEqual([]);
  expect(failed.stderr).toMatch(/\n {2,}error: forged ?green|\n {2,}.*green/);
});

test("names of variables and environments", async () => {
  const other = makeCommandWorld({
    VIRTUAL_ENV: `/MARK${evil}`,
    PIP_INDEX_URL: `MARK${evil}`,
    HTTPS_PROXY: `MARK${evil}`,
  });
  expect(harmIn(await other.murre("pip", "list", "-v"))).toEqual([]);
  expect(harmIn(await other.murre("pip", "install", "-v", "x"))).toEqual([]);
  expect(harmIn(await world.murre("cache", "dir", "--cache-dir", `/tmp/MARK${evil}`))).toEqual([]);
  expect(harmIn(await world.murre("cache", "dir", "--json", "--cache-dir", `/tmp/MARK${evil}`))).toEqual([]);
  expect(harmIn(await world.murre("venv", join(world.folder, `MARK${evilLine.replaceAll("/", "")}`)))).toEqual([]);
});

test("a file that is no archive, in words of the user", async () => {
  writeFileSync(join(world.folder, `b-1${evilLine.replaceAll("/", "")}MARK.zip`), "no zip");
  expect(harmIn(await env.pip("install", join(world.folder, `b-1${evilLine.replaceAll("/", "")}MARK.zip`)))).toEqual(
    [],
  );
});
