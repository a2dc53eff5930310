/** What every command of pip takes. */
const general = `debug isolated require-virtualenv require-venv python verbose quiet log log-file local-log no-input keyring-provider proxy retries timeout
default-timeout exists-action trusted-host cert client-cert cache-dir no-cache-dir disable-pip-version-check no-color no-python-version-warning
use-feature use-deprecated`;
const index = "index-url pypi-url extra-index-url no-index find-links pre";
const building = `constraint no-deps no-dependencies no-binary only-binary prefer-binary src source source-dir source-directory require-hashes
progress-bar no-build-isolation use-pep517 no-use-pep517 check-build-dependencies ignore-requires-python no-clean global-option config-settings
config-setting build-constraint requirement ${index}`;
const target = "platform python-version implementation abi";
const formats = "no-binary only-binary";

/** The other options of pip's commands, of which each counts where its command has it; `--target` is none of `pip list`. */
const own: Readonly<Record<string, string>> = {
  install: `${building} ${target} editable dry-run target user no-user root prefix upgrade upgrade-strategy force-reinstall ignore-installed
break-system-packages compile no-compile no-warn-script-location no-warn-conflicts root-user-action report group uploaded-prior-to`,
  download: `${building} ${target} dest destination-dir destination-directory group uploaded-prior-to`,
  wheel: `${building} editable wheel-dir build-option no-verify group uploaded-prior-to`,
  uninstall: "requirement yes root-user-action break-system-packages",
  freeze: "requirement local user path all exclude-editable exclude",
  list: `outdated uptodate editable local user path format not-required exclude-editable include-editable exclude ${index}`,
  show: "files",
  check: "",
  inspect: "local user path",
  index: `${index} ${target} ${formats} ignore-requires-python json`,
  debug: target,
  hash: "algorithm",
  cache: "format",
  config: "",
};

/** Which section of pip's configuration a command reads besides [global], and of which command of pip it takes the options. */
const sections: Readonly<Record<string, readonly [section: string, options: string]>> = {
  sync: ["install", "install"],
  compile: ["install", "download"],
  lock: ["install", "download"],
  tree: ["list", "list"],
};

export interface PipCommand {
  readonly section: string;
  takes(name: string): boolean;
}

/** @param path `pip install`, `pip cache dir`, `venv`: what is no command of pip takes what all of them take, but for the environment */
export function pipCommand(path: readonly string[]): PipCommand {
  const [group, name = ""] = path;
  const isPip = group === "pip";
  const [section, options] = sections[name] ?? [name, name];
  const names = new Set(`${general} ${isPip && Object.hasOwn(own, options) ? own[options] : ""}`.split(/\s+/));
  if (!isPip) for (const ofEnvironment of ["python", "require-virtualenv", "require-venv"]) names.delete(ofEnvironment);
  return { section: isPip ? section : "global", takes: (name) => names.has(name) };
}

/** pip's other spellings. */
export const spellings: Readonly<Record<string, string>> = {
  "log-file": "log",
  "local-log": "log",
  "require-venv": "require-virtualenv",
  "destination-dir": "dest",
  "destination-directory": "dest",
};
