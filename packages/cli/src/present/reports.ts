import type {
  BuildReport,
  ChangeReport,
  CheckProblem,
  CheckReport,
  CollectReport,
  InstalledPin,
  InstalledReport,
  Pin,
  RecoverReport,
  ShownDistribution,
  ShowReport,
  VenvReport,
} from "@murre/installer";
import pc from "picocolors";
import { counted } from "./format.ts";
import { joined, oneLine, say, sayJson, sayLines, sayLocation, sayUrl, styled, type Printable } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

/** One line a distribution: `- old`, `+ new`, `~` what was installed again in the same version; or that nothing had to change. */
export function presentChange(report: ChangeReport, terminal: Terminal): void {
  const colors = pc.createColors(terminal.color);
  const styles = { "-": colors.red, "+": colors.green, "~": colors.yellow };
  const key = ({ name, version }: Pin) => `${name}==${version}`;
  const added = new Set(report.added.map(key));
  const again = new Set(report.removed.map(key).filter((pin) => added.has(pin)));
  const isOther = (pin: Pin) => !again.has(key(pin));
  const rows = [
    ...report.removed.filter(isOther).map((pin) => ({ ...pin, sign: "-" as const })),
    ...report.added.map((pin) => ({ ...pin, sign: isOther(pin) ? ("+" as const) : ("~" as const) })),
  ].toSorted((a, b) => (a.name === b.name ? (a.sign < b.sign ? 1 : -1) : a.name < b.name ? -1 : 1));
  for (const { sign, name, version } of rows)
    terminal.out(say` ${styled(styles[sign], `${sign} ${name}==${version}`)}\n`);
  const checked = counted(report.kept.length, "distribution");
  if (rows.length === 0) terminal.out(say`Nothing to do: ${checked} as required\n`);
  else if (report.dryRun) terminal.out(say`Nothing was changed (--dry-run)\n`);
}

export function presentRecover({ recovered }: RecoverReport, terminal: Terminal): void {
  if (recovered.length === 0) terminal.out(say`No change was interrupted\n`);
}

/** The paths of what was built, one a line. */
export function presentBuild({ sdist, wheel }: BuildReport, terminal: Terminal): void {
  for (const path of [sdist, wheel]) if (path !== undefined) terminal.out(say`${path}\n`);
}

export function presentCollected({ folder, files }: CollectReport, terminal: Terminal): void {
  for (const { filename } of files.toSorted((a, b) => (a.name < b.name ? -1 : 1))) terminal.out(say`${filename}\n`);
  terminal.note(say`${counted(files.length, "file")} in ${folder}\n`);
}

export function presentVenv(report: VenvReport, terminal: Terminal, platform: string): void {
  terminal.note(say`Made a virtual environment of Python ${report.version} in ${report.environment}\n`);
  for (const { name, version } of report.seeded) terminal.out(say` + ${name}==${version}\n`);
  const script = `${report.environment}${platform === "win32" ? "\\Scripts\\activate" : "/bin/activate"}`;
  const activation = platform === "win32" ? script : `source ${shellQuoted(script)}`;
  terminal.note(say`Activate it with: ${activation}\n`);
}

/** As a POSIX shell reads it back: plain where nothing is special, else in single quotes. */
function shellQuoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

export type ListFormat = "columns" | "freeze" | "json";

export function presentList(report: InstalledReport, format: ListFormat, terminal: Terminal): void {
  if (format === "json") terminal.out(say`${sayJson(report.distributions.map(jsonRow))}\n`);
  else if (format === "freeze") presentFreeze(report, terminal);
  else terminal.out(columns(report.distributions));
}

function jsonRow({ displayName, version, latestVersion, latestKind, editableLocation }: InstalledPin): object {
  return {
    name: displayName,
    version,
    ...(latestVersion === undefined ? {} : { latest_version: latestVersion, latest_filetype: latestKind }),
    ...(editableLocation === undefined ? {} : { editable_project_location: editableLocation }),
  };
}

