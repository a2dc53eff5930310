// What the bundle of the command does with imports, so that a command evaluates the modules that it uses and no others.
import { transform } from "esbuild";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const importPattern = /import \{([^}]*)\} from "@murre\/([a-z0-9-]+)";/g;
const exportPattern = /export \{([^}]*)\} from "(\.[^"]+)";/g;

/** `a, b as c` as pairs of what is named and what it is called here. */
const namesOf = (list) =>
  list
    .split(",")
    .map((word) => word.trim().split(" as "))
    .filter(([name]) => name !== "" && !name.startsWith("type "))
    .map(([name, here = name]) => [name, here]);

/**
 * Takes what a package exports from the module that declares it: the package's index would evaluate all of its modules.
 * @param {string} packages the folder of the packages, which are built
 */
export function directImports(packages) {
  /** By package: for each exported name its module, and what it is called there. */
  const tables = new Map();
  const tableOf = (name) => {
    const known = tables.get(name);
    if (known !== undefined) return known;
    const index = join(packages, name, "dist/index.js");
    const table = new Map();
    for (const [, list, module] of readFileSync(index, "utf8").matchAll(exportPattern))
      for (const [there, exported] of namesOf(list)) table.set(exported, [join(dirname(index), module), there]);
    tables.set(name, table);
    return table;
  };
  const direct = (list, name) =>
    namesOf(list)
      .map(([exported, here]) => {
        const found = tableOf(name).get(exported);
        if (found === undefined) throw new Error(`@murre/${name} exports no ${exported}`);
        return `import { ${found[1]} as ${here} } from ${JSON.stringify(found[0])};`;
      })
      .join("");
  return {
    name: "direct-imports",
    setup({ onLoad }) {
      onLoad({ filter: /[\\/](?:packages|apps)[\\/][a-z0-9-]+[\\/](?:dist|src)[\\/].*\.[jt]s$/ }, ({ path }) => ({
        contents: readFileSync(path, "utf8").replaceAll(importPattern, (_, list, name) => direct(list, name)),
        loader: path.endsWith(".ts") ? "ts" : "js",
      }));
    },
  };
}

/**
 * Evaluates a library when the first of its functions is called, or something is asked whether it is of one of its classes.
 * @param {Readonly<Record<string, readonly string[]>>} members by library, those that are used; nothing else of it is bundled
 */
export function lateLibraries(members) {
  const libraries = Object.keys(members).join("|");
  const late = (library, name) => {
    const member = `require("picked:${library}").${name}`;
    return /^[A-Z]/.test(name)
      ? `export const ${name} = { [Symbol.hasInstance]: (value) => value instanceof ${member} };`
      : `export const ${name} = (...words) => ${member}(...words);`;
  };
  return {
    name: "late-libraries",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^(?:${libraries})$`) }, ({ path, namespace, resolveDir }) =>
        namespace === "picked" ? undefined : { path, namespace: "late", pluginData: resolveDir },
      );
      onResolve({ filter: new RegExp(`^picked:(?:${libraries})$`) }, ({ path, pluginData }) => ({
        path: path.slice("picked:".length),
        namespace: "picked",
        pluginData,
      }));
      onLoad({ filter: /.*/, namespace: "late" }, ({ path, pluginData }) => ({
        contents: members[path].map((name) => late(path, name)).join("\n"),
        pluginData,
      }));
      onLoad({ filter: /.*/, namespace: "picked" }, ({ path, pluginData }) => ({
        contents: `export { ${members[path].join(", ")} } from "${path}";`,
        resolveDir: pluginData,
      }));
    },
  };
}

/** The version is part of the bundle: where it is part of another one, there is no manifest. */
export function ownVersion(file, version) {
  return {
    name: "own-version",
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]version\.ts$/ }, ({ path }) =>
        path === file ? { contents: `export const version = ${JSON.stringify(version)};` } : undefined,
      );
    },
  };
}

/** Node's own modules without `require()`, which a bundle of ES modules has none of. */
export const builtinsWithoutRequire = {
  name: "builtins-without-require",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: "builtin" }));
    onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * Local names of other people's code are short. murre's own stay, for the stacks of errors. Files of ES modules are left as they are: comments
 * say of their declarations which the bundle may leave out.
 */
export const shortNames = {
  name: "short-names",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/].*\.c?js$/ }, async ({ path, namespace }) => {
      if (namespace !== "file") return undefined;
      const text = readFileSync(path, "utf8");
      if (/^(?:ex|im)port /m.test(text)) return undefined;
      return short(text);
    });
  },
};

async function short(text) {
  // Not its syntax: that would join declarations of which the bundle leaves some out.
  const { code } = await transform(text, { minifyIdentifiers: true, minifyWhitespace: true, legalComments: "none" });
  return { contents: code, loader: "js" };
}

/**
 * What undici loads of Node for every request, and needs for few or none: `http2` where a server speaks it; `http` for the largest head of an
 * answer, which murre says itself, and for a class of bodies; `assert` for a call that throws.
 */
export const lighterUndici = {
  name: "lighter-undici",
  setup({ onLoad, onResolve }) {
    const shims = {
      "node:assert":
        "module.exports = (value, message) => { if (!value) throw message instanceof Error ? message : new Error(message ?? 'undici asserts what is not so'); };",
      "node:http": "exports.maxHeaderSize = 16384;",
    };
    onResolve({ filter: /^node:(?:assert|http)$/ }, ({ path, importer }) =>
      isOfUndici.test(importer) ? { path, namespace: "shim" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "shim" }, ({ path }) => ({ contents: shims[path] }));
    onLoad({ filter: /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client\.js$/ }, async ({ path }) => {
      const late = "const connectH2 = (...words) => require('./client-h2.js')(...words)";
      return short(changed(path, "const connectH2 = require('./client-h2.js')", late));
    });
  },
};

/** A file's text with another part in place of one, which a later version may have no more. */
function changed(path, part, other) {
  const text = readFileSync(path, "utf8");
  if (!text.includes(part)) throw new Error(`${path} has no ${part} any more`);
  return text.replace(part, other);
}

const isOfUndici = /[\\/]undici[\\/]lib[\\/]/;

/** Whether there are colours is said by murre, to whom standard output is not worth a stream of Node's for asking. */
export const withoutAsking = {
  name: "without-asking",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]picocolors[\\/]picocolors\.js$/ }, ({ path }) => ({
      contents: changed(path, "(p.stdout || {}).isTTY", "false"),
    }));
  },
};

/**
 * What of undici is never called: bodies of fetch (murre sends none), and its parser in WebAssembly for processors with SIMD. The other one
 * runs on each, and is slower for headers alone.
 */
export const neverCalled = {
  name: "never-called",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /llhttp_simd-wasm\.js$/ }, ({ resolveDir }) => ({
      path: join(resolveDir, "../llhttp/llhttp-wasm.js"),
    }));
    onLoad({ filter: /[\\/]undici[\\/]lib[\\/]web[\\/]fetch[\\/]body\.js$/ }, () => ({
      contents: 'exports.extractBody = () => { throw new Error("murre sends no body"); };',
    }));
  },
};
