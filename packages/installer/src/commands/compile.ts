import { readSmallText } from "@murre/files";
import { normalizeName, redactUrl } from "@murre/pep508";
import { headerCommand, writeRequirements, type CompiledRequirement, type WriteOptions } from "@murre/requirements";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { CompileOptions } from "../api/operations.ts";
import type { CompileReport } from "../api/reports.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { readPreferences, readUpgrade } from "../compile/preferences.ts";
import { releaseHashes } from "../compile/release-hashes.ts";
import { compiledRows } from "../compile/rows.ts";
import { parsePythonVersion } from "../options/target-python.ts";
import { withChangeOperation } from "../operation/change-operation.ts";
import type { SearchDecision } from "../operation/decisions.ts";
import { openRequest } from "../operation/open-request.ts";
import { nothingPresent, resolveRequirements, timed } from "../resolve/resolve.ts";
import { selectionOf } from "../wanted/selection.ts";
import { withSources } from "../sources/lazy-sources.ts";

/** `murre pip compile`: what requirements lead to, as a file of pins. Nothing is installed. */
export function compileRequirements(settings: InstallerSettings, options: CompileOptions): Promise<CompileReport> {
  const outputFile = options.outputFile === undefined ? undefined : resolve(settings.cwd, options.outputFile);
  return withChangeOperation(
    settings,
    { ...options, ...versionOf(options) },
    async (operation) => {
      const upgrade = readUpgrade(options.upgrade);
      const { constraintFiles, resolution } = operation.decisions;
      const asked = await openRequest(operation, {
        files: options.requirementFiles,
        words: options.requirements,
        constraintFiles,
        ...resolution,
        selection: selectionOf(options),
      });
      const preferences = await readPreferences(operation, outputFile, upgrade);
      return withSources(operation, { ...asked, requireHashes: false }, async (request, sources) => {
        const { gathered } = request;
        const limited = { ...gathered, constraints: [...gathered.constraints, ...upgrade.constraints] };
        const { resolved, graph } = await timed(operation, () =>
          resolveRequirements(operation, { ...request, gathered: limited }, sources, {
            ...nothingPresent,
            preferences,
          }),
        );
        const hashed = options.hashes === true ? resolved : [];
        const hashes = await Promise.all(
          hashed.map(async (one) => [one.name, await releaseHashes(one, request, operation)] as const),
        );
        const rows = compiledRows({
          resolved,
          graph,
          asked: asked.gathered,
          named: gathered,
          hashes: new Map(hashes),
          environment: operation.python.markerEnvironment,
        });
        const search = operation.decisions.search(gathered.options);
        const text = writeRequirements(rows, writeOptions(options, search));
        const { isDryRun } = operation.decisions.change;
        return { text, ...(await write(text, outputFile, isDryRun)), dryRun: isDryRun, distributions: pins(rows) };
      });
    },
    "resolve",
  );
}

/** `-p 3.12` asks for that version of Python, as in uv, whether or not there is one here. */
function versionOf({ python, pythonVersion }: CompileOptions): Pick<CompileOptions, "pythonVersion"> {
  if (pythonVersion !== undefined || python === undefined || parsePythonVersion(python) === undefined) return {};
  return { pythonVersion: python };
}

function writeOptions(options: CompileOptions, { indexes, files }: SearchDecision): WriteOptions {
  const { annotations = "split" } = options;
  const urls = indexes.locations.filter(({ kind }) => kind === "simple").map(({ url }) => plain(url));
  const base = indexes.base === undefined ? undefined : plain(indexes.base);
  return {
    ...(options.header === false ? {} : { header: { program: "murre", command: commandOf(options) } }),
    ...(annotations === "none" ? {} : { annotations }),
    indexAnnotations: options.indexAnnotations === true,
    hashes: options.hashes === true,
    extras: options.stripExtras === false,
    omit: (options.omit ?? []).map(normalizeName),
    ...(options.emitIndexUrls === true && base !== undefined ? { indexUrl: base } : {}),
    ...(options.emitIndexUrls === true ? { extraIndexUrls: urls.filter((url) => url !== base) } : {}),
    ...(options.emitFindLinks === true ? { findLinks: indexes.findLinks } : {}),
    ...(options.emitBuildOptions === true ? files.formatControl : {}),
  };
}

/** As users name it: the last slash only helps to resolve links. */
function plain(index: string): string {
  return index.replace(/\/$/, "");
}

function commandOf({ command, commandWords, emitIndexUrls = false, emitFindLinks = false }: CompileOptions): string {
  const words = commandWords ?? ["murre", "pip", "compile"];
  return command ?? headerCommand(words, { indexUrls: emitIndexUrls, findLinks: emitFindLinks });
}

/** A file that has the text already is not touched. */
async function write(
  text: string,
  outputFile: string | undefined,
  isDryRun: boolean,
): Promise<Pick<CompileReport, "outputFile" | "changed">> {
  if (outputFile === undefined) return { changed: false };
  const changed = !existsSync(outputFile) || readSmallText(outputFile) !== text;
  if (changed && !isDryRun) await writeFileAtomic(outputFile, text);
  return { outputFile, changed };
}

function pins(rows: readonly CompiledRequirement[]): CompileReport["distributions"] {
  return rows
    .map(({ name, version, extras = [], dependents = [], place }) => ({
      name,
      version,
      extras,
      dependents: dependents.toSorted(),
      ...(place?.kind === "url" ? { url: redactUrl(place.url) } : {}),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
