// docs/api.md: what `import "murre"` exports, from the declarations of its types and their docblocks.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseSync } from "oxc-parser";

/** Reads declarations across the packages, each file once. */
export class Declarations {
  #root;
  #files = new Map();

  constructor(root) {
    this.#root = root;
  }

  #file(path) {
    if (!this.#files.has(path)) {
      const text = readFileSync(join(this.#root, path), "utf8");
      const { program, comments } = parseSync(path, text);
      this.#files.set(path, { path, text, body: program.body, blocks: comments.filter(isDocblock) });
    }
    return this.#files.get(path);
  }

  /** What a module exports, by the names that its importers use. */
  exportsOf(path) {
    const { body } = this.#file(path);
    return body.flatMap((node) => {
      if (node.type !== "ExportNamedDeclaration") return [];
      const declared = node.declaration?.id?.name ?? node.declaration?.declarations?.[0].id.name;
      if (declared !== undefined) return [declared];
      return node.specifiers.map(({ exported }) => exported.name);
    });
  }

  /** The declarations of a name (several of a function with overloads), wherever a module has them from; none where it has no such name. */
  find(path, name) {
    const file = this.#file(path);
    const here = file.body.flatMap((node) => {
      const declaration = node.type === "ExportNamedDeclaration" ? node.declaration : node;
      const { id } = declaration?.declarations?.[0] ?? declaration ?? {};
      return id?.name === name ? [{ file, name, node: declaration, says: says(file, node) }] : [];
    });
    if (here.length > 0) return here;
    for (const { type, source, specifiers } of file.body) {
      if (type !== "ExportNamedDeclaration" && type !== "ImportDeclaration") continue;
      const found = specifiers.find((one) => (one.exported ?? one.local).name === name);
      const from = found && source && resolved(path, source.value);
      if (from)
        return this.find(from, (found.local ?? found.exported).name === name ? importedName(found) : found.local.name);
    }
    return [];
  }
}

const importedName = ({ imported, local }) => (imported ?? local).name;
const isDocblock = ({ type, value }) => type === "Block" && value.startsWith("*");

function resolved(from, target) {
  if (target.startsWith("@murre/")) return `packages/${target.slice(7)}/src/index.ts`;
  return target.startsWith(".") ? join(dirname(from), target) : undefined;
}

/** The docblock right before a node, as one paragraph; of a member of a union it stands before its bar. */
function says({ text, blocks }, { start }) {
  const block = blocks.findLast(({ end }) => end <= start && /^[\s|]*$/.test(text.slice(end, start)));
  return (block?.value ?? "")
    .split("\n")
    .map((line) => line.replace(/^\s*\*+ ?/, "").trim())
    .join(" ")
    .replace(/\s*@throws \{(\w+)\}\s*/, " Throws `errors.$1`.")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** The fields of a type with who declares each: those of what it extends, picks and leaves out, too. */
export function fieldsOf(declarations, { file, name, node }) {
  const fieldsOfType = (type) => {
    if (type.type === "TSIntersectionType") return type.types.flatMap(fieldsOfType);
    if (type.type === "TSTypeLiteral") return own(type.members);
    const target = type.typeName ?? type.expression;
    const [of, keys] = type.typeArguments?.params ?? [];
    if (target?.name !== "Pick") return fieldsNamed(target?.name);
    const kept = keysOf(keys);
    return fieldsOfType(of).filter((field) => kept(field.name));
  };
  const own = (members) => ownFields(file, members).map((field) => ({ ...field, from: { file, name, node } }));
  const fieldsNamed = (other) =>
    declarations.find(file.path, other).flatMap((declaration) => fieldsOf(declarations, declaration));
  if (node.type === "TSTypeAliasDeclaration") return fieldsOfType(node.typeAnnotation);
  if (node.type !== "TSInterfaceDeclaration") return [];
  return [...node.extends.flatMap(fieldsOfType), ...own(node.body.body)];
}

/** Whether `"a" | "b"`, or `Exclude<keyof Other, "a">`, has a key. */
function keysOf(type) {
  if (type.typeName?.name === "Exclude") {
    const left = keysOf(type.typeArguments.params[1]);
    return (key) => !left(key);
  }
  const literals = (type.types ?? [type]).map(({ literal }) => literal?.value);
  return (key) => literals.includes(key);
}

function ownFields(file, members) {
  return members
    .filter(({ type }) => type === "TSPropertySignature" || type === "TSMethodSignature")
    .map((member) => ({
      name: member.computed ? `[${source(file, member.key)}]` : member.key.name,
      optional: member.optional,
      isMethod: member.type === "TSMethodSignature",
      type: member.typeAnnotation ? plainType(source(file, member.typeAnnotation.typeAnnotation)) : "",
      signature: source(file, member).replace(/;$/, ""),
      takes: typeName(member.params?.[0]?.typeAnnotation?.typeAnnotation),
      gives: typeName(member.returnType?.typeAnnotation?.typeArguments?.params[0]),
      says: says(file, member),
    }));
}

const source = ({ text }, { start, end }) => text.slice(start, end);
const typeName = (type) => type?.typeName?.name;

/** A type on one line, without what only the compiler wants. */
function plainType(text) {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/\breadonly /g, "")
    .replaceAll(/\s+/g, " ")
    .replaceAll("{ | ", "{ ")
    .replace(/^\| /, "")
    .replaceAll(/Readonly<(Record<[^<>]*>)>/g, "$1")
    .trim();
}

const errorsEntry = "apps/murre/src/errors.ts";

const isType = ([, [{ node }]]) => node.type === "TSInterfaceDeclaration" || node.type === "TSTypeAliasDeclaration";

/**
 * @param problem told which options nothing is said of
 * @returns the text of docs/api.md
 */
export function apiDocument(root, problem) {
  const declarations = new Declarations(root);
  const entry = "apps/murre/src/index.ts";
  const exported = declarations.exportsOf(entry).filter((name) => name !== "errors");
  const carried = declarations.exportsOf(errorsEntry).map((name) => [name, declarations.find(errorsEntry, name)]);
  const found = [...exported.map((name) => [name, declarations.find(entry, name)]), ...carried.filter(isType)];
  const publicNames = new Set(found.map(([name]) => name));
  const words = writer(publicNames);
  const types = found.filter(isType).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const ofKind = (kind) =>
    types.filter(([name]) => kindOf(name) === kind).flatMap(([, [one]]) => words.type(declarations, one));
  for (const [name, [declaration]] of types)
    if (kindOf(name) === "options")
      for (const field of fieldsOf(declarations, declaration))
        if (field.from.name === name && field.says === "")
          problem(declaration.file.path, `nothing says what ${name}.${field.name} means`);
  const [operations] = declarations.find(entry, "Operations");
  const [cache] = declarations.find(entry, "CacheOperations");
  const [events] = declarations.find(entry, "InstallerEvent");
  return `${[
    "# API reference",
    'Everything that `import "murre"` exports, made from the sources (`node scripts/check-house.mjs --fix` writes it). [embedding.md](embedding.md) is where to begin; ' +
      "[support.md](support.md) says what of it stays as it is.",
    "## Functions",
    ...found.filter((one) => !isType(one)).flatMap(([name, all]) => words.value(name, all)),
    "## Operations",
    "Of what `createMurre` gives. An option that an operation does not have is an error (`MURRE_INVALID_OPTION`).",
    ...words.operations(declarations, operations, "murre."),
    ...words.operations(declarations, cache, "murre.cache."),
    "## Events",
    "What `onEvent` is told, by `event.type`. New kinds and fields may come: read over those that you do not know.",
    words.events(events),
    "## Errors",
    "`errors` has the classes of all errors, for `instanceof`, and the types of what they carry (`errors.WheelProblem`); `error.code` says the same, across copies of murre too (`isMurreError`). [errors.md](errors.md) says what each means and what to do.",
    words.errors(declarations),
    "## Options",
    ...ofKind("options"),
    "## Reports and other types",
    ...ofKind("report"),
  ].join("\n\n")}\n`;
}

/** Shown elsewhere in the document, or as a report. */
function kindOf(name) {
  if (["Operations", "CacheOperations", "InstallerEvent", "OnEvent"].includes(name)) return "shown";
  return name.endsWith("Options") || name === "OperationContext" || name === "MurreSettings" ? "options" : "report";
}

/** Writes declarations as Markdown, with links to those that are public. */
function writer(publicNames) {
  const anchor = (name) => `#${name.toLowerCase()}`;
  const code = (text) => `\`${text.replaceAll("|", String.raw`\|`)}\``;
  const link = (name) => (publicNames.has(name) ? `[\`${name}\`](${anchor(name)})` : `\`${name}\``);
  const typeLink = (type) => {
    const { name, rest } = /^(?<name>\w+)(?<rest>(?:\[\])?)$/.exec(type)?.groups ?? {};
    return publicNames.has(name) && kindOf(name) !== "shown" ? `[\`${name}${rest}\`](${anchor(name)})` : code(type);
  };
  const prose = (text) =>
    text.replaceAll(/\{@link (\w+)(\.\w+)?\}/g, (_, name, member = "") =>
      member === "" ? link(name) : `\`${member.slice(1)}\` of ${link(name)}`,
    );
  const cell = (text) => prose(text).replaceAll("|", String.raw`\|`);
  const table = (head, rows) =>
    [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
  const fields = (rows, head) =>
    table(
      [head, "type", "meaning"],
      rows.map(({ name, optional, type, says: meaning, signature, isMethod }) => [
        `\`${name}\`${head === "option" && !optional ? " (required)" : ""}`,
        isMethod ? code(plainType(signature)) : typeLink(type) + (head === "option" || !optional ? "" : ", or absent"),
        cell(meaning),
      ]),
    );

  const fieldWithLink = (field, type) => {
    const [named] = type.match(/\b[A-Z]\w+/g)?.filter((name) => publicNames.has(name)) ?? [];
    return code(`${field}: ${type}`) + (named === undefined ? "" : ` ([${named}](${anchor(named)}))`);
  };
  const known = (what, name) => (publicNames.has(name) ? `${what}: ${link(name)}.` : "");
  const areKnown = (text) => (text.match(/\b[A-Z]\w+/g) ?? []).every((name) => publicNames.has(name));

  return {
    value(name, all) {
      const [{ file }] = all;
      const overloads = all.filter((one) => one.node.type === "TSDeclareFunction");
      const signatures = (overloads.length > 0 ? overloads : all).map((one) => signature(file, one.node));
      return [
        `### ${name}`,
        `\`\`\`ts\n${signatures.join("\n")}\n\`\`\``,
        prose(all.map((one) => one.says).find((text) => text !== "") ?? ""),
      ];
    },
    operations(declarations, declaration, prefix) {
      return fieldsOf(declarations, declaration)
        .filter(({ isMethod, name }) => isMethod && !name.startsWith("["))
        .flatMap(({ name, signature: text, takes, gives, says: meaning }) => [
          `### ${prefix}${name}`,
          `\`\`\`ts\n${prefix}${dedent(text)}\n\`\`\``,
          [prose(meaning), known("Options", takes), known("Report", gives)].filter((part) => part !== "").join(" "),
        ]);
    },
    type(declarations, declaration) {
      const { name, node, file } = declaration;
      const all = fieldsOf(declarations, declaration);
      const isOptions = kindOf(name) === "options";
      const own = all.filter((field) => !isInherited(name)(field));
      const text = node.typeAnnotation ? plainType(source(file, node.typeAnnotation)) : "";
      return [
        `### ${name}`,
        [prose(declaration.says), ...inherited(declarations, name, all)].filter((part) => part !== "").join("\n\n"),
        own.length > 0 ? fields(own, isOptions ? "option" : "field") : "",
        all.length === 0 && text !== "" && areKnown(text) ? `\`\`\`ts\ntype ${name} = ${shortened(text)}\n\`\`\`` : "",
      ].filter((part) => part !== "");
    },
    events(declaration) {
      const { file, node } = declaration;
      const rows = node.typeAnnotation.types.map((member) => {
        const [kind, ...others] = ownFields(file, member.members);
        const shown = others
          .map(({ name, optional, type }) => code(`${name}${optional ? "?" : ""}: ${type}`))
          .join(", ");
        return [`\`${JSON.parse(kind.type)}\``, shown, cell(says(file, member))];
      });
      return table(["event", "fields", "meaning"], rows);
    },
    errors(declarations) {
      const classes = declarations
        .exportsOf(errorsEntry)
        .map((name) => [name, declarations.find(errorsEntry, name)])
        .filter((one) => !isType(one));
      const rows = classes.map(([name, [{ file, node }]]) => {
        const carried = carries(declarations, file, node);
        const [, type = ""] = carried.find(([field]) => field === "code") ?? [];
        const [alias] = declarations.find(file.path, type);
        const codes = alias ? source(alias.file, alias.node) : type;
        const shown = [...codes.matchAll(/MURRE_\w+/g)].map(([one]) => `[\`${one}\`](errors.md#${one.toLowerCase()})`);
        const others = carried.filter(([field]) => field !== "code" && field !== "name");
        return [
          `\`errors.${name}\``,
          shown.join(", ") || "that of what failed",
          others.map(([field, carriedType]) => fieldWithLink(field, carriedType)).join(", "),
        ];
      });
      return table(["class", "code", "carries"], rows);
    },
  };

  /** Of what it has from others, the names of those others: what one of them has from a third goes without saying. */
  function inherited(declarations, name, all) {
    const has = new Set(all.map((field) => `${field.from.name}.${field.name}`));
    const origins = new Map(all.filter(isInherited(name)).map(({ from }) => [from.name, from]));
    const wholes = [...origins.values()].flatMap((from) => {
      const fields = fieldsOf(declarations, from).map((field) => `${field.from.name}.${field.name}`);
      return fields.every((one) => has.has(one)) ? [{ name: from.name, fields }] : [];
    });
    const parts = [...origins.keys()].flatMap((origin) => {
      if (
        wholes.some(
          (whole) =>
            whole.name !== origin && ownOf(all, origin).every((one) => whole.fields.includes(`${origin}.${one}`)),
        )
      )
        return [];
      if (wholes.some((whole) => whole.name === origin)) return [`all of ${link(origin)}`];
      return [
        `${ownOf(all, origin)
          .map((one) => `\`${one}\``)
          .join(", ")} of ${link(origin)}`,
      ];
    });
    return parts.length === 0 ? [] : [`Has ${parts.join("; ")}.`];
  }

  /** What is from a declaration that nobody can import is shown as the type's own. */
  function isInherited(name) {
    return ({ from }) => from.name !== name && publicNames.has(from.name);
  }
}

const ownOf = (all, origin) => all.filter(({ from }) => from.name === origin).map(({ name }) => name);

/** The public fields of a class and of those that it extends: pairs of name and type. */
function carries(declarations, file, node) {
  const [parent] = node.superClass ? declarations.find(file.path, node.superClass.name) : [];
  const own = node.body.body.flatMap((member) => {
    if (
      member.type !== "PropertyDefinition" ||
      member.accessibility === "private" ||
      member.key.type === "PrivateIdentifier" ||
      member.static
    )
      return [];
    const type = member.typeAnnotation
      ? source(file, member.typeAnnotation.typeAnnotation)
      : (member.value?.raw ?? "string");
    return [[member.key.name, plainType(type)]];
  });
  const names = new Set(own.map(([name]) => name));
  return [
    ...(parent ? carries(declarations, parent.file, parent.node) : []).filter(([name]) => !names.has(name)),
    ...own,
  ];
}

function signature(file, node) {
  if (node.type === "VariableDeclaration") {
    const [{ id, init }] = node.declarations;
    return `const ${id.name}: ${id.typeAnnotation ? source(file, id.typeAnnotation.typeAnnotation) : typeof init.value}`;
  }
  const end = node.returnType?.end ?? node.end;
  return dedent(file.text.slice(node.start, end));
}

const dedent = (text) => text.replaceAll(/\n {2}/g, "\n");
const shortened = (text) => text.replaceAll(/ \| /g, "\n  | ");
