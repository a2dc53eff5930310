import { runCli } from "@murre/cli";
import type { Operations } from "@murre/installer";
import { describe, expect, test } from "vitest";
import { optionsOfPip } from "./options-of-pip.test.data.ts";
import { optionsOfUv } from "./options-of-uv.test.data.ts";

/** Words that make a command's line whole. */
const needed: Readonly<Record<string, readonly string[]>> = {
  "pip install": ["x"],
  "pip download": ["x"],
  "pip wheel": ["x"],
  "pip uninstall": ["x"],
  "pip show": ["x"],
  "pip sync": ["requirements.txt"],
  "pip index versions": ["x"],
  "pip hash": ["x"],
};

/** Values for options that do not take any word. */
const values: Readonly<Record<string, string>> = {
  "--format": "json",
  "--output-format": "json",
  "--index-strategy": "first-index",
  "--link-mode": "copy",
  "--color": "never",
  "--resolution": "lowest",
  "--prerelease": "allow",
  "--timeout": "5",
  "--retries": "1",
  "--upgrade-strategy": "eager",
  "--keyring-provider": "disabled",
  "--use-deprecated": "legacy-resolver",
  "--platform": "win_amd64",
  "--implementation": "pp",
  "--algorithm": "sha256",
  "--depth": "1",
};

/** The same, of one command. */
const ofCommand: Readonly<Record<string, string>> = { "pip cache list --format": "human" };

/** Where the same word means something else, or does less. */
const remarks: Readonly<Record<string, string>> = {
  "--upgrade": "as in uv: what is needed goes up as well; `--upgrade-strategy only-if-needed` is pip's default",
  "--root": "what lies there already counts as installed, as with --prefix",
  "--user": "also for uninstall, show, check and tree; without it, the user's own folder does not count",
  "--compile": "unlike in pip, nothing is compiled without it",
  "--isolated": "MURRE_* variables do not count either",
  "--format": "`list`: columns, freeze, json",
  "--keyring-provider": "`auto` asks for what a server refused, and only where the program `keyring` is on the PATH",
  "--trusted-host": "certificates are not checked; plain http needs no leave",
  "--platform": "one platform, of the tags for Linux, macOS and Windows",
  "--progress-bar": "`off` draws none; there is one style otherwise",
  "--ignore-installed": "what is there is replaced, and not written over",
  "--strict": "says what the environment lacks, as `check` does",
  "--check": "the exit code is 1 where something would be changed",
  "--output-format": "`json` has murre's own report, and of `python list` uv's",
  "--use-deprecated": "`html5lib` is read over",
  "--system-certs": "of Node.js 22.15 and later on each system; before that on Linux and BSD",
};

interface Answer {
  readonly status: "same" | "accepted" | "absent" | "unknown";
  readonly reason: string;
}

const nothing = {
  added: [],
  removed: [],
  kept: [],
  distributions: [],
  missing: [],
  problems: [],
  seeded: [],
  files: [],
  projects: [],
  settings: [],
  versions: [],
  places: [],
  tags: [],
  pythons: [],
  pins: [],
  previous: [],
};

/** Runs the command with the option over operations that do nothing, and reads what it says of it. */
async function ask(command: string, flags: string): Promise<Answer> {
  const name = nameOf(flags);
  const value = flags.includes("<") ? [ofCommand[`${command} ${name}`] ?? values[name] ?? "x"] : [];
  let err = "";
  const answers = async () => nothing;
  const cache = new Proxy({}, { get: () => answers });
  const operations = new Proxy(
    {},
    { get: (_, key) => (key === "cache" ? cache : key === "cacheFolder" ? "/" : answers) },
  );
  const code = await runCli([...command.split(" "), "-v", name, ...value, ...(needed[command] ?? [])], {
    version: "1",
    platform: "linux",
    env: {},
    stdout: { write: () => {} },
    stderr: { write: (text) => void (err += text) },
    signal: new AbortController().signal,
    createOperations: () => operations as Operations,
  });
  const said = (phrase: string) =>
    err
      .split("\n")
      .find((line) => line.includes(phrase))
      ?.split(phrase)[1] ?? "";
  const accepted = said(" changes nothing: ");
  if (accepted !== "") return { status: "accepted", reason: accepted };
  const absent = said(" is not part of murre: ").replace(/ \(MURRE_USAGE\)$/, "");
  if (absent !== "") return { status: "absent", reason: absent };
  return code === 2 ? { status: "unknown", reason: err } : { status: "same", reason: "" };
}

