import { optionKinds, type OptionRules, type OptionTable } from "./check-options.ts";
import type { OnEvent } from "./events.ts";
import type {
  BuildOptions,
  BuildProjectOptions,
  ChangeOptions,
  CollectOptions,
  CompileOptions,
  IndexOptions,
  InstallManyOptions,
  InstallOptions,
  LockOptions,
  OperationContext,
  ProjectSelectionOptions,
  PythonOptions,
  ResolutionOptions,
  SelectionOptions,
  SyncOptions,
  SyncProjectOptions,
  UninstallOptions,
  VenvOptions,
} from "./operations.ts";
import type { ResolveOptions } from "./resolution.ts";
import type * as inspection from "./inspection-options.ts";

const { allNamedOrTexts, allOrTexts, amount, anyText, choice, count } = optionKinds;
const { flag, flagOrTexts, listener, signal, text, texts } = optionKinds;

const context = (): OptionTable<OperationContext> => ({ signal, onEvent: listener<OnEvent>() });

const python = (): OptionTable<PythonOptions> => ({
  python: text,
  system: flag,
  breakSystemPackages: flag,
  target: text,
  prefix: text,
  root: text,
  user: flag,
});

const index = (): OptionTable<IndexOptions> => ({
  indexUrl: text,
  extraIndexUrls: texts,
  findLinks: texts,
  noIndex: flag,
  defaultIndex: text,
  indexes: texts,
  indexStrategy: choice("first-index", "unsafe-first-match", "unsafe-best-match"),
  offline: flag,
  refresh: allOrTexts,
  resolveAnew: flag,
  noCache: flag,
  ignoreConfiguration: flag,
  isolated: flag,
  proxy: text,
  keyringProvider: choice("auto", "disabled", "import", "subprocess"),
  cert: text,
  clientCert: text,
  trustedHosts: texts,
  systemCerts: flag,
  timeoutSeconds: amount,
  retries: count,
});

const build = (): OptionTable<BuildOptions> => ({
  buildIsolation: flag,
  noBuildIsolationPackages: texts,
  noBuild: flag,
  configSettings: texts,
  configSettingsPackages: texts,
  buildConstraintFiles: texts,
  buildTimeoutSeconds: amount,
});

const selection = (): OptionTable<SelectionOptions> => ({
  prerelease: choice("disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit"),
  prereleasePackages: texts,
  excludeNewer: text,
  excludeNewerPackages: texts,
  pythonVersion: text,
  pythonPlatform: text,
  implementation: text,
  abis: texts,
  ignoreRequiresPython: flag,
});

const resolution = (): OptionTable<ResolutionOptions> => ({
  resolution: choice("highest", "lowest", "lowest-direct"),
  overrideFiles: texts,
  excludeFiles: texts,
});

/** What is chosen from in all ways of choosing. */
const choosing = { prereleases: flag, onlyBinary: texts, noBinary: texts, noSources: allOrTexts };

const toResolve = () => ({
  ...context(),
  python: text,
  system: flag,
  ...index(),
  ...build(),
  ...selection(),
  ...wanted(),
  ...choosing,
  constraintFiles: texts,
  transitiveUrls: flag,
});

const resolve = (): OptionRules<ResolveOptions> => ({
  options: { ...toResolve(), requireHashes: flag },
  someOf: somethingWanted,
});

/** How a change is made. */
const placing = () => ({
  reinstall: flagOrTexts,
  linkMode: choice("auto", "clone", "hardlink", "copy"),
  overwrite: flag,
  strictRecord: flag,
  compileBytecode: flag,
  noEditable: allOrTexts,
});

const change = (): OptionTable<ChangeOptions> => ({
  ...context(),
  ...python(),
  ...index(),
  ...build(),
  ...selection(),
  constraintFiles: texts,
  ...choosing,
  ...placing(),
  requireVirtualenv: flag,
  dryRun: flag,
  requireHashes: flag,
  transitiveUrls: flag,
  preferBinary: flag,
  sourceFolder: text,
});

const venv = (): OptionRules<VenvOptions> => ({
  options: {
    ...context(),
    ...index(),
    excludeNewer: text,
    excludeNewerPackages: texts,
    path: text,
    projectFolder: text,
    python: text,
    seed: flag,
    prompt: anyText,
    systemSitePackages: flag,
    relocatable: flag,
    existing: choice("refuse", "refresh", "clear"),
  },
});

const onePlace = ["target", "prefix", "user"] as const;
const somethingRead = ["requirements", "requirementFiles", "groups", "allGroups"] as const;
const somethingWanted = [...somethingRead, "editables"] as const;

const projects = (): OptionTable<ProjectSelectionOptions> => ({
  extras: texts,
  allExtras: flag,
  groups: texts,
  allGroups: flag,
  projectFolder: text,
});

const sync = (): OptionRules<SyncOptions> => ({
  options: { ...change(), ...projects(), requirementFiles: texts, allowEmpty: flag },
  required: ["requirementFiles"],
  oneOf: onePlace,
});

const read = () => ({
  ...resolution(),
  ...projects(),
  requirements: texts,
  requirementFiles: texts,
  dependencies: choice("follow", "none"),
});

const wanted = () => ({ ...read(), editables: texts });

const install = (): OptionRules<InstallOptions> => ({
  options: {
    ...change(),
    ...wanted(),
    upgrade: allNamedOrTexts,
    exact: flag,
    report: choice("files", "whole"),
    reportFile: text,
  },
  someOf: somethingWanted,
  oneOf: onePlace,
});

const collect = (): OptionRules<CollectOptions> => ({
  options: { ...change(), ...wanted(), outputFolder: text },
  someOf: somethingWanted,
  oneOf: onePlace,
});
const installMany = (): OptionRules<InstallManyOptions> => ({
  options: { ...change(), projectsFile: text, limit: count },
  required: ["projectsFile"],
  oneOf: onePlace,
});

