import { readSmallText } from "@murre/files";
import { isLockFileName } from "@murre/requirements";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { CompileOptions } from "../api/operations.ts";
import type { CompileReport } from "../api/reports.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { ResolutionOptionInvalid } from "../errors.ts";
import type { CompileFormat } from "./resolve-compiled.ts";

/** Where the result goes, and how it is written. */
export interface CompileOutput {
  /** Absolute; undefined: nowhere. */
  readonly file: string | undefined;
  readonly format: CompileFormat;
}

/**
 * A file's name says its format, where no option does.
 * @throws {ResolutionOptionInvalid} where the name is none of a lock file or one of a folder, and where a file is asked for and written at once
 */
export function compileOutput(
  { outputFile, format, requirementFiles = [], constraintFiles = [] }: CompileOptions,
  { cwd }: Pick<InstallerSettings, "cwd">,
): CompileOutput {
  if (outputFile === undefined) return { file: undefined, format: format ?? "requirements.txt" };
  const file = resolve(cwd, outputFile);
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new ResolutionOptionInvalid("--output-file", outputFile, "it is a folder; name a file in it");
  const isLock = format === "pylock.toml" || (format === undefined && file.endsWith(".toml"));
  const option = ["--output-file", outputFile] as const;
  if (isLock && !isLockFileName(basename(file)))
    throw new ResolutionOptionInvalid(
      ...option,
      "a lock file is called pylock.toml, or pylock.NAME.toml with a NAME without dots",
    );
  if ([...requirementFiles, ...constraintFiles].some((input) => input !== "-" && resolve(cwd, input) === file))
    throw new ResolutionOptionInvalid(...option, "it is read as well; what it asks for would be lost");
  return { file, format: isLock ? "pylock.toml" : "requirements.txt" };
}

/** A file that has the text already is not touched; a folder that is not there is made, as by uv. */
export async function writeOutput(
  text: string,
  file: string | undefined,
  isDryRun: boolean,
): Promise<Pick<CompileReport, "outputFile" | "changed">> {
  if (file === undefined) return { changed: false };
  const changed = !existsSync(file) || readSmallText(file) !== text;
  if (changed && !isDryRun) {
    mkdirSync(dirname(file), { recursive: true });
    await writeFileAtomic(file, text);
  }
  return { outputFile: file, changed };
}
