import type { ChangeReport, InstalledPin, InstalledReport, VenvReport } from "@murre/installer";
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

export function presentVenv(report: VenvReport, terminal: Terminal, platform: string): void {
  terminal.err(`Made a virtual environment of Python ${report.version} in ${report.environment}\n`);
  for (const { name, version } of report.seeded) terminal.out(` + ${name}==${version}\n`);
  const activation =
    platform === "win32" ? `${report.environment}\\Scripts\\activate` : `source ${report.environment}/bin/activate`;
  terminal.err(`Activate it with: ${activation}\n`);
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
  rows.splice(1, 0, widths.map((width) => "-".repeat(width)));
  return rows.map((row) => `${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" ").trimEnd()}\n`).join("");
}

/** The form that `-r` reads back. */
export function presentFreeze(report: InstalledReport, terminal: Terminal): void {
  for (const { displayName, version, editableLocation, directUrl } of report.distributions)
    if (editableLocation !== undefined) terminal.out(`-e ${editableLocation}\n`);
    else terminal.out(directUrl === undefined ? `${displayName}==${version}\n` : `${displayName} @ ${directUrl}\n`);
}
