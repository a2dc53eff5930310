// Checks (and with --fix rewrites) the one anatomy every package has, that imports point downwards only, and that documents and code agree.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { unnamedChanges, wrongChangesets } from "./house-changesets.mjs";
import { apiDocument } from "./house-api.mjs";
import { comparesUntyped, errorsDocument } from "./house-errors.mjs";
import { checkDocuments, wrongReadme } from "./house-documents.mjs";
import { fullRooms, wrongRooms } from "./house-rooms.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const house = JSON.parse(readFileSync(join(root, "scripts/house.json"), "utf8"));
const rootManifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const fix = process.argv.includes("--fix");
const problems = [];
const problem = (where, what) => problems.push(`${where}: ${what}`);

const folders = ["apps", "packages"].flatMap((parent) =>
  readdirSync(join(root, parent))
    .filter((name) => existsSync(join(root, parent, name, "package.json")))
    .map((name) => `${parent}/${name}`),
);
const nameOf = (folder) => (folder.startsWith("apps/") ? basename(folder) : `@murre/${basename(folder)}`);
const rank = new Map(house.order.map((folder, index) => [nameOf(folder), index]));

/** Rewrites `file` when --fix is given; otherwise reports that it drifted. */
function keep(file, text) {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  if (fix) writeFileSync(path, text);
  else problem(file, "is not in the house's form; run `node scripts/check-house.mjs --fix`");
}

/** The one form of a manifest: the fields a package chooses, between the ones that are the same everywhere. */
function manifestInForm(folder, manifest) {
  const isPrivate = house.private.includes(folder);
  const isApp = folder.startsWith("apps/");
  const form = {
    name: nameOf(folder),
    version: manifest.version ?? "0.0.0",
    ...(isPrivate ? { private: true } : {}),
    description: manifest.description,
    ...(isPrivate ? {} : { license: "MIT" }),
    ...(isPrivate ? {} : { repository: { type: "git", url: house.repository, directory: folder } }),
    ...(manifest.bin ? { bin: manifest.bin } : {}),
    // An app lists what its bundle is made of: tsc has written the unbundled modules to the same folder.
    files: isApp ? manifest.files : ["dist", "!dist/.tsbuildinfo", "CHANGELOG.md"],
    type: "module",
    sideEffects: false,
    exports: {
      ".": { types: manifest.exports?.["."]?.types ?? "./dist/index.d.ts", default: "./dist/index.js" },
      ...(manifest.exports?.["./preload"] ? { "./preload": manifest.exports["./preload"] } : {}),
      "./package.json": "./package.json",
    },
    ...(isPrivate ? {} : { publishConfig: { access: "public" } }),
    scripts: {
      build: manifest.scripts?.build ?? "tsc -b",
      test: "vitest run --config ../../vitest.config.base.ts --root .",
      // What is packed is what was built from the sources as they are.
      ...(isPrivate ? {} : { prepack: "npm run build" }),
      ...(hasSlowTests(folder) ? { "test:slow": "vitest run --config ../../vitest.slow.config.ts --root ." } : {}),
      ...Object.fromEntries(
        Object.entries(manifest.scripts ?? {}).filter(([name]) => name.includes(":") && name !== "test:slow"),
      ),
    },
    ...sortedDependencies(manifest, "dependencies"),
    ...sortedDependencies(manifest, "devDependencies"),
    engines: rootManifest.engines,
  };
  return `${JSON.stringify(form, null, 2)}\n`;
}

const hasSlowTests = (folder) => sourceFiles(folder).some((file) => file.endsWith(".slow.test.ts"));

function sortedDependencies(manifest, field) {
  const entries = Object.entries(manifest[field] ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? {} : { [field]: Object.fromEntries(entries) };
}

function tsconfigInForm(folder, manifest) {
  const up = "../..";
  const references = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter(([name]) => name.startsWith("@murre/"))
    .map(([name]) => ({ path: relative(folder, `packages/${name.slice(7)}`) }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const form = {
    extends: `${up}/tsconfig.base.json`,
    compilerOptions: {
      composite: true,
      rootDir: "src",
      outDir: "dist",
      tsBuildInfoFile: "dist/.tsbuildinfo",
    },
    include: ["src"],
    // Tests are checked by tsconfig.test.json of the root, and never published.
    exclude: ["src/**/*.test.ts", "src/**/*.test.data.ts"],
    references,
  };
  return `${JSON.stringify(form, null, 2)}\n`;
}

function sourceFiles(folder) {
  const found = [];
  const walk = (path) => {
    if (!existsSync(path)) return;
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== "node_modules" && entry.name !== "dist") walk(child);
      } else if (/\.(ts|mts|mjs|js)$/.test(entry.name)) found.push(child);
    }
  };
  walk(join(root, folder, "src"));
  walk(join(root, folder, "test"));
  return found;
}

