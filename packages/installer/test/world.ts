import { indexedWheel, temporaryFolder, writeIndex, type IndexedFile, type WheelSpec } from "@murre/test-kit";
import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInstaller } from "../src/create-installer.ts";
import type { InstallerEvent } from "../src/api/events.ts";
import type { Operations } from "../src/api/all-operations.ts";
import type { InstallerSettings } from "../src/api/settings.ts";

/** A cache, an index and an environment of their own, below one temporary folder. */
export interface World {
  readonly folder: string;
  readonly environment: string;
  readonly index: string;
  readonly installer: Operations;
  readonly events: InstallerEvent[];
  /** What every change of this world is given: its index, its environment, and no configuration of the machine. */
  readonly common: {
    readonly python: string;
    readonly indexUrl: string;
    readonly ignoreConfiguration: true;
    readonly onEvent: (event: InstallerEvent) => void;
  };
  requirements(text: string, name?: string): string;
  installed(): Promise<string[]>;
}

export async function makeWorld(files: readonly (WheelSpec | IndexedFile)[], cacheFolder?: string): Promise<World> {
  const folder = temporaryFolder("installer");
  const index = join(folder, "index");
  writeIndex(index, await Promise.all(files.map((file) => ("data" in file ? file : indexedWheel(file)))));
  const installer = openInstaller(folder, cacheFolder);
  const environment = join(folder, "env");
  await installer.venv({ path: environment });
  const events: InstallerEvent[] = [];
  const common = {
    python: environment,
    indexUrl: join(index, "simple"),
    ignoreConfiguration: true,
    onEvent: (event: InstallerEvent) => void events.push(event),
  } as const;
  return {
    folder,
    environment,
    index,
    installer,
    events,
    common,
    requirements(text, name = "requirements.txt") {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    async installed() {
      const { distributions } = await installer.list({ python: environment });
      return distributions.map(({ name, version }) => `${name}==${version}`);
    },
  };
}

export function openInstaller(
  folder: string,
  cacheFolder = join(folder, "cache"),
  env: InstallerSettings["env"] = process.env,
  more: Partial<InstallerSettings> = {},
): Operations {
  return createInstaller({
    cacheFolder,
    cwd: folder,
    home: homedir(),
    env,
    platform: process.platform,
    version: "0.0.0",
    readStandardInput: async () => "",
    threads: 1,
    ...more,
  });
}

/** Every path below a folder with what it holds: two equal snapshots mean that nothing was changed. */
export function snapshot(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (relative: string) => {
    for (const name of readdirSync(join(folder, relative))) {
      const path = join(relative, name);
      const absolute = join(folder, path);
      const stats = lstatSync(absolute);
      if (stats.isDirectory()) {
        found[path] = "folder";
        walk(path);
      } else if (stats.isSymbolicLink()) found[path] = readlinkSync(absolute);
      else found[path] = createHash("sha256").update(readFileSync(absolute)).digest("hex");
    }
  };
  walk("");
  return found;
}

/** Rows of every RECORD whose file is missing or has another hash or size. */
export function brokenRecords(sitePackages: string): string[] {
  const broken: string[] = [];
  for (const distInfo of readdirSync(sitePackages).filter((name) => name.endsWith(".dist-info")))
    for (const row of readFileSync(join(sitePackages, distInfo, "RECORD"), "utf8")
      .trimEnd()
      .split("\n")) {
      const [path = "", hash = "", size = ""] = row.split(",");
      if (hash === "") continue;
      const content = read(join(sitePackages, path));
      const digest = content && createHash("sha256").update(content).digest("base64url");
      if (content === undefined || `sha256=${digest}` !== hash || String(content.length) !== size)
        broken.push(`${distInfo}: ${path}`);
    }
  return broken;
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
