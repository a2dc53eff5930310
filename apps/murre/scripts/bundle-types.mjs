// The declarations that the library's own lead to, beside the bundle: each taken from where it stands, because a package's index leads to all of it.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const statement = /^(import|export) (type )?\{([^}]*)\} from "([^"]+)";$/gm;
const anyModule = /(?:from |import\()"([^"]+)"/g;

const docblock = /^ *\/\*\*(?:[^*]|\*(?!\/))*\*\/\n/gm;

const namesOf = (list) =>
  list
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
/** `type Foo as Bar` is `Foo`. */
const nameOf = (word) => word.replace(/^type /, "").split(" as ")[0];

/**
 * @param {object} places
 * @param {string} places.packages the folder of the packages, which are built
 * @param {string} places.dist the folder of the bundle, which has the declarations of the app's own modules
 * @param {string} entry the name of the first of these: `index.d.ts`
 */
export function copyDeclarations({ packages, dist }, entry) {
  const types = join(dist, "types");
  rmSync(types, { recursive: true, force: true });
  const copied = new Set();
  follow(join(dist, entry), join(dist, entry));

  /** Writes what stands at `source` to `target`, and everything that it names. */
  function follow(source, target) {
    if (copied.has(target)) return;
    copied.add(target);
    const text = readFileSync(source, "utf8")
      // What is bundled brings no declarations along; of undici they name this alone.
      .replace('import type { Dispatcher } from "undici";', "type Dispatcher = object;")
      .replaceAll(
        statement,
        (whole, verb, type = "", list, module) => direct(target, verb, type, list, module) ?? whole,
      );
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, isForUsers(target) ? text : text.replaceAll(docblock, ""));
    for (const [, module] of text.matchAll(anyModule)) {
      if (!module.startsWith(".")) continue;
      const next = join(dirname(target), module).replace(/\.[jt]s$/, ".d.ts");
      follow(next.startsWith(types) ? sourceOf(next) : next, next);
    }
  }

  /** What programs name: the library's own, options, reports and events, errors. Of the rest the comments are for whoever works on murre. */
  function isForUsers(target) {
    return (
      !target.startsWith(types) ||
      /[\\/](?:api[\\/]|errors(?:\.d\.ts$|[\\/])|warnings\.d\.ts$)/.test(relative(types, target))
    );
  }

  function sourceOf(target) {
    const [name, ...rest] = relative(types, target).split(/[\\/]/);
    return join(packages, name, "dist", ...rest);
  }

  /** The same names from the modules that declare them; undefined where it is no package's. */
  function direct(target, verb, type, list, module) {
    const name = /^@murre\/([a-z0-9-]+)$/.exec(module)?.[1];
    if (name === undefined) return undefined;
    const byModule = new Map();
    for (const word of namesOf(list)) {
      const declaring = declaringModule(name, nameOf(word));
      byModule.set(declaring, [...(byModule.get(declaring) ?? []), word]);
    }
    return [...byModule]
      .map(([declaring, words]) => {
        const path = relative(dirname(target), join(types, name, declaring)).replaceAll("\\", "/");
        return `${verb} ${type}{ ${words.join(", ")} } from "${path.startsWith(".") ? path : `./${path}`}";`;
      })
      .join("\n");
  }

  /** Where a package's index, or a list that it passes on, has a name from: `api/operations.js`. */
  function declaringModule(name, wanted, module = "index.d.ts") {
    const text = readFileSync(join(packages, name, "dist", module), "utf8");
    for (const [, verb, , list, from] of text.matchAll(statement))
      if (verb === "export" && from.startsWith(".") && namesOf(list).some((word) => nameOf(word) === wanted))
        return declaringModule(name, wanted, join(dirname(module), from).replace(/\.[jt]s$/, ".d.ts"));
    return module.replace(/\.d\.ts$/, ".js");
  }
}
