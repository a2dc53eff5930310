const choices = '"auto", "clone", "hardlink", "copy"';

/** Calls that a program without a compiler may make, and what is said to each; the tests of the bundle make them too. */
export const wrongCalls: readonly (readonly [
  operation: string,
  options: unknown,
  option: string | undefined,
  message: string | RegExp,
])[] = [
  [
    "install",
    { requirement: ["flask"] },
    "requirement",
    'there is no option "requirement"; did you mean requirements?',
  ],
  [
    "install",
    { requirements: [], link_mode: "copy" },
    "link_mode",
    'there is no option "link_mode"; did you mean linkMode?',
  ],
  ["install", { requirements: "flask" }, "requirements", "requirements has to be a list of texts, not a text"],
  [
    "install",
    { requirements: ["flask", null] },
    "requirements",
    "requirements has to be a list of texts, not a list that holds null",
  ],
  ["install", { requirements: null }, "requirements", "requirements has to be a list of texts, not null"],
  [
    "install",
    {},
    "requirements",
    "requirements or requirementFiles or groups or allGroups or editables has to be given",
  ],
  [
    "install",
    { requirements: undefined },
    "requirements",
    "requirements or requirementFiles or groups or allGroups or editables has to be given",
  ],
  [
    "install",
    { requirements: [], linkMode: "hard-link" },
    "linkMode",
    `linkMode has to be one of ${choices}, not "hard-link"; did you mean "hardlink"?`,
  ],
  [
    "install",
    { requirements: [], linkMode: "symbolic" },
    "linkMode",
    `linkMode has to be one of ${choices}, not another text`,
  ],
  ["install", { requirements: [], onEvent: "log" }, "onEvent", "onEvent has to be a function, not a text"],
  [
    "install",
    { requirements: [], signal: new AbortController() },
    "signal",
    "signal has to be an AbortSignal, not an object",
  ],
  [
    "install",
    { requirements: [], upgrade: true },
    "upgrade",
    'upgrade has to be "all", "named" or a list of texts, not true',
  ],
  ["install", { requirements: [], target: "a", prefix: "b" }, "prefix", "target and prefix do not go together"],
  [
    "install",
    { requirements: [], buildTimeoutSeconds: -1 },
    "buildTimeoutSeconds",
    "buildTimeoutSeconds has to be a number that is not negative, not -1",
  ],
  ["install", "flask", undefined, "takes an object of options, not a text"],
  ["install", ["flask"], undefined, "takes an object of options, not a list"],
  ["sync", undefined, undefined, "takes an object of options, not undefined"],
  ["sync", {}, "requirementFiles", "requirementFiles has to be given: a list of texts"],
  ["sync", { requirementFiles: [], dryRun: 1 }, "dryRun", "dryRun has to be true or false, not 1"],
  [
    "installMany",
    { projectsFile: "p", limit: 1.5 },
    "limit",
    "limit has to be a whole number that is not negative, not 1.5",
  ],
  [
    "installMany",
    { projectsFile: "p", limit: Number.NaN },
    "limit",
    "limit has to be a whole number that is not negative, not NaN",
  ],
  ["venv", { path: "" }, "path", "path has to be a text that is not empty, not an empty text"],
  ["venv", null, undefined, "takes an object of options, not null"],
  ["uninstall", { name: ["x"] }, "name", 'there is no option "name"; did you mean names?'],
  ["show", {}, "names", "names has to be given: a list of texts"],
  [
    "wheel",
    { requirements: [], outputDirectory: "x" },
    "outputDirectory",
    /^wheel: there is no option "outputDirectory"; its options are signal, onEvent, python, .*, outputFolder$/,
  ],
  [
    "list",
    { excludeEditables: true },
    "excludeEditables",
    'there is no option "excludeEditables"; did you mean excludeEditable?',
  ],
  ["cache.clean", "flask", undefined, "takes an object of options, not a text"],
  ["cache.clean", { project: ["flask"] }, "project", 'there is no option "project"; did you mean projects?'],
  ["cache.clean", { projects: "flask" }, "projects", "projects has to be a list of texts, not a text"],
  [
    "cache.prune",
    { olderThanMs: Number.NaN },
    "olderThanMs",
    "olderThanMs has to be a number that is not negative, not NaN",
  ],
  ["cache.prune", { maxBytes: "10GB" }, "maxBytes", "maxBytes has to be a number that is not negative, not a text"],
  ["cache.verify", { repair: "no" }, "repair", "repair has to be true or false, not a text"],
];

type Operation = (options?: unknown) => Promise<unknown>;

/** Calls `install`, or `cache.clean`, as that program does. @returns what it is rejected with, undefined where it is not */
export async function reasonOf(operations: object, name: string, options: unknown): Promise<unknown> {
  const found = name.split(".").reduce<unknown>((object, key) => (object as Record<string, unknown>)[key], operations);
  return (found as Operation)(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
}
