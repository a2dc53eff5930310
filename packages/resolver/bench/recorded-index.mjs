// Reads a recorded index: its pages, metadata and workloads.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { parseRequirement } from "@murre/pep508";

export const folder = process.env.MURRE_INDEX_SNAPSHOT;
if (!folder) {
  console.error("MURRE_INDEX_SNAPSHOT must name the folder of a recorded index");
  process.exit(2);
}

const readings = new Map();

function readJson(path) {
  if (!readings.has(path)) {
    let value;
    try {
      value = JSON.parse(gunzipSync(readFileSync(join(folder, path))).toString());
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
    readings.set(path, value);
  }
  return readings.get(path);
}

const fields = (text, name) => [...text.matchAll(new RegExp(`^${name}: *(.*)$`, "gim"))].map((match) => match[1]);

const parsed = new Map();

const versionOf = (filename) => filename.split("-")[1];

export function readMetadata(project, filename) {
  const key = `${project}/${filename}`;
  if (!parsed.has(key)) {
    const texts = readJson(`metadata/${project}.json.gz`) ?? {};
    // Wheels of one version have the same metadata.
    const text = texts[filename] ?? texts[Object.keys(texts).find((other) => versionOf(other) === versionOf(filename))];
    parsed.set(
      key,
      text === undefined
        ? undefined
        : {
            version: fields(text, "Version")[0],
            requiresDist: fields(text, "Requires-Dist"),
            requiresPython: fields(text, "Requires-Python")[0],
            providesExtra: fields(text, "Provides-Extra"),
          },
    );
  }
  return parsed.get(key);
}

export function recordedSource(missing, latencyMs) {
  const answer = async (value) => {
    if (latencyMs > 0) await sleep(latencyMs);
    return value;
  };
  return {
    async files(project) {
      const page = readJson(`simple/${project}.json.gz`);
      if (!page) missing.push(project);
      return answer(page?.files.map(toFile));
    },
    async metadata(file, project) {
      const metadata = readMetadata(project, file.filename);
      if (!metadata) missing.push(file.filename);
      return answer(metadata ?? { unavailable: "the recording has no metadata of it" });
    },
  };
}

const toFile = (file) => ({ filename: file.filename, requiresPython: file["requires-python"], yanked: file.yanked });

export function readWorkload(name) {
  const lines = readFileSync(join(folder, "requirements", `${name}.in`), "utf8").split("\n");
  return lines
    .map((line) => line.replace(/(^|\s)#.*/, "").trim())
    .filter(Boolean)
    .map(parseRequirement);
}
