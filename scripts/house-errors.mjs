// docs/errors.md: every code that a caller can meet, from the docblocks of the classes that have them.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const classWithCode =
  /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?export class (\w+) extends \w+[\s\S]*?\n(?: {2}(?:override )?readonly code(?:: \w+)? = "(MURRE_\w+)"|})/g;

/** The classes of a source that have a code. */
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

const typeOfCodes = /export type (\w+Code) =([\s\S]*?);\n(?=\n|$)/g;
const member = /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?\|?\s*"(MURRE_\w+)"/g;

/** The members of the code types of one file; those that stand for more than a class say in a docblock what they mean. */
export function typedCodes(source) {
  return [...source.matchAll(typeOfCodes)].flatMap(([, type, body]) =>
    [...body.matchAll(member)].map(([, block = "", code]) => ({ type, code, says: sentence(block) })),
  );
}

const untyped = [/\bcode\??: unknown;? \}\)\.code\b/, /\bnew Set<[^>]*\b(?:unknown|string)\b[^>]*>\(\[\s*"MURRE_/];

/** Whether a source compares codes that nothing checks: one that there is not would go unnoticed. */
export function comparesUntyped(source) {
  return untyped.some((pattern) => pattern.test(source));
}

/** Where a package has so many errors that they stand in files by subject. */
function subjects(src) {
  const folder = join(src, "errors");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.endsWith(".test.ts"))
    .toSorted()
    .map((name) => `errors/${name}`);
}

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
  const warnings = new Map();
  const add = (codes, code, text) => codes.set(code, [...(codes.get(code) ?? []), text]);
  for (const folder of folders) {
    const readme = readFileSync(join(root, folder, "README.md"), "utf8");
    const ofPackage = `of \`@murre/${folder.slice(9)}\``;
    const read = (name) => {
      const path = join(root, folder, "src", name);
      return existsSync(path) ? readFileSync(path, "utf8") : "";
    };
    const source = ["errors.ts", ...subjects(join(root, folder, "src"))].map(read).join("\n");
    const classes = errorClasses(source);
    for (const { name, code, says } of classes) {
      if (!says.includes(" To do: ")) problem(`${folder}/src`, `the docblock of ${name} has no "To do:"`);
      add(byCode, code, `\`${name}\` ${ofPackage}: ${says}`);
    }
    const typed = typedCodes(source + read("warnings.ts"));
    for (const { name, code } of classes)
      if (!typed.some((one) => one.code === code))
        problem(`${folder}/src`, `the type of the codes lacks ${code} of ${name}`);
    for (const { type, code, says } of typed) {
      const isClass = classes.some((one) => one.code === code);
      if (says === "" && !isClass) problem(`${folder}/src`, `${type}: nothing says what ${code} means`);
      if (says === "") continue;
      if (type.endsWith("WarningCode")) add(warnings, code, says);
      else add(byCode, code, `\`${type}\` ${ofPackage}: ${says}`);
    }
    for (const { code } of [...classes, ...typed])
      if (!code.startsWith("MURRE_WARNING_") && !readme.includes(code))
        problem(folder, `README.md does not list ${code}`);
  }
  const sorted = (entries) => [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${[
    "# Errors and warnings",
    "<!-- Written by `node scripts/check-house.mjs --fix` from the docblocks in `src/errors.ts`, `src/errors/` and `src/warnings.ts` of the packages. -->",
    "Codes never change: branch on `code`, not on the message, which says what happened, where, and why. Unless an entry says otherwise, nothing was changed: the environment is as it was before the command, and the cache holds only what is whole. " +
      "`install-many` keeps the batches that it finished.",
    "## Errors",
    ...sorted(byCode).map(([code, texts]) => entry(code, texts)),
    "## Errors of the command",
    ...sorted(Object.entries(ofTheCommand)).map(([code, text]) => entry(code, [text])),
    "## Warnings",
    "The operation goes on.",
    ...sorted(warnings).map(([code, texts]) => entry(code, texts)),
  ]
    .map((part) => part.trimEnd())
    .join("\n\n")}\n`;
}
