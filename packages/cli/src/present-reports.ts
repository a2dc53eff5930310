import type {
  BuildReport,
  ChangeReport,
  CheckProblem,
  CheckReport,
  CollectReport,
  InstalledPin,
  InstalledReport,
  RecoverReport,
  ShownDistribution,
  ShowReport,
  VenvReport,
} from "@murre/installer";
import pc from "picocolors";
import { counted } from "./format.ts";
import type { Terminal } from "./terminal.ts";

/** One line a distribution: `- old`, `+ new`; or that nothing had to change. */
export function presentChange(report: ChangeReport, terminal: Terminal): void {
  const colors = pc.createColors(terminal.color);
  const rows = [
    ...report.removed.map((pin) => ({ ...pin, sign: "-" })),
    ...report.added.map((pin) => ({ ...pin, sign: "+" })),
  ].toSorted((a, b) => (a.name === b.name ? (a.sign < b.sign ? 1 : -1) : a.name < b.name ? -1 : 1));
  for (const { sign, name, version } of rows) {
    const text = `${sign} ${name}==${version}`;
    terminal.out(` ${sign === "+" ? colors.green(text) : colors.red(text)}\n`);
  }
  const checked = counted(report.kept.length, "distribution");
  if (rows.length === 0) terminal.out(`Nothing to do: ${checked} as required\n`);
  else if (report.dryRun) terminal.out("Nothing was changed (--dry-run)\n");
}

export function presentRecover({ recovered }: RecoverReport, terminal: Terminal): void {
  if (recovered.length === 0) terminal.out("No change was interrupted\n");
}

/** The paths of what was built, one a line. */
export function presentBuild({ sdist, wheel }: BuildReport, terminal: Terminal): void {
  for (const path of [sdist, wheel]) if (path !== undefined) terminal.out(`${path}\n`);
}

export function presentCollected({ folder, files }: CollectReport, terminal: Terminal): void {
  for (const { filename } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) terminal.out(`${filename}\n`);
  terminal.note(`${counted(files.length, "file")} in ${folder}\n`);
}

export function presentVenv(report: VenvReport, terminal: Terminal, platform: string): void {
  terminal.note(`Made a virtual environment of Python ${report.version} in ${report.environment}\n`);
  for (const { name, version } of report.seeded) terminal.out(` + ${name}==${version}\n`);
  const script = `${report.environment}${platform === "win32" ? "\\Scripts\\activate" : "/bin/activate"}`;
  const activation = platform === "win32" ? script : `source ${shellQuoted(script)}`;
  terminal.note(`Activate it with: ${activation}\n`);
}

/** As a POSIX shell reads it back: plain where nothing is special, else in single quotes. */
function shellQuoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

export type ListFormat = "columns" | "freeze" | "json";

export function presentList(report: InstalledReport, format: ListFormat, terminal: Terminal): void {
  if (format === "json") terminal.out(`${JSON.stringify(report.distributions.map(jsonRow))}\n`);
  else if (format === "freeze") presentFreeze(report, terminal);
  else terminal.out(columns(report.distributions));
}

function jsonRow({ displayName, version, editableLocation }: InstalledPin): object {
  return {
    name: displayName,
    version,
    ...(editableLocation === undefined ? {} : { editable_project_location: editableLocation }),
  };
}

function columns(distributions: readonly InstalledPin[]): string {
  if (distributions.length === 0) return "";
  const editable = distributions.some(({ editableLocation }) => editableLocation !== undefined);
  const rows = [
    ["Package", "Version", ...(editable ? ["Editable project location"] : [])],
    ...distributions.map(({ displayName, version, editableLocation }) => [
      displayName,
      version,
      ...(editable ? [editableLocation ?? ""] : []),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  rows.splice(
    1,
    0,
    widths.map((width) => "-".repeat(width)),
  );
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join(" ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** The form that `-r` reads back. */
export function presentFreeze(report: InstalledReport, terminal: Terminal): void {
  for (const { displayName, version, hasArbitraryVersion, editableLocation, directUrl } of report.distributions) {
    const pin = `${displayName}${hasArbitraryVersion ? "===" : "=="}${version}`;
    if (editableLocation !== undefined) terminal.out(`-e ${editableLocation}\n`);
    else terminal.out(directUrl === undefined ? `${pin}\n` : `${displayName} @ ${directUrl}\n`);
  }
}

/** pip's fields in pip's order, a line of dashes between distributions. */
export function presentShow({ distributions, missing }: ShowReport, terminal: Terminal): void {
  const colors = pc.createColors(terminal.color);
  if (missing.length > 0) terminal.err(`${colors.yellow("warning:")} not installed: ${missing.join(", ")}\n`);
  terminal.out(distributions.map(shown).join("---\n"));
}

function shown(distribution: ShownDistribution): string {
  const { editableLocation, files } = distribution;
  const lines = [
    `Name: ${distribution.displayName}`,
    `Version: ${distribution.version}`,
    `Summary: ${distribution.summary ?? ""}`,
    `Home-page: ${distribution.homePage ?? ""}`,
    `Author: ${distribution.author ?? ""}`,
    `Author-email: ${distribution.authorEmail ?? ""}`,
    `License: ${distribution.license ?? ""}`,
    `Location: ${distribution.location}`,
    ...(editableLocation === undefined ? [] : [`Editable project location: ${editableLocation}`]),
    `Requires: ${distribution.requires.join(", ")}`,
    `Required-by: ${distribution.requiredBy.join(", ")}`,
    ...(files === undefined ? [] : ["Files:", ...files.map((path) => `  ${path}`)]),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

export function presentCheck({ checked, problems }: CheckReport, terminal: Terminal): void {
  for (const problem of problems) terminal.out(`${describeProblem(problem)}\n`);
  if (problems.length === 0) terminal.out(`No broken requirements found in ${counted(checked, "distribution")}\n`);
  else terminal.err(`${counted(problems.length, "problem")} in ${counted(checked, "distribution")}\n`);
}

function describeProblem({ kind, name, version, requirement, installed }: CheckProblem): string {
  switch (kind) {
    case "missing":
      return `${name} ${version} requires ${requirement}, which is not installed`;
    case "incompatible":
      return `${name} ${version} requires ${requirement}, but ${installed} is installed`;
    case "requires-python":
      return `${name} ${version} requires Python ${requirement}`;
    case "incomplete":
      return `${name} ${version} was left half-installed by an interrupted command; install it again`;
    case "duplicate":
      return `${name} ${version} is installed beside another version of it; install it again`;
    case "missing-file":
      return `${name} ${version}: ${requirement} is missing`;
    case "changed-file":
      return `${name} ${version}: ${requirement} has other bytes than RECORD says`;
    case "unreadable":
      return `${name} ${version}: its metadata cannot be read: ${requirement}`;
  }
}
