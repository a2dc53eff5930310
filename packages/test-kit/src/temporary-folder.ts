import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made = new Set<string>();

function removeAll(): void {
  if (isKept) return;
  for (const folder of made) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  made.clear();
}

const isKept = (process.env["MURRE_KEEP_TEMP"] ?? "") !== "";

// Inside a vitest worker the folders go after each test file; in a process that a test started, when it ends.
if ("__vitest_worker__" in globalThis) (await import("vitest")).afterAll(removeAll);
process.once("exit", removeAll);

/** A new empty folder of the system's temporary folder, removed when the test file or the process is over, unless MURRE_KEEP_TEMP is set. */
export function temporaryFolder(purpose = "test"): string {
  const folder = mkdtempSync(join(tmpdir(), `murre-${purpose}-`));
  made.add(folder);
  return folder;
}
