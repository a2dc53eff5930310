import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeZip, type ZipMember } from "./make-zip.ts";
import {
  wheelFile,
  wheelFilename,
  wheelMetadata,
  wheelStem,
  type MemberContent,
  type RecordRow,
  type WheelSpec,
} from "./wheel-spec.ts";

/**
 * The bytes of a wheel: valid unless the spec says otherwise, and the same for the same spec everywhere.
 * What no spec can say (lying headers, bad names) is done to the result by `patchMember`.
 */
export async function makeWheel(spec: WheelSpec): Promise<Buffer> {
  const stem = wheelStem(spec);
  const distInfo = spec.distInfo ?? `${stem}.dist-info`;
  const members: ZipMember[] = [];
  const module = spec.name.replaceAll(/[-.]+/g, "_").toLowerCase();
  const files = spec.files ?? { [`${module}.py`]: `__version__ = "${spec.version}"\n` };
  for (const [path, content] of Object.entries(files)) members.push(member(path, content));
  for (const [path, content] of Object.entries(spec.dataFiles ?? {}))
    members.push(member(`${stem}.data/${path}`, content));
  if (spec.metadata !== null) members.push(member(`${distInfo}/METADATA`, wheelMetadata(spec)));
  if (spec.wheel !== null) members.push(member(`${distInfo}/WHEEL`, spec.wheel ?? wheelFile(spec)));
  if (spec.entryPoints) members.push(member(`${distInfo}/entry_points.txt`, formatEntryPoints(spec.entryPoints)));
  if (spec.record !== null) {
    const path = `${distInfo}/RECORD`;
    members.push(member(path, recordText(spec, [...members.map(recordRow), { path, hash: "", size: "" }])));
  }
  for (const [path, content] of spec.unlisted ?? []) members.push(member(path, content));
  return makeZip(members, spec.zip);
}

/** Makes the wheel in `folder` (created when missing) under its own filename and returns the path. */
export async function writeWheel(folder: string, spec: WheelSpec): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, wheelFilename(spec));
  writeFileSync(path, await makeWheel(spec));
  return path;
}

function member(path: string, content: MemberContent): ZipMember {
  const plain = typeof content === "string" || Buffer.isBuffer(content) ? { data: content } : content;
  return { path, data: Buffer.from(plain.data), executable: plain.executable ?? false };
}

function recordRow({ path, data }: ZipMember): RecordRow {
  const hash = `sha256=${createHash("sha256").update(data).digest("base64url")}`;
  return { path, hash, size: String(data.length) };
}

const quote = (path: string): string => (/[",\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path);

function recordText(spec: WheelSpec, rows: readonly RecordRow[]): string {
  if (typeof spec.record === "string") return spec.record;
  const chosen = typeof spec.record === "function" ? spec.record(rows) : rows;
  return chosen.map((row) => `${quote(row.path)},${row.hash},${row.size}\n`).join("");
}

function formatEntryPoints(groups: NonNullable<WheelSpec["entryPoints"]>): string {
  return Object.entries(groups)
    .map(([group, points]) => {
      const lines = Object.entries(points).map(([name, reference]) => `${name} = ${reference}\n`);
      return `[${group}]\n${lines.join("")}`;
    })
    .join("\n");
}
