// Who else's work is in the bundle: the text of every licence (THIRD-PARTY-NOTICES.txt), and a list for machines (sbom.cdx.json, CycloneDX).
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/**
 * @param {object} about
 * @param {string} about.dist where they are written
 * @param {string} about.app the folder that paths of inputs are relative to
 * @param {string} about.version murre's
 * @param {readonly string[]} inputs every file of the bundles, as esbuild names it
 */
export function writeNotices({ dist, app, version }, inputs) {
  const packages = bundledPackages(app, inputs);
  writeFileSync(join(dist, "THIRD-PARTY-NOTICES.txt"), packages.map(notice).join(`\n${"-".repeat(78)}\n\n`));
  writeFileSync(join(dist, "sbom.cdx.json"), `${JSON.stringify(bill(version, packages), null, 1)}\n`);
}

/** The packages that files below a node_modules belong to, each once, by name and version. */
function bundledPackages(app, inputs) {
  const found = new Map();
  for (const input of inputs) {
    // A namespace of a plugin stands in front: `picked:…`.
    const path = input.replaceAll("\\", "/");
    const inside = /^(?:[a-z-]+:)?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
    if (inside === undefined) continue;
    const folder = resolve(app, inside);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    found.set(`${manifest.name}@${manifest.version}`, { folder, manifest });
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => described(one));
}

/** @throws where a package has no licence text: it could not be passed on */
function described({ folder, manifest: { name, version, license, author } }) {
  const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)(?:[.-].*)?$/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8").trim());
  if (typeof license !== "string") throw new Error(`${name}@${version} names no licence (SPDX)`);
  const by = typeof author === "string" ? author : author?.name;
  if (texts.length === 0 && by === undefined)
    throw new Error(`${name}@${version} has neither a licence text nor an author`);
  return { name, version, license, text: texts.join("\n\n") || `${license}, by ${by}` };
}

function notice({ name, version, license, text }) {
  return `${name} ${version} (${license})\n\n${text}\n`;
}

/** CycloneDX 1.6. Nothing in it but what is bundled, so that the same bundle has the same list. */
function bill(version, packages) {
  const purl = (name, its) => `pkg:npm/${name.replace("@", "%40")}@${its}`;
  const component = (type, name, its, license) => ({
    type,
    "bom-ref": purl(name, its),
    name,
    version: its,
    licenses: [{ license: { id: license } }],
    purl: purl(name, its),
  });
  const murre = component("application", "murre", version, "MIT");
  const parts = packages.map((one) => component("library", one.name, one.version, one.license));
  const id = createHash("sha256")
    .update(JSON.stringify([murre, parts]))
    .digest("hex");
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20, 32)}`,
    version: 1,
    metadata: { component: murre },
    components: parts,
    dependencies: [{ ref: murre["bom-ref"], dependsOn: parts.map((part) => part["bom-ref"]) }],
  };
}
