import { bytesReader, fileReader, temporaryFolder } from "@murre/test-kit";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fillDemo } from "../src/demo-wheel.test.data.ts";
import { decodeManifest, encodeManifest, filesOf } from "../src/entry/manifest.ts";
import { readPointer, readRecord, usePointer } from "../src/entry/pointer.ts";
import { fileValidators, rememberedFileHash } from "../src/documents/remembered-file.ts";

const folder = temporaryFolder("fuzz-cache");
mkdirSync(join(folder, "out"));
const manifest = encodeManifest(await fillDemo()(join(folder, "out")));
const sha256 = "0a".repeat(32);
const archive = encodeManifest({ kind: "archive", filename: "a-1.0.zip", project: "a", sizeBytes: 1, sha256 });
const known = join(folder, "known");
const file = join(folder, "file");
const id = `${"0a".repeat(16)}.lease_x.1`;

/** Everything of a manifest that somebody asks for. */
function readManifest(bytes: Buffer): void {
  const manifest = decodeManifest(bytes);
  const files = filesOf(manifest);
  const texts = files.flatMap(({ path, sha256 }) => [path, sha256]);
  const numbers = files.map(({ sizeBytes }) => sizeBytes);
  if (manifest.kind === "archive") texts.push(manifest.project, manifest.version ?? "", manifest.sha256);
  else {
    const { head, names, directories, recordBytes, dataRecord } = manifest;
    texts.push(head.name, head.version, head.distInfo, ...head.topLevel, ...names, dataRecord);
    texts.push(...directories.map(({ path }) => path));
    texts.push(...[...head.consoleScripts, ...head.guiScripts].flatMap(({ name, module }) => [name, module]));
    numbers.push(head.fileCount, head.totalBytes, ...directories.map(({ fileCount }) => fileCount));
    if (!Buffer.isBuffer(recordBytes)) throw new Error("no record");
  }
  if (!texts.every((text) => typeof text === "string")) throw new Error("a text is none");
  if (!numbers.every((number) => Number.isSafeInteger(number) && number >= 0)) throw new Error("a number is none");
}

writeFileSync(known, "");
const validators = fileValidators(known);

function readRemembered(bytes: Buffer): void {
  const hash = rememberedFileHash({ read: () => bytes } as never, known);
  if (hash !== undefined && typeof hash !== "string") throw new Error("a hash that is no text");
}

/** Everything of this package that reads what strangers wrote. */
export const readers = [
  bytesReader("manifest", readManifest, [manifest, archive]),
  fileReader("pointer", file, () => [readPointer(file), usePointer(file), readRecord(file)], [
    `${id}\n`,
    `${id}\ncondemned\n`,
  ]),
  bytesReader("remembered-file", readRemembered, [JSON.stringify({ validators, sha256: "00" })]),
];
