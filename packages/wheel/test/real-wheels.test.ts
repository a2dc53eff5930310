import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "@murre/test-kit";
import { describe, expect, test } from "vitest";
import { createUnpacker, parseMetadata, readWheelMetadata } from "../src/index.ts";

/** Wheels on this machine, found only through pip's configuration (`file:` indexes and find-links folders); often none. */
function configuredWheels(): string[] {
  const places = pipSettings()
    .flatMap((value) => value.split(/\s+/))
    .flatMap(localFolder);
  return places.flatMap(wheelsBelow).toSorted();
}

function pipSettings(): string[] {
  try {
    const list = execFileSync("python3", ["-m", "pip", "config", "list"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return [...list.matchAll(/(?:index-url|find-links)='(.*)'/g)].map((match) => match[1]!.replaceAll("\\n", " "));
  } catch {
    return [];
  }
}

function localFolder(place: string): string[] {
  const path = place.startsWith("file:") ? fileURLToPath(place) : place;
  return path.startsWith("/") ? [path] : [];
}

/** In the folder itself, or where the pages of an index usually point to: `files/` beside `simple/`. */
function wheelsBelow(folder: string): string[] {
  return [folder, join(folder, "../files")].flatMap((candidate) => {
    const isFolder = statSync(candidate, { throwIfNoEntry: false })?.isDirectory() === true;
    const names = isFolder ? readdirSync(candidate).filter((name) => name.endsWith(".whl")) : [];
    return names.map((name) => join(candidate, name));
  });
}

const smallBytes = 3 * 1024 * 1024;
const spread = configuredWheels().filter((path) => statSync(path).size < smallBytes);
const step = Math.max(1, Math.floor(spread.length / 8));
const handful = spread.filter((_, index) => index % step === 0).slice(0, 8);

describe("real wheels, where pip's configuration has some", () => {
  test.runIf(handful.length > 0)("are unpacked, and their parts agree with what was written", async () => {
    const folder = temporaryFolder("real");
    await using unpacker = createUnpacker({ workers: 2 });
    for (const [index, wheelPath] of handful.entries()) {
      const destination = join(folder, String(index));
      mkdirSync(destination);
      const wheel = await unpacker.unpack({ wheelPath, destination });
      expect((await readWheelMetadata(wheelPath)).text).toBe(wheel.metadataText);
      expect(parseMetadata(wheel.metadataText).name).toBe(wheel.name);
      for (const file of wheel.files) expect(statSync(join(destination, file.path)).size).toBe(file.sizeBytes);
    }
  });
});
