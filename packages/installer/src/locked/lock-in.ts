import { isLockFileName } from "@murre/requirements";
import { ResolutionOptionInvalid } from "../errors.ts";
import type { ChangeOperation } from "../operation/change-operation.ts";
import type { Request } from "../operation/open-request.ts";
import type { Resolved } from "../resolve/resolve.ts";
import type { SourceReader } from "../resolve/source-reader.ts";
import { selectionOf } from "../wanted/selection.ts";

/**
 * The lock file among requirements files, which is alone: it says all that is to be installed.
 * @throws {ResolutionOptionInvalid}
 */
export function lockFileIn(files: readonly string[] = [], others: readonly string[] = []): string | undefined {
  const lockFile = files.find((file) => isLockFileName(withoutExtras(file).path.split(/[/\\]/).at(-1) ?? ""));
  if (lockFile !== undefined && files.length + others.length > 1)
    throw new ResolutionOptionInvalid(
      "--requirement",
      lockFile,
      "a lock file says all that is to be installed; nothing else can be named beside it",
    );
  return lockFile;
}

/** As pip names a lock file and extras of it at once: `pylock.toml[fast,tls]`. */
function withoutExtras(file: string): { readonly path: string; readonly extras: readonly string[] } {
  const open = file.lastIndexOf("[");
  if (open === -1 || !file.endsWith("]")) return { path: file, extras: [] };
  const extras = file.slice(open + 1, -1).split(",");
  return { path: file.slice(0, open), extras: extras.map((name) => name.trim()).filter((name) => name !== "") };
}

/** What a lock file says, read and selected; its distributions are looked for when they are asked for. */
export async function lockedIn(
  file: string,
  operation: ChangeOperation,
  options: Parameters<typeof selectionOf>[0],
): Promise<{
  readonly packages: readonly unknown[];
  resolve(request: Request, sources: SourceReader): Promise<Resolved>;
}> {
  // Most environments are made of requirements files.
  const { readLock } = await import("./read-lock.ts");
  const { path, extras } = withoutExtras(file);
  const selection = selectionOf({ ...options, extras: [...(options.extras ?? []), ...extras] });
  const locked = await readLock(path, operation, selection);
  return {
    packages: locked.packages,
    async resolve({ files }, sources) {
      const { lockedDistributions } = await import("./locked-distributions.ts");
      return { resolved: await lockedDistributions(locked, { operation, files, sources }), graph: new Map() };
    },
  };
}
