// A change of a package that is bundled into an app reaches its users only with a release of the app.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const kinds = ["patch", "minor", "major"];

/** What a changeset names: `[name, kind]` each. */
export function namedIn(text) {
  const head = /^---\n([^]*?)\n?---\n/.exec(text)?.[1] ?? "";
  return [...head.matchAll(/^["']?([^"':]+)["']?: *(\w+)$/gm)].map(([, name, kind]) => [name, kind]);
}

/**
 * @param {string} app the name of the app
 * @param {readonly string[]} bundled the packages whose code is in its bundle
 * @returns {readonly (readonly [file: string, problem: string])[]}
 */
export function wrongChangesets(root, app, bundled) {
  const folder = join(root, ".changeset");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .flatMap((name) =>
      wrongChangeset(readFileSync(join(folder, name), "utf8"), app, bundled).map((what) => [
        `.changeset/${name}`,
        what,
      ]),
    );
}

/** @returns {readonly string[]} what is wrong with one */
export function wrongChangeset(text, app, bundled) {
  const named = namedIn(text);
  const problems = named
    .filter(([, kind]) => !kinds.includes(kind))
    .map(([name, kind]) => `${name}: ${kind} is no kind of change`);
  if (named.length === 0) return ["names no package"];
  const inside = named.filter(([name]) => bundled.includes(name)).map(([name]) => name);
  if (inside.length > 0 && !named.some(([name]) => name === app))
    problems.push(`names ${inside.join(", ")} and not ${app}, whose users would not get it`);
  return problems;
}

/**
 * Packages whose users would never hear of a change: their sources differ from the last release, and neither a changeset names them nor has
 * their version been raised. Nothing is said before the first release, and in a clone without tags.
 * @param {readonly (readonly [name: string, folder: string])[]} packages
 * @returns {readonly (readonly [folder: string, problem: string])[]}
 */
export function unnamedChanges(root, app, packages) {
  const git = (...words) => {
    try {
      return execFileSync("git", words, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    } catch {
      return "";
    }
  };
  const tag = git("describe", "--tags", "--abbrev=0", "--match", `${app}@*`).trim();
  if (tag === "") return [];
  const changed = git("diff", "--name-only", tag).split("\n");
  const named = new Set(namesInChangesets(root));
  const versionOf = (text) => /"version": "([^"]*)"/.exec(text)?.[1];
  return packages
    .filter(([name, folder]) => {
      if (named.has(name) || !changed.some((file) => isPublished(file, folder))) return false;
      const now = readFileSync(join(root, folder, "package.json"), "utf8");
      return versionOf(git("show", `${tag}:${folder}/package.json`)) === versionOf(now);
    })
    .map(([name, folder]) => [
      folder,
      `has changed since ${tag}, and no changeset names ${name}: run \`pnpm changeset\``,
    ]);
}

/** Sources, and no tests: what reaches users. */
function isPublished(file, folder) {
  return file.startsWith(`${folder}/src/`) && !/\.test\.(?:data\.)?ts$/.test(file);
}

function namesInChangesets(root) {
  const folder = join(root, ".changeset");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .flatMap((name) => namedIn(readFileSync(join(folder, name), "utf8")).map(([named]) => named));
}