const importPattern = /(?:from\s+|import\s*\(\s*|import\s+)["']([^"']+)["']/g;

function checkImports(folder, manifest) {
  const declared = { ...manifest.dependencies, ...manifest.devDependencies };
  const self = nameOf(folder);
  for (const file of sourceFiles(folder)) {
    const shown = relative(root, file);
    const isTest = file.endsWith(".test.ts") || shown.startsWith(`${folder}/test/`);
    const source = readFileSync(file, "utf8");
    if (!isTest && comparesUntyped(source))
      problem(shown, "compares codes without their type: hasCode<…ErrorCode>(error, …) does");
    for (const [, target] of source.matchAll(importPattern)) {
      if (target.startsWith("node:")) {
        const impure = !isTest && house.pure.includes(folder);
        const reaches = /^node:(fs|net|http|https|http2|dgram|child_process)/.test(target);
        if (impure || (!isTest && reaches && house.noFileSystemNoNetwork.includes(folder)))
          problem(shown, `imports ${target}, and ${self} does no IO`);
        continue;
      }
      if (target.startsWith(".")) continue;
      const name = target
        .split("/")
        .slice(0, target.startsWith("@") ? 2 : 1)
        .join("/");
      if (name === self || name === "vitest" || name === "fast-check") continue;
      if (!(name in declared)) problem(shown, `imports ${name}, which its package.json does not list`);
      // An app is published bundled, so what it imports is needed only to build it.
      if (
        !isTest &&
        !(name in (manifest.dependencies ?? {})) &&
        folder.startsWith("packages/") &&
        !house.private.includes(folder)
      )
        problem(shown, `imports ${name}, which is only a devDependency`);
    }
  }
  if (house.private.includes(folder)) {
    if (folder === "packages/test-kit")
      for (const name of Object.keys(declared))
        if (name.startsWith("@murre/"))
          problem(folder, `the test-kit knows no package of the house, but depends on ${name}`);
    return;
  }
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    if (!name.startsWith("@murre/") && name !== "murre") continue;
    if (name === "@murre/test-kit") problem(folder, "the test-kit belongs under devDependencies");
    else if (!rank.has(name)) problem(folder, `depends on ${name}, which scripts/house.json does not place`);
    else if (rank.get(name) <= rank.get(self)) problem(folder, `depends on ${name}, which does not stand below it`);
  }
}

function checkRooms(folder) {
  const src = join(root, folder, "src");
  const files = sourceFiles(folder).filter((file) => file.startsWith(src));
  const sources = new Map(files.map((file) => [relative(src, file), readFileSync(file, "utf8")]));
  const rooms = house.rooms[folder];
  const wrong =
    rooms === undefined
      ? fullRooms(sources, house.mostFilesInARoom)
      : wrongRooms(rooms, sources, house.mostFilesInARoom);
  for (const [where, what] of wrong) problem(`${folder}/src/${where}`, what);
}

function checkAnatomy(folder) {
  for (const file of ["README.md", "CHANGELOG.md", "tsconfig.json", "src/index.ts"]) {
    if (house.private.includes(folder) && file === "CHANGELOG.md") continue;
    if (!existsSync(join(root, folder, file))) problem(folder, `has no ${file}`);
  }
  if (!house.private.includes(folder) && existsSync(join(root, folder, "README.md"))) {
    const readme = readFileSync(join(root, folder, "README.md"), "utf8");
    for (const wrong of wrongReadme(readme, nameOf(folder), house.private.map(nameOf)))
      problem(folder, `README.md ${wrong}`);
  }
  const index = join(root, folder, "src/index.ts");
  if (existsSync(index)) {
    const text = readFileSync(index, "utf8");
    if (/export\s+\*/.test(text)) problem(folder, "src/index.ts is a table of contents: no `export *`");
    if (text.split("\n").length > 70) problem(folder, "src/index.ts does not fit one screen (70 lines)");
  }
  if (!sourceFiles(folder).some((file) => file.endsWith(".test.ts"))) problem(folder, "has no tests");
}

for (const folder of folders) {
  const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  if (!house.order.includes(folder) && !house.private.includes(folder))
    problem(folder, "has no place in scripts/house.json");
  if (!manifest.description) problem(folder, "has no description");
  keep(`${folder}/package.json`, manifestInForm(folder, manifest));
  keep(`${folder}/tsconfig.json`, tsconfigInForm(folder, manifest));
  checkAnatomy(folder);
  checkImports(folder, manifest);
  if (!house.private.includes(folder)) checkRooms(folder);
}

const published = folders.filter((folder) => folder.startsWith("packages/") && !house.private.includes(folder));
keep("docs/errors.md", errorsDocument(root, published, problem));
keep("docs/api.md", apiDocument(root, problem));
checkDocuments(root, problem);
for (const [file, what] of wrongChangesets(root, "murre", bundledInto("apps/murre"))) problem(file, what);
const released = [...published, "apps/murre"].map((folder) => [nameOf(folder), folder]);
for (const [folder, what] of unnamedChanges(root, "murre", released)) problem(folder, what);

/** The packages whose code is in an app's bundle: it has them as development dependencies, which no release tool follows. */
function bundledInto(folder) {
  const { devDependencies } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  return Object.keys(devDependencies).filter((name) => published.map(nameOf).includes(name));
}

for (const line of problems) console.error(line);
console.error(problems.length === 0 ? `the house stands: ${folders.length} packages` : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
