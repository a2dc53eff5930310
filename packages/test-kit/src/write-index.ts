import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeWheel } from "./make-wheel.ts";
import { wheelFilename, wheelMetadata, type WheelSpec } from "./wheel-spec.ts";

/** A distribution file for an index, and what the index says about it. */
export interface IndexedFile {
  /** The project whose page lists it, as the index is to spell it in the folder name. */
  readonly project: string;
  readonly filename: string;
  readonly data: Buffer;
  readonly requiresPython?: string | undefined;
  /** The reason, or true for none. */
  readonly yanked?: boolean | string;
  /** Offered as `FILENAME.metadata` (PEP 658). */
  readonly metadata?: string;
  /** What the page claims; default: the true sha256. An empty object claims nothing. */
  readonly hashes?: Readonly<Record<string, string>>;
  /** Offered as `FILENAME.provenance` (PEP 740): a text as it is, anything else as JSON. */
  readonly provenance?: unknown;
  /** Where the page says that the provenance is; default: where it is, if there is one. */
  readonly provenanceUrl?: string;
}

/** A provenance (PEP 740) with one attestation of each publisher, that nobody could verify. */
export function provenanceBy(...publishers: readonly Readonly<Record<string, unknown>>[]): object {
  const envelope = { statement: "e30=", signature: "" };
  const attestation = { version: 1, verification_material: { certificate: "", transparency_entries: [] }, envelope };
  const bundles = publishers.map((publisher) => ({ publisher, attestations: [attestation] }));
  return { version: 1, attestation_bundles: bundles };
}

export interface IndexOptions {
  /** Which forms of each page are written: index.html (PEP 503), index.json (PEP 691), or both (the default). */
  readonly format?: "html" | "json" | "both";
}

/** The file that an index holds for a made wheel. */
export async function indexedWheel(spec: WheelSpec, claims: Partial<IndexedFile> = {}): Promise<IndexedFile> {
  return {
    project: normalized(spec.name),
    filename: wheelFilename(spec),
    data: await makeWheel(spec),
    ...(spec.requiresPython === undefined ? {} : { requiresPython: spec.requiresPython }),
    metadata: wheelMetadata(spec),
    ...claims,
  };
}

/** Writes `simple/PROJECT/index.html|json` and `files/FILENAME` below the folder: servable, and readable as `file:`. */
export function writeIndex(folder: string, files: readonly IndexedFile[], options: IndexOptions = {}): void {
  mkdirSync(join(folder, "files"), { recursive: true });
  for (const file of files) {
    writeFileSync(join(folder, "files", file.filename), file.data);
    if (file.metadata !== undefined) writeFileSync(join(folder, "files", `${file.filename}.metadata`), file.metadata);
    const { provenance } = file;
    if (provenance !== undefined)
      writeFileSync(
        join(folder, "files", `${file.filename}.provenance`),
        typeof provenance === "string" ? provenance : JSON.stringify(provenance),
      );
  }
  const projects = new Map<string, IndexedFile[]>();
  for (const file of files) projects.set(file.project, [...(projects.get(file.project) ?? []), file]);
  writePage(join(folder, "simple"), options, {
    html: page(
      "Simple index",
      [...projects.keys()].map((name) => `<a href="${name}/">${name}</a>`),
    ),
    json: { meta: { "api-version": "1.0" }, projects: [...projects.keys()].map((name) => ({ name })) },
  });
  for (const [project, members] of projects)
    writePage(join(folder, "simple", project), options, {
      html: page(`Links for ${project}`, members.map(htmlLink)),
      json: { meta: { "api-version": "1.1" }, name: project, versions: [], files: members.map(jsonFile) },
    });
}

function writePage(folder: string, { format = "both" }: IndexOptions, forms: { html: string; json: object }): void {
  mkdirSync(folder, { recursive: true });
  if (format !== "json") writeFileSync(join(folder, "index.html"), forms.html);
  if (format !== "html") writeFileSync(join(folder, "index.json"), JSON.stringify(forms.json));
}

const normalized = (name: string): string => name.replaceAll(/[-_.]+/g, "-").toLowerCase();

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");

const claimedHashes = (file: IndexedFile): Readonly<Record<string, string>> =>
  file.hashes ?? { sha256: sha256(file.data) };

function page(title: string, links: readonly string[]): string {
  const body = links.map((link) => `    ${link}<br/>\n`).join("");
  return `<!DOCTYPE html>\n<html>\n  <head><meta name="pypi:repository-version" content="1.0"/><title>${title}</title></head>\n  <body>\n${body}  </body>\n</html>\n`;
}

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const addressOf = ({ filename }: IndexedFile): string => `../../files/${encodeURIComponent(filename)}`;

const addressOfProvenance = (file: IndexedFile): string | undefined =>
  file.provenanceUrl ?? (file.provenance === undefined ? undefined : `${addressOf(file)}.provenance`);

function htmlLink(file: IndexedFile): string {
  const [hash] = Object.entries(claimedHashes(file));
  const fragment = hash ? `#${hash[0]}=${hash[1]}` : "";
  const attributes: string[] = [];
  const add = (name: string, value: string) => attributes.push(` ${name}="${escapeHtml(value)}"`);
  if (file.requiresPython !== undefined) add("data-requires-python", file.requiresPython);
  if (file.metadata !== undefined) {
    add("data-dist-info-metadata", `sha256=${sha256(file.metadata)}`);
    add("data-core-metadata", `sha256=${sha256(file.metadata)}`);
  }
  if (file.yanked !== undefined && file.yanked !== false) add("data-yanked", file.yanked === true ? "" : file.yanked);
  const provenance = addressOfProvenance(file);
  if (provenance !== undefined) add("data-provenance", provenance);
  const url = `${addressOf(file)}${fragment}`;
  return `<a href="${url}"${attributes.join("")}>${escapeHtml(file.filename)}</a>`;
}

function jsonFile(file: IndexedFile): object {
  const metadata = file.metadata === undefined ? {} : { "core-metadata": { sha256: sha256(file.metadata) } };
  const provenance = addressOfProvenance(file);
  return {
    filename: file.filename,
    url: addressOf(file),
    hashes: claimedHashes(file),
    size: file.data.length,
    ...(file.requiresPython === undefined ? {} : { "requires-python": file.requiresPython }),
    ...(file.yanked === undefined ? {} : { yanked: file.yanked }),
    ...metadata,
    ...(provenance === undefined ? {} : { provenance }),
  };
}
