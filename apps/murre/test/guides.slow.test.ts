import {
  indexedWheel,
  selfSigned,
  serveFolder,
  serveProxy,
  temporaryFolder,
  writeIndex,
  type FolderServer,
  type ProxyServer,
} from "@murre/test-kit";
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run, succeeded, type Run } from "./command-world.ts";

// Every example of the guides and of two READMEs is run: programs and commands as they stand, of a CI service or a Dockerfile the commands in it.

const app = fileURLToPath(new URL("..", import.meta.url));
const docs = fileURLToPath(new URL("../../../docs", import.meta.url));
const guides = [
  "ci-cache",
  "concurrency",
  "configuration",
  "embedding",
  "from-pip",
  "from-uv",
  "private-indexes",
  "serverless",
];
const credentials = { username: "user", password: "secret" };

const shared = temporaryFolder("guides");
const servers: (FolderServer | ProxyServer)[] = [];
let places: readonly (readonly [string, string])[] = [];

beforeAll(async () => {
  writeIndex(
    shared,
    await Promise.all([
      indexedWheel({ name: "flask", version: "3.0", requiresDist: ["werkzeug"] }),
      indexedWheel({ name: "werkzeug", version: "3.0" }),
      indexedWheel({ name: "requests", version: "2.0" }),
      indexedWheel({ name: "wing", version: "1.0" }),
      indexedWheel({ name: "numpy", version: "2.0", tags: "cp312-cp312-manylinux_2_28_aarch64" }),
      indexedWheel({ name: "numpy", version: "2.0" }),
    ]),
  );
  const [closed, secure, proxy] = [
    await serveFolder(shared, { credentials }),
    await serveFolder(shared, { tls: { key: selfSigned, cert: selfSigned } }),
    await serveProxy(),
  ];
  servers.push(closed, secure, proxy);
  places = [
    ["https://user:secret@packages.example", closed.url.replace("//", "//user:secret@")],
    ["https://user@packages.example", closed.url.replace("//", "//user@")],
    ["https://packages.example", closed.url],
    ["https://tls.example", secure.url],
    ["http://proxy.example", proxy.url],
  ];
});

afterAll(() => Promise.all(servers.map((server) => server.close())));

/** A folder as a user has it: `murre` on the PATH and to be imported, a few files, an index. */
function makeFolder(guide: string) {
  const folder = temporaryFolder(guide);
  const bin = join(folder, "node_modules/.bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(app, join(folder, "node_modules/murre"));
  const program = (name: string, text: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  program("murre", `exec '${process.execPath}' '${join(app, "bin/murre.js")}' "$@"`);
  program("keyring", `[ "$1" = get ] && echo ${credentials.password}`);
  // It is there already.
  program("npm", '[ "$*" = "install --global murre" ] || [ "$*" = "install murre" ]');
  program("npx", 'exec "$@"');
  writeFileSync(join(folder, "requirements.txt"), "flask==3.0\nwerkzeug==3.0\n");
  writeFileSync(join(folder, "constraints.txt"), "werkzeug<4\n");
  writeFileSync(join(folder, "pyproject.toml"), '[project]\nname = "own"\nversion = "1"\ndependencies = ["flask"]\n');
  writeFileSync(join(folder, "own-authority.pem"), selfSigned);
  const env = {
    PATH: `${bin}:${process.env["PATH"]}`,
    HOME: folder,
    PIP_INDEX_URL: join(shared, "simple"),
    MURRE_CACHE_DIR: join(folder, "cache"),
  };
  return { folder, env };
}

interface Example {
  readonly kind: string;
  readonly text: string;
  readonly prints?: string;
}

function examplesOf(markdown: string): Example[] {
  const found = markdown.matchAll(/^```(js|sh|yaml|dockerfile)\n([\s\S]*?)^```(?:\n\n```text\n([\s\S]*?)^```)?/gm);
  return [...found].map(([, kind = "", text = "", prints]) => ({
    kind,
    text,
    ...(prints === undefined ? {} : { prints }),
  }));
}

/** A program, or the commands of a CI service's file, or of a Dockerfile, one a line. */
function commandsIn({ kind, text }: Example): string {
  if (kind === "sh" || kind === "js") return text;
  const joined = text.replaceAll(/\\\n\s*/g, "");
  const pattern = kind === "yaml" ? /^ +- (?:run: )?((?:murre|npm) .*)$/gm : /^RUN (?:--mount=\S+ +)*(.*)$/gm;
  return [...joined.matchAll(pattern)].map(([, command]) => command).join("\n");
}

function runExample(example: Example, { folder, env }: ReturnType<typeof makeFolder>): Promise<Run> {
  const text = places.reduce((all, [from, to]) => all.replaceAll(from, to), example.text);
  if (example.kind === "js") return run(process.execPath, ["--input-type=module", "-e", text], folder, env);
  return run("sh", ["-euc", commandsIn({ ...example, text })], folder, env);
}

test("every guide is tried here: each document with such examples", () => {
  const withExamples = readdirSync(docs)
    .filter((name) => name.endsWith(".md"))
    .filter((name) => examplesOf(readFileSync(join(docs, name), "utf8")).length > 0)
    .map((name) => name.slice(0, -3));
  expect(withExamples).toEqual(guides);
  expect(
    guides.filter((name) => !readFileSync(join(docs, "../README.md"), "utf8").includes(`docs/${name}.md`)),
  ).toEqual([]);
});

describe.skipIf(process.platform === "win32")("the examples of", () => {
  test.for([
    ...guides.map((name) => [`docs/${name}.md`, name] as const),
    ["README.md", "readme"] as const,
    ["apps/murre/README.md", "npm"] as const,
  ])("%s do what it says", { timeout: 60_000 }, async ([path, guide]) => {
    // The demo has a test of its own, and `npm test` is what runs this one.
    const examples = examplesOf(readFileSync(join(docs, "..", path), "utf8")).filter(
      ({ text }) => !text.startsWith("npm run demo"),
    );
    expect(examples.length).toBeGreaterThan(0);
    const made = makeFolder(guide);
    const said: Example[] = [];
    for (const [i, example] of examples.entries()) {
      // What a CI service or an image does begins anew.
      const at = example.kind === "yaml" || example.kind === "dockerfile" ? makeFolder(`${guide}-${i}`) : made;
      const { stdout } = succeeded(await runExample(example, at));
      said.push({ ...example, ...(example.prints !== undefined && { prints: stdout }) });
    }
    expect(said).toEqual(examples);
    expect(examples.filter((example) => commandsIn(example) === "")).toEqual([]);
  });
});
