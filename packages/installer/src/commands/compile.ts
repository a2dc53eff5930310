import { normalizeName, redactUrl } from "@murre/pep508";
import { headerCommand, writeRequirements, type CompiledRequirement, type WriteOptions } from "@murre/requirements";
import { dirname } from "node:path";
import type { CompileOptions } from "../api/operations.ts";
import type { CompileReport } from "../api/reports.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { Attestations } from "../compile/attestations.ts";
import { readEarlier, readUpgrade } from "../compile/preferences.ts";
import { releaseHashes } from "../compile/release-hashes.ts";
import { compiledRows } from "../compile/rows.ts";
import { compileTarget, withVersion } from "../compile/compile-target.ts";
import { lockText } from "../compile/lock-text.ts";
import { compileOutput, writeOutput, type CompileOutput } from "../compile/output.ts";
import { needsMarkers, resolveCompiled } from "../compile/resolve-compiled.ts";
import { ResolutionOptionInvalid } from "../errors.ts";
import { type ChangeOperation, withChangeOperation } from "../operation/change-operation.ts";
import type { SearchDecision } from "../operation/decisions.ts";
import { openRequest, type Request } from "../operation/open-request.ts";
import { askedBy } from "../operation/read-requirements.ts";
import { selectionOf } from "../wanted/selection.ts";
import { withSources } from "../sources/lazy-sources.ts";

/** `murre pip compile`, `murre pip lock`: what requirements lead to, as a file. Nothing is installed. */
export async function compileRequirements(
  settings: InstallerSettings,
  options: CompileOptions,
): Promise<CompileReport> {
  const output = compileOutput(options, settings);
  refuseTwoTargets(options);
  const asked = withVersion(options);
  return withChangeOperation(settings, asked, (operation) => compile(operation, asked, output), "resolve");
}

async function compile(
  operation: ChangeOperation,
  options: CompileOptions,
  { file, format }: CompileOutput,
): Promise<CompileReport> {
  const upgrade = readUpgrade(options.upgrade);
  const { change } = operation.decisions;
  const asked = await openRequest(operation, {
    ...askedBy(options, operation.decisions),
    selection: { ...selectionOf(options), hasSettings: options.ignoreConfiguration !== true, asksBackends: true },
  });
  const { preferences, lock } = await readEarlier(operation, file, upgrade);
  const { gathered } = asked;
  const limited: Request = {
    ...asked,
    requireHashes: false,
    gathered: { ...gathered, constraints: [...gathered.constraints, ...upgrade.constraints] },
    ...(options.universal === true ? { environment: undefined } : {}),
  };
  return withSources(operation, limited, async (request, sources) => {
    const target = needsMarkers(options, format) ? compileTarget(options, operation.python, gathered) : undefined;
    const found = await resolveCompiled(operation, request, sources, { target, preferences });
    const hashed = options.hashes === true && format === "requirements.txt" ? found : [];
    const hashes = await Promise.all(
      hashed.map(async (one) => [one, await releaseHashes(one.distribution, request, operation)] as const),
    );
    const rows = compiledRows({
      distributions: found,
      asked: gathered,
      named: { ...request.gathered, constraints: gathered.constraints },
      hashes: new Map(hashes),
      environment: request.environment,
    });
    const search = operation.decisions.search(gathered.options);
    const writing = writeOptions(options, search);
    const text =
      target === undefined || format === "requirements.txt"
        ? writeRequirements(rows, writing)
        : await lockText(found, target, writing, {
            request,
            operation,
            folder: file === undefined ? operation.settings.cwd : dirname(file),
            locations: search.indexes.locations,
            attestations: new Attestations(request, operation, { lock, upgrade }),
          });
    const written = await writeOutput(text, file, change.isDryRun);
    return { text, ...written, dryRun: change.isDryRun, distributions: pins(rows) };
  });
}

/** @throws {ResolutionOptionInvalid} */
function refuseTwoTargets({ universal, pythonPlatform }: CompileOptions): void {
  if (universal === true && pythonPlatform !== undefined)
    throw new ResolutionOptionInvalid("--python-platform", pythonPlatform, "a universal result is for all platforms");
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
    markers: options.universal === true || options.stripMarkers === false,
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

function pins(rows: readonly CompiledRequirement[]): CompileReport["distributions"] {
  return rows
    .map(({ name, version, extras = [], dependents = [], place, marker }) => ({
      name,
      version,
      extras,
      dependents: dependents.toSorted(),
      ...(marker === undefined ? {} : { marker }),
      ...(place?.kind === "url" ? { url: redactUrl(place.url) } : {}),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
