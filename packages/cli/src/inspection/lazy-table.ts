import type { Command } from "commander";
import { lazyCommand } from "./lazy-commands.ts";

/** By name. */
type LazyCommands = Readonly<Record<string, () => Command>>;

const config = (description: string) => () =>
  lazyCommand("config", description, async () => (await import("./config.ts")).completeConfig);

/** What looks at things and changes none, below `murre pip`. */
export const lazyPipCommands: LazyCommands = {
  tree: () =>
    lazyCommand("tree", "Show what is installed with what each of it requires", async () => {
      return (await import("./tree.ts")).completeTree;
    }),
  inspect: () =>
    lazyCommand("inspect", "Print what is installed with all of its metadata, as JSON", async () => {
      return (await import("./inspect.ts")).completeInspect;
    }),
  index: () => lazyCommand("index", "Ask the indexes", async () => (await import("./index-versions.ts")).completeIndex),
  hash: () =>
    lazyCommand("hash", "Print the hashes of files, for requirements files", async () => {
      return (await import("./hash.ts")).completeHash;
    }),
  cache: () =>
    lazyCommand("cache", "Look after the cache, with pip's words", async () => {
      return (await import("./pip-cache.ts")).completePipCache;
    }),
  config: config("Show what pip's configuration says"),
  debug: () =>
    lazyCommand("debug", "Say which interpreter is used, which tags fit, and where is looked", async () => {
      return (await import("./debug.ts")).completeDebug;
    }),
};

/** The same at the top. */
export const lazyCommands: LazyCommands = {
  python: () =>
    lazyCommand("python", "Find interpreters, and pin one", async () => {
      return (await import("./python.ts")).completePython;
    }),
  config: config("Show what configuration files and variables say, and where"),
  completion: () =>
    lazyCommand("completion", "Print what completes commands and options in a shell", async () => {
      return (await import("./completion.ts")).completeCompletion;
    }),
};
