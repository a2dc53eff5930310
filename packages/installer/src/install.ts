import { applyFormatControl, allowsFormat, type FormatControl, type IndexClient } from "@murre/index-client";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import type { FileOptions } from "@murre/requirements";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { changeEnvironment, type WantedState } from "./change-environment.ts";
import { gather, withChangeOperation, type ChangeOperation } from "./change-operation.ts";
import { CannotBuild, NothingRequired } from "./errors.ts";
import { wantedProjects, type GatheredRequirements } from "./gather-requirements.ts";
import type { ChangeOptions, InstallOptions, SyncOptions } from "./operations.ts";
import type { InstalledState } from "./environment-access.ts";
import { openPreparation } from "./preparation.ts";
import { prepareWheel } from "./prepare-wheels.ts";
import type { ChangeReport } from "./reports.ts";
import { resolveDependencies, type ReadWholeWheel } from "./resolve-dependencies.ts";
import { resolveExact } from "./resolve-exact.ts";
import type { InstallerSettings } from "./settings.ts";
import { wheelTarget, type TargetEnvironment } from "./target-environment.ts";
import { isTorn } from "./torn.ts";

/** `murre pip sync`: the environment holds exactly what the files pin. */
export function syncEnvironment(settings: InstallerSettings, options: SyncOptions): Promise<ChangeReport> {
  return withChangeOperation(settings, options, async (operation) => {
    const gathered = await gather(operation, options.requirementFiles, []);
    if (options.allowEmpty !== true && gathered.entries.length === 0)
      throw new NothingRequired(options.requirementFiles);
    const client = operation.openClient(gathered.options);
    return changeEnvironment(operation, client, async () => {
      const wanted = await timed(operation, () => exactly(operation, gathered, client));
      return { ...wanted, extraneous: "remove", preserve: seeds(operation.target) };
    });
  });
}

/** `murre pip install`: what is named is added with everything it needs; the rest stays unless `exact`. */
export function installDistributions(settings: InstallerSettings, options: InstallOptions): Promise<ChangeReport> {
  return withChangeOperation(settings, options, async (operation) => {
    const gathered = await gather(operation, options.requirementFiles ?? [], options.requirements ?? []);
    const client = operation.openClient(gathered.options);
    const follows = options.dependencies !== "none" && operation.configuration.noDeps?.value !== true;
    return changeEnvironment(operation, client, async (installed) => {
      const wanted = await timed(operation, () =>
        follows ? withDependencies(operation, gathered, client, installed) : exactly(operation, gathered, client),
      );
      return { ...wanted, extraneous: options.exact === true ? "remove" : "keep" };
    });
  });
}

type Resolved = Pick<WantedState, "resolved" | "preserve">;

async function timed(
  { onEvent }: ChangeOperation,
  resolve: () => Promise<Resolved>,
): Promise<Resolved & { resolveMs: number }> {
  const start = performance.now();
  const result = await resolve();
  const resolveMs = performance.now() - start;
  const distributions = result.resolved.length + (result.preserve?.size ?? 0);
  onEvent({ type: "resolved", distributions, durationMs: resolveMs });
  return { ...result, resolveMs };
}

async function exactly(
  operation: ChangeOperation,
  gathered: GatheredRequirements,
  client: IndexClient,
): Promise<Resolved> {
  const { target } = operation;
  const wanted = wantedProjects(gathered, target.interpreter.markerEnvironment);
  const pre = allowsPrereleases(operation, gathered.options) ? true : undefined;
  const requireHashes = requiresHashes(operation, gathered, wanted);
  const allowed = formats(operation, gathered.options);
  for (const { name, url } of wanted) if (url === undefined) allowed(name);
  return { resolved: await resolveExact(wanted, client, wheelTarget(target, pre), requireHashes) };
}

async function withDependencies(
  operation: ChangeOperation<InstallOptions>,
  gathered: GatheredRequirements,
  client: IndexClient,
  installed: InstalledState,
): Promise<Resolved> {
  const { target, options, onEvent } = operation;
  const wanted = wantedProjects(gathered, target.interpreter.markerEnvironment);
  const { services, close } = openPreparation(operation, client);
  // The wheel stays in the store, so that installing it later fetches nothing again.
  const readWholeWheel: ReadWholeWheel = async (source, name) => {
    const { filesFolder, manifest } = await prepareWheel(
      { name, version: "", source, hashes: {}, requested: false },
      services,
    );
    return readFile(`${filesFolder}/${manifest.head.distInfo}/METADATA`, "utf8");
  };
  try {
    const { resolved, satisfied, warnings } = await resolveDependencies(
      {
        wanted,
        constraints: gathered.constraints.map(({ requirement }) => requirement),
        installed: stayingInstalled(operation, installed),
        prereleases: allowsPrereleases(operation, gathered.options),
        requireHashes: requiresHashes(operation, gathered, wanted),
        formats: formats(operation, gathered.options),
        signal: options.signal,
      },
      target,
      client,
      readWholeWheel,
    );
    for (const message of warnings) onEvent({ type: "warning", code: "MURRE_WARNING_RESOLUTION", message });
    return { resolved, preserve: new Set(satisfied) };
  } finally {
    await close();
  }
}

/** What may stay as it is: with --upgrade and --reinstall nothing, with --upgrade-package all but these. */
function stayingInstalled({ options }: ChangeOperation<InstallOptions>, { visible }: InstalledState) {
  if (options.upgrade === "all" || options.reinstall === true) return [];
  const upgraded = new Set<string>((options.upgrade ?? []).map(normalizeName));
  return visible.filter((distribution) => !upgraded.has(distribution.normalizedName) && !isTorn(distribution));
}

function allowsPrereleases({ options, configuration }: ChangeOperation, inFiles: FileOptions): boolean {
  return options.prereleases ?? (inFiles.pre || configuration.pre?.value === true);
}

/** One hash in the requirements asks for all of them, as in pip. */
function requiresHashes(
  { options, configuration }: ChangeOperation,
  gathered: GatheredRequirements,
  wanted: readonly { readonly hashes: object }[],
): boolean {
  return (
    options.requireHashes === true ||
    gathered.options.requireHashes ||
    configuration.requireHashes?.value === true ||
    wanted.some(({ hashes }) => Object.keys(hashes).length > 0)
  );
}

/** Only wheels can be installed; `--no-binary` for a project therefore leaves it without any file. */
function formats({ options, configuration }: ChangeOperation<ChangeOptions>, inFiles: FileOptions) {
  let control: FormatControl = configuration.formatControl?.value ?? { onlyBinary: [], noBinary: [] };
  for (const { option, value } of inFiles.formats) control = applyFormatControl(control, option, value);
  for (const value of options.onlyBinary ?? []) control = applyFormatControl(control, "onlyBinary", value);
  for (const value of options.noBinary ?? []) control = applyFormatControl(control, "noBinary", value);
  return (project: NormalizedName) => {
    if (!allowsFormat(control, project, "wheel")) throw new CannotBuild(project);
    return "wheels" as const;
  };
}

/** What others put into an environment to seed it is no leftover of a sync; murre's own environments hold no such thing. */
function seeds({ interpreter }: TargetEnvironment): ReadonlySet<string> {
  const configuration = interpreter.isVirtual ? readText(join(interpreter.prefix, "pyvenv.cfg")) : "";
  return new Set(/^murre\s*=/m.test(configuration) ? [] : ["pip", "setuptools", "wheel"]);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
