import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "@murre/test-kit";
import { expect, test } from "vitest";
import { apiDocument, Declarations, fieldsOf } from "../../../scripts/house-api.mjs";

/** A house with these files, of which `apps/murre/src/index.ts` is the entry. */
function house(files: Record<string, string>): string {
  const root = temporaryFolder("api");
  const rest = { "apps/murre/src/errors.ts": `export { Odd } from "@murre/files";` };
  const operations = `
    /** What there is. */
    export interface Operations { /** Runs. */ run(options: RunOptions): Promise<RunReport>; close(): Promise<void> }
    export interface CacheOperations { /** Empties. */ clean(): Promise<void> }
    /** Told. */
    export type InstallerEvent =
      /** It has begun. */
      | { readonly type: "begun"; readonly of?: number }
      | { readonly type: "done" };`;
  const one = `export type { Operations, CacheOperations, InstallerEvent } from "./operations.ts"; export type { RunOptions, RunReport, Place } from "./types.ts";
    /** Odd. */ export class Odd extends Base { readonly code = "MURRE_ODD"; readonly path: string; private readonly inner = 1; #own = 2; }
    class Base extends Error { readonly where: string; }`;
  const all = { ...rest, "packages/files/src/operations.ts": operations, "packages/files/src/index.ts": one, ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const entry = `import * as errors from "./errors.ts"; export { errors };
  export type { Operations, CacheOperations, InstallerEvent, RunOptions, RunReport, Place } from "@murre/files";
  /** The version. */ export const version: string = "1";`;

test.each([
  ["an interface", "export interface RunOptions { readonly a: string; readonly b?: number }", ["a", "b"]],
  [
    "what it extends",
    "export interface RunOptions extends Place, More { readonly a: string } interface More { readonly m: string }",
    ["x", "y", "m", "a"],
  ],
  ["what it picks", `export interface RunOptions extends Pick<Place, "y"> { readonly a: string }`, ["y", "a"]],
  [
    "all but some",
    `export type RunOptions = Pick<Place, Exclude<keyof Place, "y">> & Pick<Place, "y"> & { readonly z: string };`,
    ["x", "y", "z"],
  ],
  [
    "what a name stands for",
    `type Inner = Pick<Place, "x">; export type RunOptions = Inner & { readonly a: string };`,
    ["x", "a"],
  ],
])("the fields of %s", (_, text, fields) => {
  const place = "export interface Place { /** X. */ readonly x: string; /** Y. */ readonly y: string }";
  const root = house({
    "apps/murre/src/index.ts": entry,
    "packages/files/src/types.ts": `${place}\n${text}\nexport interface RunReport {}`,
  });
  const declarations = new Declarations(root);
  const [found] = declarations.find("apps/murre/src/index.ts", "RunOptions");
  expect(found && fieldsOf(declarations, found).map(({ name }) => name)).toEqual(fields);
});

test("the reference has what is exported, with what is said of it", () => {
  const types = `
    export interface Place { /** Where | how. */ readonly x: "a" | "b"; readonly y?: string }
    /** Of a {@link Place}; see {@link Place.x}. */
    export interface RunReport { readonly places: readonly Place[]; readonly maybe?: string }
    export interface RunOptions extends Place { /** Needed. */ readonly a: string; readonly silent?: boolean }`;
  const root = house({ "apps/murre/src/index.ts": entry, "packages/files/src/types.ts": types });
  const said: string[] = [];
  const text = apiDocument(root, (where, what) => said.push(`${where}: ${what}`));
  for (const part of [
    "### version\n\n```ts\nconst version: string\n```\n\nThe version.",
    "### murre.run\n\n```ts\nmurre.run(options: RunOptions): Promise<RunReport>\n```\n\nRuns. Options: [`RunOptions`](#runoptions). Report: [`RunReport`](#runreport).",
    "### murre.cache.clean",
    "| `begun` | `of?: number` | It has begun. |\n| `done` |  |  |",
    "| `errors.Odd` | [`MURRE_ODD`](errors.md#murre_odd) | `where: string`, `path: string` |",
    "Has all of [`Place`](#place).\n\n| option | type | meaning |\n| --- | --- | --- |\n| `a` (required) | `string` | Needed. |",
    "Of a [`Place`](#place); see `x` of [`Place`](#place).",
    "| `places` | [`Place[]`](#place) |  |\n| `maybe` | `string`, or absent |  |",
    String.raw`| ${"`x`"} | ${'`"a" \\| "b"`'} | Where \| how. |`,
  ])
    expect(text).toContain(part);
  expect(said).toEqual(["packages/files/src/types.ts: nothing says what RunOptions.silent means"]);
});
