import type { Command } from "commander";
import { distance } from "fastest-levenshtein";

const noInterpreters =
  "murre brings no interpreters; murre python list says which are here, and -p names one of them, or its version";

/** Commands of pip and uv that murre does not have, and what does the same or comes near. */
const elsewhere: Readonly<Record<string, string>> = {
  "pip search": "the public index has no search for programs any more",
  "pip completion": "murre completion SHELL prints it",
  "pip config set": "murre reads pip's configuration files; pip, or an editor, changes them",
  "pip config unset": "murre reads pip's configuration files; pip, or an editor, changes them",
  "pip config edit": "murre config debug says where the files are",
  "config set": "murre reads pip's configuration files; pip, or an editor, changes them",
  "config unset": "murre reads pip's configuration files; pip, or an editor, changes them",
  "config edit": "murre config debug says where the files are",
  "pip help": "murre pip COMMAND --help says more",
  "cache info": "murre cache size says how large it is, murre cache dir where",
  "cache purge": "murre cache clean removes everything",
  "cache remove": "murre cache clean NAME removes what belongs to a project",
  tool: "murre venv and murre pip install put a program into an environment of its own",
  "python install": noInterpreters,
  "python upgrade": noInterpreters,
  "python uninstall": "murre removes no interpreters; whoever installed it does",
  "python dir": "murre keeps no interpreters; murre python list says where those lie that are here",
  "python update-shell": "murre puts no interpreters on the PATH",
  self: "npm install -g murre brings the newest version",
  publish: "murre publishes nothing",
  run: "murre sync makes the environment, and .venv/bin/NAME runs what is in it",
  add: "murre reads pyproject.toml, and an editor changes it; murre sync installs what it says then",
  remove: "murre reads pyproject.toml, and an editor changes it; murre sync removes what it does not say any more",
  init: "murre starts no projects; a pyproject.toml with [project] is one",
  export:
    "murre pip compile pyproject.toml -o requirements.txt writes pins; pylock.toml itself is a format that others read",
  auth: "netrc, the keyring program and variables hold credentials",
  version: "murre --version says its own; a project's stands in its pyproject.toml",
};

/** What was meant by a word that is no command. */
export function describeUnknownCommand(group: Command, [word = ""]: readonly string[]): string {
  const path = pathOf(group);
  const written = path === "" ? word : `${path} ${word}`;
  if (Object.hasOwn(elsewhere, written)) return `there is no command murre ${written}: ${elsewhere[written]}`;
  const root = rootOf(group);
  const inPip = root.commands.find((command) => command.name() === "pip");
  const same = [inPip, root].find((other) => other !== undefined && other !== group && has(other, word));
  const meant = same === undefined ? nearest(word, root, group) : `${pathOf(same)} ${word}`.trim();
  const hint =
    meant === undefined ? `murre${path === "" ? "" : ` ${path}`} --help lists them` : `did you mean murre ${meant}?`;
  return `there is no command murre ${written}; ${hint}`;
}

function has(group: Command, word: string): boolean {
  return group.commands.some((command) => command.name() === word || command.aliases().includes(word));
}

export function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

function pathOf(command: Command): string {
  return command.parent === null ? "" : `${pathOf(command.parent)} ${command.name()}`.trim();
}

/** So many letters of ten may differ for one word to be a slip of another. */
const lettersOfTen = 3;

/** `pip list` for `pip lst`, and at the top `pip install` for `instal`. */
function nearest(word: string, root: Command, group: Command): string | undefined {
  const groups = group === root ? [root, ...root.commands.filter((command) => command.name() === "pip")] : [group];
  const ranked = groups
    .flatMap((one) => one.commands.map((command) => ({ path: pathOf(command), name: command.name() })))
    .map(({ path, name }) => ({ path, name, steps: distance(word, name) }))
    .toSorted((a, b) => a.steps - b.steps);
  const [best] = ranked;
  return best !== undefined && best.steps * 10 <= best.name.length * lettersOfTen ? best.path : undefined;
}
