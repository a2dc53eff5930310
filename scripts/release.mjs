// `pnpm release`: builds, packs and judges every package as npm would have it. With `--publish` what has no release of its version gets one, with provenance,
// which only a service that signs can give: `--no-provenance` is for a registry of one's own, such as that of scripts/try-release.mjs.
// node scripts/release.mjs [--publish [--no-provenance]] [--out FOLDER]
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: words } = parseArgs({
  allowNegative: true,
  options: {
    publish: { type: "boolean", default: false },
    provenance: { type: "boolean", default: true },
    out: { type: "string", default: "release" },
  },
});
const out = join(root, words.out);
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { order } = JSON.parse(readFileSync(join(root, "scripts/house.json"), "utf8"));
const pnpm = (cwd, ...rest) =>
  execFileSync("npx", ["--yes", packageManager, ...rest], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });

/**
 * What is no problem: murre's packages are ES modules, which every Node that they are for can `require()`; and these Nodes, unlike the oldest way of
 * TypeScript to find modules, know `exports`.
 */
const isAllowed = ({ kind, resolutionKind }) => kind === "CJSResolvesToESM" || resolutionKind === "node10";

/** What stands in the way of a package's release. */
async function problemsOf(tarball) {
  const { messages, pkg } = await publint({ pack: { tarball: exactly(readFileSync(tarball)) }, strict: true });
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(exactly(readFileSync(tarball)))));
  const types =
    analysis.types === false
      ? ["has no types"]
      : analysis.problems.filter((problem) => !isAllowed(problem)).map(({ kind }) => `types: ${kind}`);
  return [...messages.map((message) => formatMessage(message, pkg, { color: false })), ...types];
}

/** A buffer's bytes and no others of its pool. */
function exactly(bytes) {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

function isReleased(name, version) {
  return spawnSync("npm", ["view", `${name}@${version}`, "version"], { encoding: "utf8" }).stdout.trim() === version;
}

const waiting = readdirSync(join(root, ".changeset")).filter((file) => file.endsWith(".md") && file !== "README.md");
if (words.publish && waiting.length > 0)
  throw new Error(
    `${waiting.length} changesets are no part of a version yet: run \`pnpm run version\` and commit what it writes`,
  );

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
// What others stand on first, so that nobody can install a package whose dependencies are not there yet.
const packages = order.toReversed().map((folder) => {
  const { name, version } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  // `prepack` of each builds it.
  pnpm(join(root, folder), "pack", "--pack-destination", out);
  const tarball = join(out, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
  return { folder, name, version, tarball };
});

let wrong = 0;
for (const { name, version, tarball } of packages) {
  const problems = await problemsOf(tarball);
  wrong += problems.length;
  console.log(`${name} ${version}: ${Math.ceil(statSync(tarball).size / 1000)} kB packed`);
  for (const problem of problems) console.error(`  ${problem}`);
}
if (wrong > 0) throw new Error(`${wrong} problems; nothing was published`);

if (words.publish) {
  const signed = words.provenance ? ["--provenance"] : [];
  for (const { name, version, tarball } of packages)
    if (isReleased(name, version)) console.log(`${name} ${version} is released already`);
    else execFileSync("npm", ["publish", tarball, ...signed, "--access", "public"], { stdio: "inherit" });
  pnpm(root, "exec", "changeset", "tag");
  console.log("released; `git push --follow-tags` publishes the tags");
}
