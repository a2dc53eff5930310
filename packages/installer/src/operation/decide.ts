import { allowsFormat, applyFormatControl, type FormatControl } from "@murre/index-client";
import { normalizeName, type NormalizedName } from "@murre/pep508";
import type { FileOptions } from "@murre/requirements";
import { resolve } from "node:path";
import { decideBuild, refusesBuilds } from "./decide-build.ts";
import { decideIndexes } from "./decide-indexes.ts";
import { decidePrereleases, decideResolution, decideUploads } from "./decide-resolution.ts";
import type { ChangeDecision, Decisions, FileDecision, IndexDecision, NetworkDecision } from "./decisions.ts";
import { heardVariables, isSwitchedOn, variable, wordsOf, type Said } from "./said.ts";

/**
 * Decides how an operation works. This and the files beside it that are called `decide-…` are the only places that know what goes before what:
 * options, then what requirements files say, then MURRE_* variables, then PIP_* variables and pip's configuration files; lists that pip adds up
 * are added up.
 */
export function decide(all: Said): Decisions {
  const said = hearing(all);
  const { options, variables, configuration } = said;
  return {
    constraintFiles: [...(configuration.constraints?.value ?? []), ...(options.constraintFiles ?? [])],
    followsDependencies: options.dependencies !== "none" && configuration.noDeps?.value !== true,
    isEditable: unlessNamed(options.noEditable, variables, "MURRE_NO_EDITABLE"),
    isSourceFollowed: decideSources(said),
    isRecordStrict: options.strictRecord ?? isSwitchedOn(variables, "MURRE_STRICT_RECORD"),
    remembersResolutions: !(options.resolveAnew ?? isSwitchedOn(variables, "MURRE_RESOLVE_ANEW")),
    network: decideNetwork(said),
    resolution: decideResolution(said),
    change: decideChange(said),
    search(inFiles) {
      const indexes = decideIndexes(said, inFiles);
      return {
        indexes,
        files: decideFiles(said, indexes, inFiles),
        build: { ...decideBuild(said), files: decideFiles(said, indexes, undefined) },
        requiresHashes:
          options.requireHashes === true || inFiles.requireHashes || configuration.requireHashes?.value === true,
      };
    },
  };
}

/** What counts of all that was said: nothing but options where users ask for that, no variables where they ask for isolation. */
function hearing(said: Said): Said {
  const variables = heardVariables(said);
  return said.options.ignoreConfiguration === true
    ? { ...said, variables, configuration: { files: [] } }
    : { ...said, variables };
}

/** Whether what `[tool.uv.sources]` says is followed, for who has to know that before an operation begins as well. */
export function decideSources(said: Pick<Said, "options" | "variables">): Decisions["isSourceFollowed"] {
  return unlessNamed(said.options.noSources, heardVariables(said), "MURRE_NO_SOURCES");
}

/** Whether something is done with a project: not where an option names it, or all, or the variable is set. */
function unlessNamed(
  option: "all" | readonly string[] | undefined,
  variables: Said["variables"],
  variable: string,
): Decisions["isEditable"] {
  const named = option ?? (isSwitchedOn(variables, variable) ? "all" : []);
  if (named === "all") return () => false;
  const names = new Set<string>(named.map(normalizeName));
  return (project) => project === undefined || !names.has(project);
}

function decideNetwork({ options, configuration, variables, userAgent, places }: Said): NetworkDecision {
  const { offline, refresh } = options;
  const timeout =
    options.timeoutSeconds ?? amountOf(variables, "UV_HTTP_TIMEOUT") ?? configuration.timeoutSeconds?.value;
  const path = (given: string | undefined) => (given === undefined ? undefined : resolve(places.cwd, given));
  return {
    ...(offline === undefined ? {} : { offline }),
    ...(refresh === undefined ? {} : { refresh: refresh === "all" ? refresh : new Set(refresh.map(normalizeName)) }),
    network: {
      cert: path(options.cert ?? configuration.cert?.value),
      clientCert: path(options.clientCert ?? configuration.clientCert?.value),
      systemCerts: options.systemCerts,
      proxy: options.proxy ?? configuration.proxy?.value,
      keyringProvider:
        options.keyringProvider ??
        keyringProviders.find((provider) => provider === variable(variables, "MURRE_KEYRING_PROVIDER")) ??
        configuration.keyringProvider?.value,
      trustedHosts: [
        ...(configuration.trustedHosts?.value ?? []),
        ...wordsOf(variables, "UV_INSECURE_HOST"),
        ...(options.trustedHosts ?? []),
      ],
      retries: options.retries ?? amountOf(variables, "UV_HTTP_RETRIES") ?? configuration.retries?.value,
      silenceTimeoutMs: timeout === undefined ? undefined : timeout * 1000,
      userAgent,
    },
  };
}

/** A number that a variable of uv says, which uv takes whole. */
function amountOf(variables: Said["variables"], name: string): number | undefined {
  const text = variable(variables, name);
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

const keyringProviders = ["auto", "disabled", "import", "subprocess"] as const;

function decideReinstalls(reinstall: boolean | readonly string[] = false): ChangeDecision["reinstalls"] {
  return typeof reinstall === "boolean" ? (reinstall ? "all" : new Set()) : new Set(reinstall.map(normalizeName));
}

function decideChange({ options, configuration, places }: Said): ChangeDecision {
  const sourceFolder = options.sourceFolder ?? configuration.src?.value;
  return {
    isDryRun: options.dryRun === true,
    reinstalls: decideReinstalls(options.reinstall),
    compiles: options.compileBytecode === true,
    sourceFolder: sourceFolder === undefined ? undefined : resolve(places.cwd, sourceFolder),
    linkMode: options.linkMode ?? "auto",
    unowned: options.overwrite === true ? "keep beside" : "refuse",
    leavesNoState: options.target !== undefined,
  };
}

function decideFiles(said: Said, indexes: IndexDecision, inFiles: FileOptions | undefined): FileDecision {
  const { options, variables, configuration } = said;
  return {
    prereleases: decidePrereleases(said, inFiles),
    prefersWheels:
      options.preferBinary ?? (inFiles?.preferBinary === true || configuration.preferBinary?.value === true),
    ...decideUploads(said, indexes),
    followsUrls: options.transitiveUrls ?? !isSwitchedOn(variables, "MURRE_NO_TRANSITIVE_URLS"),
    ...decideFormats(said, inFiles),
  };
}

/** `--only-binary`, `--no-binary`, `--no-build`, in the order in which pip applies them. */
function decideFormats(said: Said, inFiles: FileOptions | undefined): Pick<FileDecision, "formats" | "formatControl"> {
  const { options, configuration } = said;
  let control: FormatControl = configuration.formatControl?.value ?? { onlyBinary: [], noBinary: [] };
  for (const { option, value } of inFiles?.formats ?? []) control = applyFormatControl(control, option, value);
  for (const value of options.onlyBinary ?? []) control = applyFormatControl(control, "onlyBinary", value);
  for (const value of options.noBinary ?? []) control = applyFormatControl(control, "noBinary", value);
  const isWheelOnly = refusesBuilds(said);
  return {
    formatControl: isWheelOnly ? { onlyBinary: [":all:"], noBinary: [] } : control,
    formats(project: NormalizedName) {
      if (isWheelOnly || !allowsFormat(control, project, "sdist")) return "wheels";
      return allowsFormat(control, project, "wheel") ? "any" : "sdists";
    },
  };
}
