import { parseLockFile } from "@murre/requirements";
import {
  indexedWheel,
  provenanceBy,
  serveFolder,
  temporaryFolder,
  writeIndex,
  type FolderServer,
  type IndexedFile,
  type IndexOptions,
} from "@murre/test-kit";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeCommandWorld, succeeded, type CommandWorld } from "./command-world.ts";

export const publisher = (name: string) => ({
  kind: "GitHub",
  repository: `o/${name}`,
  workflow: "r.yml",
  environment: null,
});
export const identity = (name: string) => ({ kind: "GitHub", repository: `o/${name}`, workflow: "r.yml" });

export type Claims = Partial<IndexedFile>;
export const attested = (name: string): Claims => ({ provenance: provenanceBy(publisher(name)) });
export const wheelOf = (name: string, version = "1.0") => `${name}-${version}-py3-none-any.whl`;

export interface IndexWorld extends AsyncDisposable {
  readonly world: CommandWorld;
  readonly folder: string;
  readonly server: FolderServer;
  /** Locks what is in `a.in`, into `pylock.toml`. */
  lock(...words: string[]): Promise<{ readonly identities: Record<string, unknown>; readonly stderr: string }>;
  asked(): readonly string[];
}

/** An index with these projects, all of which are asked for in `a.in`. */
export async function indexOf(
  claims: Readonly<Record<string, Claims>>,
  options: IndexOptions = {},
): Promise<IndexWorld> {
  const folder = temporaryFolder("index");
  const names = Object.keys(claims);
  const files = names.map((name) => indexedWheel({ name, version: "1.0" }, claims[name]));
  writeIndex(folder, await Promise.all(files), options);
  const server = await serveFolder(folder);
  const world = makeCommandWorld();
  world.write("a.in", names.map((name) => `${name}\n`).join(""));
  const lockFile = join(world.folder, "pylock.toml");
  return {
    world,
    folder,
    server,
    async lock(...words) {
      const from = ["--no-config", "-i", `${server.url}/simple/`];
      const { stderr } = succeeded(
        await world.murre("pip", "compile", "a.in", "-o", lockFile, "-q", "--no-header", ...from, ...words),
      );
      const { lock } = parseLockFile(readFileSync(lockFile, "utf8"));
      const said = lock.packages.map(({ name, attestationIdentities }) => [name, attestationIdentities]);
      return { identities: Object.fromEntries(said) as Record<string, unknown>, stderr };
    },
    asked: () => server.requests.map(({ path }) => path).filter((path) => path.endsWith(".provenance")),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