function nameOf(flags: string): string {
  return /--[\w-]+/.exec(flags)![0];
}

interface Row extends Answer {
  readonly flags: string;
  readonly commands: string[];
}

async function rowsOf(table: typeof optionsOfPip): Promise<Row[]> {
  const rows = new Map<string, Row>();
  for (const [command, options] of Object.entries(table))
    for (const flags of options) {
      const answer = await ask(command, flags);
      const key = JSON.stringify([nameOf(flags), answer]);
      const known = rows.get(key) ?? { ...answer, flags, commands: [] };
      known.commands.push(command.replace(/^pip /, ""));
      rows.set(key, known);
    }
  return [...rows.values()].toSorted((a, b) => (nameOf(a.flags) < nameOf(b.flags) ? -1 : 1));
}

function figures(table: typeof optionsOfPip, rows: readonly Row[]): string {
  const lines = Object.entries(table).map(([command, options]) => {
    const short = command.replace(/^pip /, "");
    const count = (status: string) =>
      rows.filter((row) => row.status === status && row.commands.includes(short)).length;
    return `| \`${command}\` | ${options.length} | ${count("same")} | ${count("accepted")} | ${count("absent")} |`;
  });
  return `| command | options | same | read over | absent |\n|---|---|---|---|---|\n${lines.join("\n")}\n`;
}

function listed(rows: readonly Row[], all: number, status: Answer["status"], text: (row: Row) => string): string {
  const lines = rows
    .filter((row) => row.status === status)
    .map((row) => {
      const commands = row.commands.length === all ? "all" : row.commands.join(", ");
      return `| \`${row.flags.replaceAll("|", "\\|")}\` | ${commands} | ${text(row).replaceAll("|", "\\|")} |\n`;
    });
  return lines.join("");
}

function section(title: string, table: typeof optionsOfPip, rows: readonly Row[]): string {
  const all = Object.keys(table).length;
  const head = (last: string) => `\n| option | commands | ${last} |\n|---|---|---|\n`;
  return `## ${title}

${figures(table, rows)}
### The same
${head("remark")}${listed(rows, all, "same", ({ flags }) => remarks[nameOf(flags)] ?? "")}
### Read over, because it changes nothing
${head("why")}${listed(rows, all, "accepted", ({ flags, reason }) => [reason, remarks[nameOf(flags)]].filter(Boolean).join("; "))}
### Absent
${head("why, and what instead")}${listed(rows, all, "absent", ({ reason }) => reason)}`;
}

describe("docs/options.md has every option of pip and uv, as the program takes it", async () => {
  const ofPip = await rowsOf(optionsOfPip);
  const ofUv = await rowsOf(optionsOfUv);

  test("there is none of which nothing is said", () => {
    expect([...ofPip, ...ofUv].filter(({ status }) => status === "unknown")).toEqual([]);
  });

  test.each([
    // Of pip config list: which file is listed.
    ["pip", optionsOfPip, ofPip, ["pip config list"]],
    ["uv", optionsOfUv, ofUv, []],
  ] as const)(
    "at most one of twenty is absent of %s's commands, but of those that are named",
    (_, table, rows, known) => {
      const absent = (command: string) =>
        rows.filter(({ status, commands }) => status === "absent" && commands.includes(command.replace(/^pip /, "")));
      const many = Object.entries(table).filter(([command, options]) => absent(command).length * 20 > options.length);
      expect(many.map(([command]) => command)).toEqual(known);
    },
  );

  test("a remark is of an option that is there", () => {
    const names = new Set([...ofPip, ...ofUv].map(({ flags }) => nameOf(flags)));
    expect(Object.keys(remarks).filter((name) => !names.has(name))).toEqual([]);
  });

  test("the document", async () => {
    const document = `# The options of pip and uv

Whoever types what pip and uv take gets what they give: \`murre\` stands before \`pip\`, or for \`uv\`. These tables are made from what the program answers
(\`apps/murre/test/option-tables.test.ts\`, and \`vitest -u\` writes them) for each option that the help of pip 23.2.1 and of uv 0.13.8 lists. What is read over
says so with \`-v\`; what is absent ends with exit code 2 and the sentence that stands here. Options of murre's own are shown by \`--help\`. Options
that pip takes before the name of a command are taken there.

${section("pip", optionsOfPip, ofPip)}
${section("uv", optionsOfUv, ofUv)}`;
    await expect(document).toMatchFileSnapshot("../../../docs/options.md");
  });
});
