import { beginCacheOperation, type CacheOperation, type WheelEntry } from "@murre/cache";
import { normalizeName } from "@murre/pep508";
import { temporaryFolder } from "@murre/test-kit";
import { createUnpacker } from "@murre/wheel";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createBuilder, type Builder } from "../src/builder/builder.ts";
import type { BuildEvent, BuildServices, BuildSource } from "../src/builder/build-services.ts";
import { anInterpreter, plainEnvironments, writeSource } from "./source.ts";

const interpreter = anInterpreter();

/** One operation on a world's cache, as a command would have it. */
export interface Operation {
  readonly cache: CacheOperation;
  readonly builder: Builder;
  readonly events: BuildEvent[];
  /** What was said about waiting for others. */
  readonly waits: string[];
  end(): Promise<void>;
}

/** A cache, a source tree, and a note of which hooks ran. */
export class BuilderWorld {
  readonly folder = temporaryFolder("builder");
  readonly tree: string;
  readonly logFolder = join(this.folder, "logs");
  readonly #hookLog = join(this.folder, "hooks.txt");

  constructor(code = "", files: Readonly<Record<string, string>> = {}) {
    this.tree = writeSource(join(this.folder, "tree"), code, files);
  }

  begin(changes: Partial<BuildServices> = {}, settings: Partial<BuildServices["settings"]> = {}): Operation {
    const waits: string[] = [];
    const events: BuildEvent[] = [];
    const cache = beginCacheOperation(join(this.folder, "cache"), { onWaiting: (what) => void waits.push(what) });
    const unpacker = createUnpacker({ workers: 0 });
    const plain = plainEnvironments({ ...interpreter });
    const environments: BuildServices["environments"] = {
      make: async (...words) => {
        const made = await plain.make(...words);
        return { ...made, env: { ...made.env, IN_HOUSE_LOG: this.#hookLog } };
      },
    };
    const builder = createBuilder({
      cache,
      interpreter,
      environments,
      unpacker: () => unpacker,
      settings: {
        isolation: "isolated",
        configSettings: {},
        constraints: [],
        timeoutMs: undefined,
        logFolder: this.logFolder,
        env: process.env,
        platform: process.platform,
        ...settings,
      },
      chain: [],
      onEvent: (event) => void events.push(event),
      signal: undefined,
      ...changes,
    });
    const end = async () => {
      builder.close();
      cache.end();
      await unpacker.close();
    };
    return { cache, builder, events, waits, end };
  }

  /** Begins an operation for a piece of work, and ends it. */
  async once<T>(work: (operation: Operation) => Promise<T>, changes: Partial<BuildServices> = {}): Promise<T> {
    const operation = this.begin(changes);
    try {
      return await work(operation);
    } finally {
      await operation.end();
    }
  }

  get directory(): BuildSource {
    return { kind: "directory", path: this.tree, project: normalizeName("demo"), shown: "./tree" };
  }

  archive(path: string): BuildSource {
    const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
    const filename = basename(path);
    return { kind: "archive", path, filename, sha256, project: normalizeName("demo"), shown: filename };
  }

  /** The hooks that backends have noted so far, in their order. */
  get hooks(): string[] {
    try {
      return readFileSync(this.#hookLog, "utf8").trim().split("\n");
    } catch {
      return [];
    }
  }
}

export function contentOf(entry: WheelEntry): string {
  return readFileSync(join(entry.filesFolder, "demo.py"), "utf8");
}
