// Writes docs/run.svg, which README.md shows: a session with the built command at a terminal of tmux, as the terminal showed it. The wheels are
// those of the demo's embedded index. `node scripts/record-run.mjs [FILE]`, after a build; needs tmux.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { makeDemoIndex } from "./demo-index.mjs";

const TYPED = [
  "murre venv",
  "murre pip install flask",
  "murre pip install flask",
  "murre pip tree",
  "murre pip install 'jinja2<3' flask",
];
const COLUMNS = 100;
const ROWS = 50;
const LONGEST_WAIT_MS = 30_000;

const cell = { width: 8.43, height: 19, margin: 14 };
const colors = ["#3b4252", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8dee9"];

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "murre-"));

/** Types the lines into a shell, each when the one before has ended. @returns the screen, with its colours as escape sequences */
async function record(index) {
  const bin = join(folder, "bin");
  const home = join(folder, "project");
  for (const made of [bin, home]) mkdirSync(made);
  const command = `exec '${process.execPath}' '${join(root, "apps/murre/bin/murre.js")}'`;
  writeFileSync(join(bin, "murre"), `#!/bin/sh\n${command} "$@"\n`, { mode: 0o755 });
  writeFileSync(join(folder, "start"), "PS1='$ '\n");
  const env = {
    PATH: `${bin}:${process.env["PATH"]}`,
    HOME: home,
    ENV: join(folder, "start"),
    LANG: "C.UTF-8",
    TERM: "xterm-256color",
    PIP_CONFIG_FILE: "/dev/null",
    PIP_INDEX_URL: index,
    MURRE_CACHE_DIR: join(folder, "cache"),
  };
  const words = ["-u", "-S", join(folder, "socket"), "-f", "/dev/null"];
  const tmux = (...more) => execFileSync("tmux", [...words, ...more], { cwd: home, env, encoding: "utf8" });
  const size = ["-x", String(COLUMNS), "-y", String(ROWS)];
  tmux("new-session", "-d", ...size, "exec sh", ";", "set", "-g", "status", "off");
  try {
    await prompts(tmux, 1);
    for (const [number, line] of TYPED.entries()) {
      tmux("send-keys", "-l", line);
      tmux("send-keys", "Enter");
      await prompts(tmux, number + 2);
    }
    return tmux("capture-pane", "-e", "-p").trimEnd().split("\n").slice(0, -1);
  } finally {
    tmux("kill-server");
  }
}

/** Waits until the shell has asked so many times. */
async function prompts(tmux, count) {
  for (const end = Date.now() + LONGEST_WAIT_MS; ; await sleep(20)) {
    const lines = tmux("capture-pane", "-p").trimEnd().split("\n");
    if (lines.at(-1) === "$" && lines.filter((line) => /^\$(?: |$)/.test(line)).length === count) return;
    if (Date.now() > end) throw new Error(`the shell does not ask again:\n${lines.join("\n")}`);
  }
}

/** Cuts a line where its look changes. */
function runsOf(line, look) {
  let column = 0;
  return line.split("\u001b[").map((part, number) => {
    const end = number === 0 ? -1 : part.indexOf("m");
    if (end >= 0) for (const code of part.slice(0, end).split(";")) changeLook(look, Number(code));
    const run = { ...look, text: part.slice(end + 1), column };
    column += run.text.length;
    return run;
  });
}

function changeLook(look, code) {
  if (code === 0) Object.assign(look, { color: undefined, bold: false, dim: false });
  else if (code === 1) look.bold = true;
  else if (code === 2) look.dim = true;
  else if (code === 22) Object.assign(look, { bold: false, dim: false });
  else if (code === 39) look.color = undefined;
  else if (code >= 30 && code < 38) look.color = colors[code - 30];
  else if (code >= 90 && code < 98) look.color = colors[code - 90];
  else if (code !== 49) throw new Error(`the terminal shows a look that is not drawn: ${code}`);
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function drawRun({ text, column, color, bold, dim }, y) {
  const shown = text.trimEnd();
  if (shown === "") return "";
  const x = (cell.margin + column * cell.width).toFixed(1);
  const look = [
    color && ` fill="${color}"`,
    bold && ' font-weight="bold"',
    dim && ' opacity="0.6"',
    ` textLength="${(shown.length * cell.width).toFixed(1)}"`,
  ];
  return `<text x="${x}" y="${y}"${look.filter(Boolean).join("")}>${escaped(shown)}</text>\n`;
}

function draw(lines) {
  const width = Math.ceil(COLUMNS * cell.width + 2 * cell.margin);
  const height = lines.length * cell.height + 2 * cell.margin;
  const look = {};
  const text = lines.flatMap((line, row) =>
    runsOf(line, look).map((run) => drawRun(run, cell.margin + row * cell.height + 14)),
  );
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">` +
    "<style>text{font:14px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#d8dee9;white-space:pre}</style>\n" +
    `<rect width="${width}" height="${height}" rx="8" fill="#1f2430"/>\n${text.join("")}</svg>\n`
  );
}

try {
  mkdirSync(join(folder, "index"));
  const index = await makeDemoIndex(join(folder, "index"));
  // Compiled code is kept by a first run; what is shown is the second and later ones.
  execFileSync(process.execPath, [join(root, "apps/murre/bin/murre.js"), "--version"]);
  writeFileSync(process.argv[2] ?? join(root, "docs/run.svg"), draw(await record(index)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
