import { expect, test } from "vitest";
import { InvalidPyproject } from "../errors.ts";
import { readUvConfig } from "./uv-config.ts";

const pathOf = (written: string) => (written.includes("://") ? written : `/at/${written}`);

/** `table name=value,value` */
function settings(text: string, kind: "uv.toml" | "pyproject.toml"): readonly string[] | undefined {
  return readUvConfig(text, kind, kind, pathOf)?.map(({ table, name, values }) =>
    `${table} ${name}=${values.join(",")}`.trim(),
  );
}

test.each<[string, string, readonly string[]]>([
  ["texts, flags and numbers", 'a = "x"\nb = true\nc = 3', ["a=x", "b=true", "c=3"]],
  ["lists, but not of tables", 'a = ["x", "y"]\nb = [{ c = 1 }]', ["a=x,y"]],
  ["what is said of pip goes first", 'a = "all"\n[pip]\na = "pip"', ["pip a=pip", "a=all"]],
  ["settings of backends", '[config-settings]\na = "x"\nb = ["y", "z"]', ["config-settings=a=x,b=y,b=z"]],
  [
    "settings of backends for one project",
    '[config-settings-package]\ndemo = { a = "x" }',
    ["config-settings-package=demo:a=x"],
  ],
  ["moments of projects", '[exclude-newer-package]\ndemo = "2026-01-01"', ["exclude-newer-package=demo=2026-01-01"]],
  ["what projects are is no option", 'package = true\ndefault-groups = ["dev"]\nmanaged = false', []],
  [
    "indexes in order, the default one, and none that is explicit",
    '[[index]]\nname = "a"\nurl = "https://a/"\n[[index]]\nurl = "https://b/"\ndefault = true\n[[index]]\nname = "c"\nurl = "https://c/"\nexplicit = true\n[[index]]\nurl = "here"',
    ["index=a=https://a/,/at/here", "default-index=https://b/"],
  ],
  [
    "older words for indexes, and places from the file's folder",
    'index-url = "https://a/"\nextra-index-url = ["https://b/"]\nfind-links = ["w"]',
    ["default-index=https://a/", "index=https://b/", "find-links=/at/w"],
  ],
])("%s", (_, text, expected) => expect(settings(text, "uv.toml")).toEqual(expected));

test("a project's own table, or nothing where it has none", () => {
  expect(settings('[tool.uv]\nlink-mode = "copy"\n[tool.uv.pip]\nno-deps = true', "pyproject.toml")).toEqual([
    "tool.uv.pip no-deps=true",
    "tool.uv link-mode=copy",
  ]);
  expect(settings('[project]\nname = "x"', "pyproject.toml")).toBeUndefined();
  expect(() => settings("[", "uv.toml")).toThrow(InvalidPyproject);
});
