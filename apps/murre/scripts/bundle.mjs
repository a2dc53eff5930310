// Bundles command and library into one file of dist/, and the worker threads' programs beside it, so that `npm install murre` brings
// no other package and a start reads few files. What is imported late is a function of the bundle that runs late.
import { build, transform } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  builtinsWithoutRequire,
  directImports,
  lateLibraries,
  lighterUndici,
  neverCalled,
  ownVersion,
  shortNames,
  withoutAsking,
} from "./bundle-plugins.mjs";
import { writeNotices } from "./bundle-notices.mjs";
import { copyDeclarations } from "./bundle-types.mjs";

const app = fileURLToPath(new URL("..", import.meta.url));
const packages = join(app, "../../packages");
const dist = join(app, "dist");
const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(app, "package.json"), "utf8"));
const own = Object.keys({ ...dependencies, ...devDependencies })
  .filter((name) => name.startsWith("@murre/") && name !== "@murre/test-kit")
  .map((name) => name.slice("@murre/".length));

/** Worker threads are started by file name, beside the module that starts them; here by src/own-threads.ts. */
const workers = own.flatMap((name) =>
  readdirSync(join(packages, name, "src"), { recursive: true })
    .filter((file) => file.endsWith("-worker.ts"))
    .map((file) => join(packages, name, "dist", file.replace(/\.ts$/, ".js"))),
);

/** A thread's program, for one: `link-worker`. */
const programName = (file) => basename(file, ".js");

const { version } = JSON.parse(readFileSync(join(app, "package.json"), "utf8"));

const options = {
  absWorkingDir: app,
  outdir: dist,
  // tsc has written the unbundled entries there, which nothing reads.
  allowOverwrite: true,
  entryNames: "[name]",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  format: "cjs",
  // ASCII alone, which V8 reads fastest.
  charset: "ascii",
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none", // writeNotices() has every licence whole
  metafile: true,
  // Threads are named by where they would lie beside the bundle (src/own-threads.ts).
  // Whoever touches the global `performance` has Node load eight modules, of which it needs a clock.
  define: { "import.meta.url": '"file:///murre.cjs"', "performance.now": "performanceNow" },
  inject: [join(app, "scripts/performance-now.mjs")],
  plugins: [
    ownVersion(join(app, "src/version.ts"), version),
    directImports(packages),
    lateLibraries({
      "@noble/hashes/sha2.js": ["sha256"],
      fflate: ["zipSync", "unzipSync"],
      "smol-toml": ["parse", "TomlDate", "TomlError"],
    }),
    neverCalled,
    lighterUndici,
    withoutAsking,
    shortNames,
  ],
  logLevel: "warning",
};

/** Loaded late, both: each evaluates what it uses and nothing of the other. */
const whole = `
  export const command = () => require("./src/command.ts");
  export const library = () => require("./src/index.ts");`;

const errorNames = Object.keys(await import("../dist/errors.js"));
const bundles = [
  await build({ ...options, entryPoints: [join(app, "src/start.ts")] }),
  await build({
    ...options,
    entryPoints: [join(app, "src/library.ts")],
    external: ["./*.cjs"],
    plugins: [...options.plugins, builtinsWithoutRequire],
    define: { ...options.define, MURRE_ERROR_NAMES: JSON.stringify(errorNames) },
  }),
  await build({ ...options, stdin: { contents: whole, resolveDir: app, sourcefile: "murre.ts" }, write: false }),
  // Each thread in one file with nothing but what it needs: what it shared with the command would be compiled as a whole in each thread.
  await build({ ...options, entryPoints: workers, write: false }),
];
const [
  ,
  ,
  {
    outputFiles: [bundled],
  },
  { outputFiles: programs },
] = bundles;
// Names within functions are short: V8 reads the text and its compiled form at each start. Those of functions stay, for the stacks of errors.
const shorter = await transform(bundled.text, { minifyIdentifiers: true, minifyWhitespace: true, charset: "ascii" });
writeFileSync(join(dist, "murre.cjs"), asFunction(shorter.code));
const libraryText = readFileSync(join(dist, "library.cjs"), "utf8");
for (const { path, text } of programs) {
  const name = basename(path);
  if (!libraryText.includes(`require("./${name}")`)) throw new Error(`src/library.ts does not know ${name}`);
  writeFileSync(join(dist, name), `module.exports=${JSON.stringify(`${text}//# sourceURL=murre/${name}`)}`);
}
// Names that Node, TypeScript and other bundlers see without running it.
writeFileSync(
  join(dist, "index.js"),
  `import library from "./library.cjs";\nexport const { createMurre, errors, isMurreError, version } = library;\n`,
);

/**
 * The bundle as an expression whose value is a function, with its hash in front: for V8, which keeps it compiled (src/code-cache.ts), and, as a module of
 * CommonJS, for the library.
 */
function asFunction(body) {
  const id = createHash("sha256").update(body).digest("hex").slice(0, 32);
  // A bundle assigns what it exports to `module.exports`.
  const inside = `const module={exports};${body}\nObject.assign(exports,module.exports)`;
  return `(/*${id}*/typeof module=="object"?module:{}).exports=(function(require,exports,__filename,__dirname){${inside}})`;
}

copyDeclarations({ packages, dist }, "index.d.ts");
writeNotices(
  { dist, app, version },
  bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs)),
);
const known = new Set(["murre", "start", "library", ...workers.map(programName)].map((name) => `${name}.cjs`));
for (const file of readdirSync(dist)) {
  if (/^chunk-|\.LEGAL\.txt$/.test(file) || (file.endsWith(".cjs") && !known.has(file))) rmSync(join(dist, file)); // of an earlier bundle
  if (/\.c?js$/.test(file) && (known.has(file) || file === "index.js"))
    console.log(`${file} ${statSync(join(dist, file)).size}`);
}
