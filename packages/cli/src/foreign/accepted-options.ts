import type { ForeignOptions } from "./foreign-table.ts";

const noServer = "this command asks no server";
const noInterpreters = "murre takes the interpreters that are there, and brings none";
const ownWay = "murre has one way of working, and nothing to try out";
const changing = ["pip install", "pip sync", "pip uninstall"];
const building = ["pip install", "pip sync", "pip download", "pip wheel"];

/** Options whose whole effect is what murre does anyway, and the reason. */
export const acceptedOptions: readonly ForeignOptions<string>[] = [
  {
    commands: ["*"],
    options: {
      "--no-input": "murre never asks",
      "--exists-action <action>": "murre never asks, and overwrites nothing that is not its own",
      "--disable-pip-version-check": "murre looks for no newer version of itself",
      "--no-python-version-warning": "murre warns of no version of Python",
      "--debug": "-v adds the stack to an error",
      "--use-feature <feature>": ownWay,
      "--preview": ownWay,
      "--no-preview": ownWay,
      "--preview-features <features>": ownWay,
      "--no-offline": "it is the default",
      "--managed-python": noInterpreters,
      "--no-managed-python": noInterpreters,
      "--no-python-downloads": noInterpreters,
    },
  },
  {
    // Whatever asks a server has these as its own, and what changes an environment the last one.
    commands: ["*"],
    options: {
      "--proxy <url>": noServer,
      "--keyring-provider <provider>": noServer,
      "--cert <path>": noServer,
      "--client-cert <path>": noServer,
      "--trusted-host <host>": noServer,
      "--allow-insecure-host <host>": noServer,
      "--system-certs": noServer,
      "--native-tls": noServer,
      "--timeout <seconds>": noServer,
      "--retries <count>": noServer,
      "--require-virtualenv": "this command changes no environment",
    },
  },
  {
    commands: ["python list"],
    options: {
      "--all-versions": "whatever is here is listed",
      "--all-platforms": "whatever is here is listed",
      "--all-arches": "whatever is here is listed",
      "--only-installed": "nothing else is listed",
      "--show-urls": "no downloads are listed",
    },
  },
  {
    commands: ["python list", "python find", "python pin"],
    options: { "--python-downloads-json-url <url>": noInterpreters },
  },
  {
    commands: ["pip list"],
    options: { "--include-editable": "it is the default" },
  },
  {
    commands: [
      "pip hash",
      "pip cache",
      "pip cache dir",
      "pip cache info",
      "pip cache list",
      "pip cache remove",
      "pip cache purge",
    ],
    options: { "--python <python>": "this command uses no interpreter" },
  },
  {
    commands: ["pip config list"],
    options: { "--editor <program>": "this command opens no editor" },
  },
  {
    commands: ["pip freeze"],
    options: { "--all": "pip, setuptools and wheel are listed like all others" },
  },
  {
    commands: [...changing, "pip download", "pip wheel"],
    options: { "--root-user-action <action>": "murre warns of no user" },
  },
  {
    commands: ["pip download", "pip wheel"],
    options: { "--src <folder>": "sources of repositories lie in the cache" },
  },
  {
    commands: building,
    options: {
      "--use-pep517": "every source is built so",
      "--check-build-dependencies": "what a build requires is looked at in any case",
      "--no-clean": "folders of builds are murre's own; the log of a failed build stays",
      "--no-verify": "every wheel is checked",
      "--no-warn-script-location": "murre warns of no folder that is not on the PATH",
      "--no-warn-conflicts": "murre pip check names conflicts",
      "--fork-strategy <strategy>": "one Python is resolved for",
      "--no-reinstall": "it is the default",
      "--no-upgrade": "it is the default",
      "--no-refresh": "it is the default",
      "--no-strict": "it is the default",
      "--no-allow-empty-requirements": "it is the default",
      "--build-isolation": "it is the default",
      "--no-exact": "it is the default",
    },
  },
  {
    commands: ["pip compile"],
    options: {
      "--allow-unsafe": "pip and setuptools are pinned like all others",
      "--no-allow-unsafe": "pip and setuptools are pinned like all others; --no-emit-package leaves them out",
      "--no-reuse-hashes": "it is the default",
      "--no-emit-trusted-host": "it is the default",
      "--no-emit-options": "it is the default",
      "--build-isolation": "it is the default",
      "--link-mode <mode>": "this command links nothing",
    },
  },
  {
    commands: ["venv"],
    options: {
      "--no-project": "this command reads no project",
      "--without-pip": "it is the default",
      "--no-setuptools": "it is the default",
      "--no-wheel": "it is the default",
      "--symlinks": "it is the default",
      "--link-mode <mode>": "the files of an environment are links to its interpreter",
    },
  },
  {
    commands: ["cache clean", "cache prune"],
    options: { "--force": "nothing here waits for other processes" },
  },
  {
    commands: ["cache size"],
    options: { "-H, --human": "it is the default; --json has the bytes" },
  },
];
