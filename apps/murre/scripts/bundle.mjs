// Bundles the command, the library and the worker threads side by side into dist/, so that `npm install murre` brings
// no other package and a start reads few files. Rarely used parts (HTTP) stay chunks of their own, read when needed.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { directImports, lateLibraries } from "./bundle-plugins.mjs";
import { writeNotices } from "./bundle-notices.mjs";
import { copyDeclarations } from "./bundle-types.mjs";

const app = fileURLToPath(new URL("..", import.meta.url));
const packages = join(app, "../../packages");
const dist = join(app, "dist");
const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(join(app, "package.json"), "utf8"));
const own = Object.keys({ ...dependencies, ...devDependencies })
  .filter((name) => name.startsWith("@murre/") && name !== "@murre/test-kit")
  .map((name) => name.slice("@murre/".length));

/** Worker threads are started by file name, beside the module that starts them: in a package's dist/, and side by side here. */
const workers = own.flatMap((name) =>
  readdirSync(join(packages, name, "src"), { recursive: true })
    .filter((file) => file.endsWith("-worker.ts"))
    .map((file) => join(packages, name, "dist", file.replace(/\.ts$/, ".js"))),
);

const options = {
  outdir: dist,
  // tsc has written the two unbundled entries there, which nothing reads.
  allowOverwrite: true,
  entryNames: "[name]",
  chunkNames: "chunk-[hash]",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "linked",
  metafile: true,
  // What CommonJS dependencies find around them, and an ES module does not have: require() for Node's own modules, and their places.
  // (`module` and `exports` esbuild makes itself.)
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  define: { __filename: "import.meta.filename", __dirname: "import.meta.dirname" },
  logLevel: "warning",
};
/** Whoever imports the library has its errors at once, but must not compile everything for them: they are taken from where they are declared. */
const errorsAlone = {
  name: "errors-alone",
  setup({ onResolve }) {
    onResolve({ filter: /^@murre\// }, ({ path, importer }) =>
      importer === join(app, "src/errors.ts")
        ? { path: join(packages, path.slice("@murre/".length), "dist/errors.js"), sideEffects: false }
        : undefined,
    );
  },
};

const entries = [join(app, "src/index.ts")];

/**
 * The command, in one file of CommonJS each: its first steps, and everything else. Of the latter V8's compiled form is kept (src/code-cache.ts),
 * and what is imported late is a function of it that runs late. ASCII alone, which V8 reads fastest.
 */
const command = {
  ...options,
  format: "cjs",
  charset: "ascii",
  outExtension: { ".js": ".cjs" },
  banner: {},
  define: { "import.meta.url": "__url", "import.meta.filename": "__filename", "import.meta.dirname": "__dirname" },
  plugins: [directImports(packages), lateLibraries({ fflate: ["zipSync", "unzipSync"] })],
};
const bundles = [
  await build({ ...options, entryPoints: entries, splitting: true, plugins: [errorsAlone] }),
  // Each thread in one file with nothing but what it needs: a chunk shared with the command would be compiled as a whole in each thread.
  await build({ ...options, entryPoints: workers }),
  await build({ ...command, entryPoints: [join(app, "src/start.ts")] }),
  await build({ ...command, entryPoints: [join(app, "src/murre-cli.ts")] }),
];
asFunction(join(dist, "murre-cli.cjs"));
const outputs = Object.assign({}, ...bundles.map(({ metafile }) => metafile.outputs));

/** The bundle as an expression whose value is a function, with its hash in front. */
function asFunction(file) {
  const body = readFileSync(file, "utf8");
  const id = createHash("sha256").update(body).digest("hex").slice(0, 32);
  const url = 'const __url=require("url").pathToFileURL(__filename).href;';
  // A bundle assigns what it exports to `module.exports`.
  const whole = `(/*${id}*/function(require,exports,__filename,__dirname){const module={exports};${url}${body}\nObject.assign(exports,module.exports)})`;
  writeFileSync(file, whole);
}

copyDeclarations({ packages, dist }, "index.d.ts");
const { version } = JSON.parse(readFileSync(join(app, "package.json"), "utf8"));
writeNotices(
  { dist, app, version },
  bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs)),
);
const written = new Set(Object.keys(outputs).map((file) => basename(file)));
for (const file of readdirSync(dist)) if (file.startsWith("chunk-") && !written.has(file)) rmSync(join(dist, file)); // of an earlier bundle
const bytes = Object.entries(outputs).map(([file, { bytes: size }]) => [relative(app, file), size]);
console.log(bytes.map(([file, size]) => `${file} ${size}`).join("\n"));
