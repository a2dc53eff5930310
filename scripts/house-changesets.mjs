// A change of a package that is bundled into an app reaches its users only with a release of the app.
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
