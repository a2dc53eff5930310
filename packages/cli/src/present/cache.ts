import type { CacheSize, CleanReport, ListedEntry, VerifyAndRepairReport } from "@murre/installer";
import { counted, formatBytes } from "./format.ts";
import { oneLine, say } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

/** What is free now, and what will be when the last user of it ends. */
export function presentCleaned({ archives, documents, freed, pending }: CleanReport, terminal: Terminal): void {
  const removed = [
    ...(archives > 0 ? [counted(archives, "archive")] : []),
    ...(documents > 0 ? [counted(documents, "document")] : []),
  ];
  terminal.out(
    removed.length === 0 && freed.files === 0
      ? say`Nothing to remove\n`
      : say`Removed ${removedText(removed, freed)}\n`,
  );
  presentPending(pending, terminal);
}

function removedText(removed: readonly string[], freed: CleanReport["freed"]): string {
  const what = removed.length === 0 ? "what ended processes had left" : removed.join(" and ");
  return `${what}: ${formatBytes(freed.bytes)} freed`;
}

function presentPending(pending: CleanReport["pending"], terminal: Terminal): void {
  if (pending.entries > 0)
    terminal.out(
      say`${formatBytes(pending.bytes)} more in ${counted(pending.entries, "archive")} when the processes that use the cache have ended\n`,
    );
}

export function presentCacheSize({ entries, files, bytes, unsharedBytes, parts }: CacheSize, terminal: Terminal): void {
  terminal.out(say`${formatBytes(bytes)} in ${counted(files, "file")}, ${counted(entries, "archive")}\n`);
  terminal.out(say`  archives   ${formatBytes(parts.store)}\n`);
  terminal.out(say`  documents  ${formatBytes(parts.documents)}\n`);
  if (parts.rest > 0) terminal.out(say`  other      ${formatBytes(parts.rest)}\n`);
  terminal.out(say`Removing all of it would free ${formatBytes(unsharedBytes)}; environments link the rest\n`);
}

export function presentCacheList(entries: readonly ListedEntry[], terminal: Terminal): void {
  const rows = entries.map(({ kind, project, version, filename = "", bytes, lastUse, sha256 }) => [
    oneLine(
      `${version === undefined ? project : `${project}==${version}`}${kind === "archive" ? ` (sources: ${filename})` : ""}`,
    ),
    formatBytes(bytes),
    lastUse.slice(0, 10),
    sha256.slice(0, 12),
  ]);
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  for (const [name = "", size = "", used = "", hash = ""] of rows)
    terminal.out(say`${name.padEnd(widths[0] ?? 0)}  ${size.padStart(widths[1] ?? 0)}  ${used}  ${hash}\n`);
}

export function presentVerified(report: VerifyAndRepairReport, terminal: Terminal): void {
  for (const { kind, project, sha256, path } of report.problems)
    terminal.out(
      say`${project} ${sha256.slice(0, 12)}: ${kind.replace("-", " ")}${path === undefined ? "" : ` ${path}`}\n`,
    );
  const checked = `${counted(report.files, "file")} in ${counted(report.entries, "archive")}`;
  if (report.problems.length === 0) terminal.out(say`Checked ${checked}: all as they were unpacked\n`);
  else if (report.repaired > 0)
    terminal.out(
      say`Checked ${checked}; removed ${counted(report.repaired, "damaged archive")}, to be fetched again when needed\n`,
    );
  else
    terminal.out(
      say`Checked ${checked}: ${counted(report.problems.length, "problem")}; murre cache verify --repair removes them\n`,
    );
  presentPending(report.pending, terminal);
}
