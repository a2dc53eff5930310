import type { CoreMetadata } from "@murre/wheel";

/** Core metadata as JSON (PEP 566): what is written once as a text, what may be repeated as a list. */
export type MetadataJson = Readonly<Record<string, string | readonly string[]>>;

const single = [
  "metadata-version",
  "name",
  "version",
  "summary",
  "description-content-type",
  "keywords",
  "home-page",
  "download-url",
  "author",
  "author-email",
  "maintainer",
  "maintainer-email",
  "license",
  "license-expression",
  "requires-python",
];

const repeated = [
  "dynamic",
  "platform",
  "supported-platform",
  "classifier",
  "license-file",
  "requires-dist",
  "requires-external",
  "project-url",
  "provides-extra",
  "provides-dist",
  "obsoletes-dist",
];

/** Every field that the core metadata has, as pip's reports write them; what else stands in the file is left out. */
export function metadataJson({ fields, description }: CoreMetadata): MetadataJson {
  const key = (field: string) => field.replaceAll("-", "_");
  const found: [string, string | readonly string[]][] = [];
  for (const field of single) {
    const value = fields.get(field)?.[0];
    if (value !== undefined) found.push([key(field), field === "keywords" ? keywordsOf(value) : value]);
  }
  for (const field of repeated) {
    const values = fields.get(field);
    if (values !== undefined) found.push([key(field), values]);
  }
  if (description !== undefined) found.push(["description", description]);
  return Object.fromEntries(found);
}

/** Separated by commas, as the standard has it, or by spaces, as many are. */
function keywordsOf(value: string): string[] {
  return (value.includes(",") ? value.split(",") : value.split(/\s+/)).map((word) => word.trim()).filter(Boolean);
}