const compile = (): OptionRules<CompileOptions> => ({
  options: {
    ...toResolve(),
    dryRun: flag,
    outputFile: text,
    upgrade: allOrTexts,
    hashes: flag,
    header: flag,
    command: text,
    commandWords: texts,
    annotations: choice("split", "line", "none"),
    indexAnnotations: flag,
    stripExtras: flag,
    emitIndexUrls: flag,
    emitFindLinks: flag,
    emitBuildOptions: flag,
    omit: texts,
    format: choice("requirements.txt", "pylock.toml"),
    universal: flag,
    forkStrategy: choice("fewest", "requires-python"),
    environments: texts,
    requiredEnvironments: texts,
    stripMarkers: flag,
  },
  someOf: somethingWanted,
});

const lock = (): OptionTable<LockOptions> => ({
  ...context(),
  python: text,
  ...index(),
  ...build(),
  ...selection(),
  ...choosing,
  resolution: resolution().resolution,
  project: text,
  upgrade: allOrTexts,
  locked: flag,
  dryRun: flag,
});

const syncProject = (): OptionRules<SyncProjectOptions> => ({
  options: {
    ...lock(),
    ...placing(),
    frozen: flag,
    packages: allOrTexts,
    extras: allOrTexts,
    groups: allOrTexts,
    withoutExtras: texts,
    withoutGroups: texts,
    defaultGroups: flag,
    onlyGroups: texts,
    leaveOut: choice("project", "workspace"),
    leaveOutPackages: texts,
    inexact: flag,
  },
  oneOf: ["frozen", "locked"],
});

const buildProject = (): OptionRules<BuildProjectOptions> => ({
  options: {
    ...context(),
    ...index(),
    ...build(),
    source: text,
    what: choice("sdist", "wheel", "sdist-then-wheel"),
    outputFolder: text,
    python: text,
    system: flag,
  },
});

const uninstall = (): OptionRules<UninstallOptions> => ({
  options: { ...context(), ...python(), names: texts, requirementFiles: texts, dryRun: flag, requireVirtualenv: flag },
  required: ["names"],
  oneOf: onePlace,
});

const newer = () => {
  const { prerelease, prereleasePackages, excludeNewer, excludeNewerPackages } = selection();
  return { prereleases: flag, prerelease, prereleasePackages, excludeNewer, excludeNewerPackages };
};
const freshness = (): OptionTable<inspection.FreshnessOptions> => ({ ...index(), ...newer() });

const list = (): OptionRules<inspection.ListOptions> => ({
  options: {
    ...context(),
    ...python(),
    ...freshness(),
    freshness: choice("outdated", "uptodate"),
    excludeEditable: flag,
    onlyEditable: flag,
    exclude: texts,
    notRequired: flag,
    local: flag,
    paths: texts,
    orderFiles: texts,
  },
  oneOf: onePlace,
});

const check = (): OptionRules<inspection.CheckOptions> => ({
  options: { ...context(), ...python(), files: flag, pythonVersion: text, pythonPlatform: text },
  oneOf: onePlace,
});

const show = (): OptionRules<inspection.ShowOptions> => ({
  options: { ...context(), ...python(), ...index(), names: texts, files: flag, attestations: flag },
  required: ["names"],
  oneOf: onePlace,
});

const recover = (): OptionRules<inspection.RecoverOptions> => ({
  options: { ...context(), ...python() },
  oneOf: onePlace,
});

const tree = (): OptionRules<inspection.TreeOptions> => ({
  options: { ...context(), ...python(), ...freshness(), latest: flag },
  oneOf: onePlace,
});

const inspect = (): OptionRules<inspection.InspectOptions> => ({
  options: { ...context(), ...python(), local: flag, paths: texts },
  oneOf: onePlace,
});

const indexVersions = (): OptionRules<inspection.IndexVersionsOptions> => ({
  options: {
    ...context(),
    ...python(),
    ...index(),
    ...selection(),
    project: text,
    prereleases: flag,
    onlyBinary: texts,
    noBinary: texts,
  },
  required: ["project"],
});

const hash = (): OptionRules<inspection.HashOptions> => ({
  options: { ...context(), files: texts, algorithm: choice("sha256", "sha384", "sha512") },
  required: ["files"],
});

const described = () => ({ ...context(), ...python(), ...index(), ...selection(), configFile: text });
const describe = (): OptionRules<inspection.DescribeOptions> => ({ options: described() });

const pythons = (): OptionTable<inspection.ListPythonsOptions> => ({ ...context(), python: text, noCache: flag });
const pythonsOfProject = () => ({ ...pythons(), ignoreProject: flag, projectFolder: text });

const findPython = (): OptionRules<inspection.FindPythonOptions> => ({
  options: { ...pythonsOfProject(), system: flag, script: text },
  oneOf: ["python", "script"],
});

const pinPython = (): OptionRules<inspection.PinPythonOptions> => ({
  options: { ...pythonsOfProject(), resolved: flag, remove: flag },
  oneOf: ["python", "remove"],
});

/** What each operation may be given, made when it is called: the others are not asked. */
export const operationOptions = {
  venv,
  sync,
  install,
  installMany,
  build: buildProject,
  compile,
  resolve,
  lockProject: () => ({ options: lock() }),
  syncProject,
  wheel: collect,
  download: collect,
  uninstall,
  list,
  show,
  check,
  recover,
  tree,
  inspect,
  indexVersions,
  hash,
  describe,
  configuration: describe,
  listPythons: () => ({ options: pythons() }),
  findPython,
  pinPython,
} as const;