function columns(distributions: readonly InstalledPin[]): Printable {
  if (distributions.length === 0) return say``;
  const editable = distributions.some(({ editableLocation }) => editableLocation !== undefined);
  const latest = distributions.some(({ latestVersion }) => latestVersion !== undefined);
  const rows = [
    ["Package", "Version", ...(latest ? ["Latest", "Type"] : []), ...(editable ? ["Editable project location"] : [])],
    ...distributions.map(({ displayName, version, latestVersion = "", latestKind = "", editableLocation }) => [
      oneLine(displayName),
      oneLine(version),
      ...(latest ? [oneLine(latestVersion), latestKind] : []),
      ...(editable ? [oneLine(editableLocation ?? "")] : []),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  rows.splice(
    1,
    0,
    widths.map((width) => "-".repeat(width)),
  );
  return joined(
    rows.map((row) => {
      const last = row.findLastIndex((cell) => cell !== "");
      const cells = row.slice(0, last + 1).map((cell, i) => (i === last ? cell : cell.padEnd(widths[i] ?? 0)));
      return say`${joined(cells, " ")}\n`;
    }),
  );
}

/** The form that `-r` reads back. */
export function presentFreeze(report: InstalledReport, terminal: Terminal): void {
  for (const line of report.lines ?? report.distributions.map((pin) => ({ pin }))) {
    if ("text" in line) {
      terminal.out(say`${line.text}\n`);
      continue;
    }
    const { displayName, version, hasArbitraryVersion, editableLocation, editableReference, directUrl } = line.pin;
    const pin = say`${displayName}${hasArbitraryVersion ? "===" : "=="}${version}`;
    if (editableReference !== undefined) terminal.out(say`-e ${sayUrl(editableReference)}\n`);
    else if (editableLocation !== undefined) terminal.out(say`-e ${sayLocation(editableLocation)}\n`);
    else terminal.out(directUrl === undefined ? say`${pin}\n` : say`${displayName} @ ${sayUrl(directUrl)}\n`);
  }
}

/** pip's fields in pip's order, a line of dashes between distributions. */
export function presentShow({ distributions, missing }: ShowReport, terminal: Terminal): void {
  const colors = pc.createColors(terminal.color);
  if (missing.length > 0)
    terminal.err(say`${styled(colors.yellow, "warning:")} not installed: ${joined(missing, ", ")}\n`);
  terminal.out(joined(distributions.map(shown), "---\n"));
}

function shown(distribution: ShownDistribution): Printable {
  const { editableLocation, files, provenance, publishers = [] } = distribution;
  const fields: readonly (readonly [string, Printable | string])[] = [
    ["Name", distribution.displayName],
    ["Version", distribution.version],
    ["Summary", sayLines(distribution.summary ?? "")],
    ["Home-page", distribution.homePage ?? ""],
    ["Author", sayLines(distribution.author ?? "")],
    ["Author-email", sayLines(distribution.authorEmail ?? "")],
    ["License", sayLines(distribution.license ?? "")],
    ["Location", distribution.location],
    ...(editableLocation === undefined ? [] : [["Editable project location", editableLocation] as const]),
    ["Requires", joined(distribution.requires, ", ")],
    ["Required-by", joined(distribution.requiredBy, ", ")],
    ...(provenance === undefined ? [] : [["Provenance", provenance] as const]),
    ...publishers.map((publisher) => ["Published-by", describePublisher(publisher)] as const),
  ];
  return joined([
    ...fields.map(([name, value]) => (String(value) === "" ? say`${name}:\n` : say`${name}: ${value}\n`)),
    ...(files === undefined ? [] : [say`Files:\n`, ...files.map((path) => say`  ${path}\n`)]),
  ]);
}

/** `GitHub, repository o/r, workflow release.yml`. */
function describePublisher({ kind, ...said }: NonNullable<ShownDistribution["publishers"]>[number]): string {
  const facts = Object.entries(said).map(
    ([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return [kind, ...facts].join(", ");
}

export function presentCheck({ checked, problems }: CheckReport, terminal: Terminal): void {
  for (const problem of problems) terminal.out(say`${describeProblem(problem)}\n`);
  if (problems.length === 0) terminal.out(say`No broken requirements found in ${counted(checked, "distribution")}\n`);
  else terminal.err(say`${counted(problems.length, "problem")} in ${counted(checked, "distribution")}\n`);
}

/** The same as warnings, beside the result of another command. */
export function presentProblems({ problems }: CheckReport, terminal: Terminal): void {
  const colors = pc.createColors(terminal.color);
  for (const problem of problems) terminal.err(say`${styled(colors.yellow, "warning:")} ${describeProblem(problem)}\n`);
}

function describeProblem({ kind, name, version, requirement, installed }: CheckProblem): Printable {
  switch (kind) {
    case "missing":
      return say`${name} ${version} requires ${requirement}, which is not installed`;
    case "incompatible":
      return say`${name} ${version} requires ${requirement}, but ${installed ?? ""} is installed`;
    case "requires-python":
      return say`${name} ${version} requires Python ${requirement}`;
    case "incomplete":
      return say`${name} ${version} was left half-installed by an interrupted command; install it again`;
    case "duplicate":
      return say`${name} ${version} is installed beside another version of it; install it again`;
    case "missing-file":
      return say`${name} ${version}: ${requirement} is missing`;
    case "changed-file":
      return say`${name} ${version}: ${requirement} has other bytes than RECORD says`;
    case "unreadable":
      return say`${name} ${version}: its metadata cannot be read: ${requirement}`;
  }
}
