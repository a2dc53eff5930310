import { indexedWheel, temporaryFolder, writeIndex, type WheelSpec } from "@murre/test-kit";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach } from "vitest";
import { allText, makeCommandWorld, type Run } from "./command-world.ts";

export const both = ["app==1.0", "lib==1.0"];

export const lib: WheelSpec = { name: "lib", version: "1.0" };

/** Two projects, of which one needs the other. */
export const specs: readonly WheelSpec[] = [{ name: "app", version: "1.0", requiresDist: ["lib"] }, lib];

/** The folder of an index as a plain web server has it: pages of HTML. */
export async function indexFolder(
  wheels: readonly WheelSpec[] = specs,
  { hasMetadata = true }: { hasMetadata?: boolean } = {},
): Promise<string> {
  const root = temporaryFolder("index");
  const files = await Promise.all(wheels.map((spec) => indexedWheel(spec)));
  const listed = files.map(({ metadata, ...file }) => (hasMetadata ? { ...file, metadata: metadata ?? "" } : file));
  writeIndex(root, listed, { format: "html" });
  return root;
}

/** Closes servers after each test, the last one first. */
export function closingServers(): <T extends { close(): Promise<void> }>(server: T) => T {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });
  return (server) => {
    closing.push(() => server.close());
    return server;
  };
}

export interface ServedInstall extends Run {
  readonly installed: readonly string[];
  /** All that is printed, kept in the cache and installed. */
  readonly everything: string;
}

let python: Promise<string> | undefined;

/** Installs `app` as a user does, from an index of a new world: nothing is known of any server. */
export async function installServed(
  index: string,
  {
    env = {},
    words = [],
    what = ["app"],
  }: { env?: NodeJS.ProcessEnv; words?: readonly string[]; what?: string[] } = {},
): Promise<ServedInstall> {
  python ??= makeCommandWorld()
    .environment("env")
    .then((environment) => environment.python);
  const world = makeCommandWorld({ PIP_RETRIES: "3", HOME: temporaryFolder("home"), ...env });
  const target = join(world.folder, "target");
  const places = ["--target", target, "-p", await python, "-i", index];
  const run = await world.murre("pip", "install", ...what, ...places, ...words);
  const names = existsSync(target) ? readdirSync(target) : [];
  const installed = names.flatMap((name) => /^(.*)-(.*)\.dist-info$/.exec(name)?.slice(1, 3).join("==") ?? []);
  return { ...run, installed: installed.toSorted(), everything: run.stdout + run.stderr + allText(world.folder) };
}
