// docs/errors.md: every code that a caller can meet, from the docblocks of the classes that have them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const classWithCode =
  /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?export class (\w+) extends \w+[\s\S]*?\n(?: {2}(?:override )?readonly code(?:: \w+)? = "(MURRE_\w+)"|})/g;

/** The classes of one `errors.ts` that have a code. */
export function errorClasses(source) {
  return [...source.matchAll(classWithCode)]
    .map(([, block = "", name, code]) => ({ name, code, says: sentence(block) }))
    .filter(({ code }) => code !== undefined);
}

function sentence(block) {
  return block
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trim())
    .join(" ")
    .replaceAll(/\{@link (\w+)\}/g, "`$1`")
    .replaceAll("|", String.raw`\|`)
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** The warnings of operations, which go on; what each means. */
const warnings = {
  MURRE_WARNING_CACHE_NOT_USED:
    "The cache folder may not be believed (another user's, everybody's, with a link inside) or cannot be made; what is fetched is kept for this run only. To do: `docs/security.md`, G.",
  MURRE_WARNING_CACHE_READ_ONLY:
    "The cache cannot be written to: what it holds is used, and what is missing is kept for this run only.",
  MURRE_WARNING_CACHE_TEMPORARY:
    "There is no home folder, so that the cache lies among temporary files. To do: set HOME, XDG_CACHE_HOME or MURRE_CACHE_DIR.",
  MURRE_WARNING_CONTESTED_PATH:
    "Several distributions have a file of one path with different bytes; the one that is named is used.",
  MURRE_WARNING_DAMAGED_DISTRIBUTION:
    "Another program removed or changed files of a distribution; it is installed again.",
  MURRE_WARNING_DIRECT_URL:
    "A distribution's direct_url.json is not of PEP 610's form; it is shown as one from an index. To do: install it again.",
  MURRE_WARNING_FOREIGN_CHANGE:
    "A change that was interrupted is taken back, because another program changed something since; what that did stays.",
  MURRE_WARNING_FOREIGN_ROW:
    "An installed RECORD lists what is no file of its distribution (a folder, a link, a part of the environment, a place outside); it stays. To do: look at what wrote it.",
  MURRE_WARNING_LEFT_OUT:
    "Links of a repository that lead out of it are no part of what is built. To do: nothing, unless the build misses them.",
  MURRE_WARNING_INDEX_SKIPPED:
    "An index gave no answer for a project, and the others are taken. To do: see the reason in it.",
  MURRE_WARNING_METADATA_MISMATCH:
    "An index says of a distribution what its file does not hold; everything is resolved again with what it holds. To do: tell whoever runs the index.",
  MURRE_WARNING_MIXED_ORIGINS:
    "A project's files come from several hosts, so that a stranger could register its name. To do: `--index-strategy first-index`.",
  MURRE_WARNING_NEWER_API:
    "An index speaks a newer version of the simple API than is known; what is known of it is read.",
  MURRE_WARNING_NOT_INSTALLED: "A project that is to be removed is not installed, and is passed over.",
  MURRE_WARNING_NOT_RESTORED:
    "A file that several distributions shared went, and the bytes of the one that stays are not in the cache. To do: `murre pip sync`, or reinstall that one.",
  MURRE_WARNING_PRIVATE_CACHE:
    "The operation was taken for dead again and again; it goes on with a cache of its own, which is removed at its end.",
  MURRE_WARNING_PYTHON:
    "What a project or a file says about Python cannot be followed; the message says what is taken.",
  MURRE_WARNING_RECORD:
    "A wheel's RECORD disagrees with what the wheel holds; what it holds is installed. To do: nothing, or refuse such wheels (`--strict-record`).",
  MURRE_WARNING_REQUIREMENTS:
    "A line of a requirements file is read in another way than it may have been meant, or not followed.",
  MURRE_WARNING_RESOLUTION: "The resolution met something that the user should know.",
  MURRE_WARNING_YANKED:
    "A release was withdrawn by its author; it is installed because it is pinned. To do: pin another one.",
};

/** What the command says beside the errors of the packages. */
const ofTheCommand = {
  MURRE_CRASHED: "An error that murre did not foresee. To do: report it, with the stack that is printed.",
  MURRE_UNSETTLED: "The command ended before its work was done. To do: report it.",
};

function entry(code, texts) {
  const bodies = texts.map((text) => text.replace(" To do: ", " **To do:** "));
  return `### ${code}\n\n${bodies.join("\n\n")}\n`;
}

/**
 * @param folders the packages, as `packages/NAME`
 * @param problem told what is missing
 * @returns the text of docs/errors.md
 */
export function errorsDocument(root, folders, problem) {
  const byCode = new Map();
  const seen = new Set();
  for (const folder of folders) {
    const errors = join(root, folder, "src/errors.ts");
    if (!existsSync(errors)) continue;
    const readme = readFileSync(join(root, folder, "README.md"), "utf8");
    for (const { name, code, says } of errorClasses(readFileSync(errors, "utf8"))) {
      if (!readme.includes(code)) problem(folder, `README.md does not list ${code}`);
      if (!says.includes(" To do: ")) problem(`${folder}/src/errors.ts`, `the docblock of ${name} has no "To do:"`);
      byCode.set(code, [...(byCode.get(code) ?? []), `\`${name}\` of \`@murre/${folder.slice(9)}\`: ${says}`]);
    }
  }
  for (const file of sourcesOf(root, folders))
    for (const [code] of readFileSync(file, "utf8").matchAll(/MURRE_WARNING_[A-Z_]*[A-Z]/g)) seen.add(code);
  for (const code of seen) if (!(code in warnings)) problem("scripts/house-errors.mjs", `does not describe ${code}`);
  const sorted = (entries) => [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${[
    "# Errors and warnings",
    "<!-- Written by `node scripts/check-house.mjs --fix` from the docblocks in `src/errors.ts` of the packages. -->",
    "Codes never change: branch on `code`, not on the message, which says what happened, where, and why. Unless an entry says otherwise, nothing was changed: the environment is as it was before the command, and the cache holds only what is whole. " +
      "`install-many` keeps the batches that it finished.",
    "## Errors",
    ...sorted(byCode).map(([code, texts]) => entry(code, texts)),
    "## Errors of the command",
    ...sorted(Object.entries(ofTheCommand)).map(([code, text]) => entry(code, [text])),
    "## Warnings",
    "The operation goes on.",
    ...sorted(Object.entries(warnings)).map(([code, text]) => entry(code, [text])),
  ]
    .map((part) => part.trimEnd())
    .join("\n\n")}\n`;
}

function sourcesOf(root, folders) {
  const found = [];
  for (const folder of folders)
    for (const name of readdirSync(join(root, folder, "src"), { recursive: true }))
      if (name.endsWith(".ts") && !name.endsWith(".test.ts")) found.push(join(root, folder, "src", name));
  return found;
}
