import type { ForeignOptions } from "./foreign-table.ts";

/** Why there is no such option here, and what helps instead; and the values with which it asks for nothing else than what is done. */
export type Absence = string | { readonly harmless: readonly string[]; readonly reason: string };

const taking = ["pip install", "pip sync", "pip download", "pip wheel", "pip compile"];
const buildDependencies = "what a build requires is resolved when it is built; --build-constraint FILE limits it";

/** Options that cannot be followed. Whoever gives one wants something that would silently not happen. */
export const absentOptions: readonly ForeignOptions<Absence>[] = [
  {
    commands: ["*"],
    options: {
      "--use-deprecated <feature>": {
        harmless: ["html5lib"],
        reason: "there is one resolver; --no-deps installs exactly what is named",
      },
    },
  },
  {
    commands: ["pip tree"],
    options: { "--show-sizes": "murre cache list says how large what is in the cache is" },
  },
  {
    commands: ["pip config list"],
    options: {
      "--global": "every setting is listed with the file that it is from",
      "--user": "every setting is listed with the file that it is from",
      "--site": "every setting is listed with the file that it is from",
    },
  },
  {
    commands: taking,
    options: {
      "--torch-backend <backend>": "--index URL names the index of a backend, as PyTorch's own documentation has them",
      "--no-verify-hashes": "a hash that a requirement has is always checked; leave it out of the file",
      "--require-build-hashes": "--build-constraint FILE with hashes limits what builds take",
      "--all-releases <names>": {
        harmless: [":none:"],
        reason: "--pre takes pre-releases of all, and a requirement such as NAME>=2.0a1 those of that project",
      },
      "--only-final <names>": {
        harmless: [":none:"],
        reason: "--prerelease disallow takes no pre-release of any project",
      },
      "--upgrade-group <group>": "-P NAME upgrades a project, -U all",
      "--no-use-pep517": "every source is built as PEP 517 says",
    },
  },
  {
    commands: ["pip compile"],
    options: {
      "--resolver <name>": { harmless: ["backtracking"], reason: "there is one resolver, which backtracks" },
      "--max-rounds <count>": "the search ends when it has found a solution, or that there is none",
      "--reuse-hashes": "--generate-hashes takes them from the index",
      "--emit-trusted-host": "whoever installs says itself whom it trusts",
      "--emit-options": "--emit-index-url, --emit-find-links and --emit-build-options write what they name",
      "--pip-args <words>": "give the options to murre itself",
      "--config <file>": "--config-file names a uv.toml, and PIP_CONFIG_FILE a configuration file of pip",
      "--newline <kind>": { harmless: ["LF", "lf"], reason: "lines end in LF" },
      "--all-build-deps": buildDependencies,
      "--only-build-deps": buildDependencies,
      "--build-deps-for <kind>": buildDependencies,
    },
  },
  {
    commands: ["python list"],
    options: { "--only-downloads": "murre downloads no interpreters; murre python list says which are here" },
  },
  {
    commands: ["python pin"],
    options: {
      "--global":
        "there is no pin for all folders; a .python-version counts in its folder and below, and MURRE_PYTHON everywhere",
    },
  },
  {
    commands: ["venv"],
    options: {
      "--copies": "an environment's interpreter is a link, except on Windows",
      "--force": "--clear replaces an environment; what is none is left alone",
    },
  },
];
