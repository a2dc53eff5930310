// What the documents and the code say about each other: labels of the protocols that are cited exist, and so do paths that are named.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const label = String.raw`(?:CE[1-9]\d?|[ACEFGIJKMNOPQRSTUWX]\d[a-z]?|rule [A-Z])`;
const definition = new RegExp(String.raw`^(?:- )?\*\*(${label})\*\*`, "gm");
const citation = new RegExp(String.raw`(?<![\w-])${label}(?![\w-])`, "g");
/** The control characters of ISO 6429 come in sets of these names. */
const controls = /\bC0\b(?: and C1\b)?|\bC1 controls?\b/g;
/** Documents whose labels any file may cite without naming them: the rules, network file systems, counterexamples. */
const common = new Set(["README.md", "nfs.md", "counterexamples.md"]);
const rooms = ["apps", "packages", "benchmarks", "scripts", "storms"];

/** All files that people write, by their paths below the root. */
function repositoryFiles(root) {
  const found = [];
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile()) found.push(path);
      else if (entry.isDirectory() && !entry.name.startsWith(".") && !["node_modules", "dist"].includes(entry.name))
        walk(path);
    }
  };
  walk("");
  return found;
}

/** The document that defines each label. */
function definedLabels(root, problem) {
  const defined = new Map();
  for (const document of readdirSync(join(root, "protocols")).filter((name) => name.endsWith(".md")))
    for (const [, name] of readFileSync(join(root, "protocols", document), "utf8").matchAll(definition)) {
      if (defined.has(name)) problem(`protocols/${document}`, `defines ${name}, which ${defined.get(name)} defines`);
      defined.set(name, document);
    }
  return defined;
}

/** What people read of a source: its comments, and the titles of its tests. */
export function prose(source) {
  const comments = source.match(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm) ?? [];
  // Of a table, the title follows its rows: `])("…"`.
  const titles = [...source.matchAll(/(?:\b(?:describe|test|it)(?:\.\w+)*\(|\)\()\s*("[^"\n]*"|'[^'\n]*')/g)];
  return [...comments, ...titles.map(([, title]) => title)].join("\n");
}

/** @returns what is wrong with the labels that a text cites. */
export function wrongLabels(text, defined) {
  const wrong = [];
  // Outside of network terms ("the HTTP protocol") these words always meant a document that a stranger could not find.
  if (/\bprotocol, |\bof the protocol\b|\bprotocol [A-Z]\d/i.test(text))
    wrong.push("cites a protocol without naming its document");
  for (const name of new Set(text.replaceAll(controls, "").match(citation) ?? [])) {
    const document = defined.get(name);
    if (document === undefined) wrong.push(`cites ${name}, which no document of protocols/ defines`);
    else if (!common.has(document) && !text.includes(`protocols/${document}`))
      wrong.push(`cites ${name} without naming protocols/${document}`);
  }
  return wrong;
}

function checkLabels(root, files, problem) {
  const defined = definedLabels(root, problem);
  for (const file of files) {
    const isSource = /\.[mc]?[jt]s$/.test(file) && rooms.some((room) => file.startsWith(`${room}/`));
    const isProtocol = /^protocols\/.*\.md$/.test(file);
    if (!(isSource || isProtocol) || file === "scripts/house-documents.mjs") continue;
    const text = readFileSync(join(root, file), "utf8");
    if (isSource) for (const wrong of wrongLabels(prose(text), defined)) problem(file, wrong);
    else
      for (const name of new Set(text.match(citation) ?? []))
        if (!defined.has(name)) problem(file, `cites ${name}, which is not defined`);
  }
}

/** The paths that a document names: links to files, and what stands in backticks or comments like a path of the repository. */
export function namedPaths(text) {
  const links = [...text.matchAll(/\]\((?!\w+:)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, path]) => ({ path, isLink: true }));
  const named = text.matchAll(
    /(?<![\w/.@~*{}-])(?:\.\/)?((?:apps|packages|benchmarks|scripts|docs|protocols|storms|src|test)\/[\w./-]*[\w/])(?![\w*{<-]|\.[{*])/g,
  );
  return [...links, ...[...named].map(([, path]) => ({ path, isLink: false }))];
}

function checkPaths(root, files, problem) {
  for (const file of files) {
    const isSource = /^(?:apps|packages)\/[^/]+\/src\/.*\.ts$/.test(file);
    if (!isSource && (!file.endsWith(".md") || file.startsWith(".changeset/") || file.endsWith("CHANGELOG.md")))
      continue;
    const text = readFileSync(join(root, file), "utf8");
    if (isSource) {
      for (const [path] of text.matchAll(/protocols\/[\w-]+\.md/g))
        if (!existsSync(join(root, path))) problem(file, `names ${path}, which is not there`);
      continue;
    }
    for (const { path, isLink } of namedPaths(text)) {
      // Of no package in particular.
      if (/^(?:src|test)\//.test(path) && !rooms.some((room) => file.startsWith(`${room}/`))) continue;
      // A link is relative to its document; a path in words is the repository's, or the package's.
      const isThere = existsSync(join(root, dirname(file), path)) || (!isLink && existsSync(join(root, path)));
      if (!isThere && !/\bNAME\b/.test(path)) problem(file, `names ${path}, which is not there`);
    }
  }
}

/** A package's README is read on npm: its reader has the package and nothing else. */
export function wrongReadme(text, name, privateNames) {
  const wrong = [];
  if (!text.includes(`npm install ${name}\n`)) wrong.push(`has no line "npm install ${name}"`);
  for (const other of privateNames)
    if (text.includes(`"${other}"`)) wrong.push(`has an example with ${other}, which nobody can install`);
  const namesSources = /(?<![\w/])(?:src|test|bench|models)\/[\w.-]/.test(text);
  if (namesSources && !text.includes("github.com/murre-py/murre"))
    wrong.push("names files that are not in the package, without a link to the repository");
  return wrong;
}

/** @param problem told each fault, with the file that has it */
export function checkDocuments(root, problem) {
  const files = repositoryFiles(root);
  checkLabels(root, files, problem);
  checkPaths(root, files, problem);
}
