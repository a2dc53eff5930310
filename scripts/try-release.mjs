// Releases this commit to a registry of its own on this machine, installs from there as a newcomer would on every line of Node, each time with cold
// caches, and then releases a fix: who gets it?
// node scripts/try-release.mjs [--node VERSION]… [--keep]: minutes, and a network for what npm fetches. Changes nothing in this checkout.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { haveNode, nodeVersions } from "./node-matrix.mjs";
import { tryAsNewcomer, tryPackageAlone } from "./try-release-newcomer.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values: words } = parseArgs({
  options: { node: { type: "string", multiple: true }, keep: { type: "boolean", default: false } },
});
const folder = mkdtempSync(join(tmpdir(), "murre-release-"));
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { order } = JSON.parse(readFileSync(join(root, "scripts/house.json"), "utf8"));

/** Runs a command to its end. @throws {Error} with all that it said, where it fails */
async function run(cwd, env, program, ...rest) {
  try {
    return await promisify(execFile)(program, rest, { cwd, env, maxBuffer: 1 << 28 });
  } catch (error) {
    throw new Error(`${program} ${rest.join(" ")} in ${cwd} failed:\n${error.stdout}${error.stderr}`, { cause: error });
  }
}

/** The registry: fetched when this runs, as nothing else here needs it; and the Node that it asks for. */
const verdaccio = "6.10.4";
const kept = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "murre-tests/verdaccio", verdaccio);

async function startRegistry() {
  const program = join(kept, "node_modules/verdaccio/bin/verdaccio");
  if (!existsSync(program)) {
    mkdirSync(kept, { recursive: true });
    // One of its dependencies names a tag of node-fetch, which a registry need not have.
    const wanted = { private: true, dependencies: { verdaccio }, overrides: { "node-fetch": "2.7.0" } };
    writeFileSync(join(kept, "package.json"), JSON.stringify(wanted));
    await run(kept, process.env, "npm", "install", "--ignore-scripts", "--no-audit", "--no-fund");
  }
  const port = await freePort();
  const { stdout } = await run(folder, process.env, "npm", "config", "get", "registry");
  const others = { access: "$all", publish: "$all", proxy: "others" };
  const configuration = {
    storage: join(folder, "registry"),
    auth: { htpasswd: { file: join(folder, "nobody"), max_users: -1 } },
    uplinks: { others: { url: stdout.trim(), maxage: "60m" } },
    // JSON is YAML. What is tried comes from nowhere else.
    packages: { murre: { ...others, proxy: [] }, "@murre/*": { ...others, proxy: [] }, "**": others },
    log: { type: "stdout", format: "pretty", level: "error" },
    max_body_size: "100mb",
  };
  writeFileSync(join(folder, "registry.yaml"), JSON.stringify(configuration));
  const listen = ["--config", join(folder, "registry.yaml"), "--listen", `127.0.0.1:${port}`];
  const child = spawn(nodeOf("24.21.0"), [program, ...listen], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const url = `http://127.0.0.1:${port}/`;
  // npm publishes for nobody without a token; this registry asks for none.
  writeFileSync(join(folder, "npmrc"), `registry=${url}\n//127.0.0.1:${port}/:_authToken=anybody\n`);
  for (let patience = 300; ; patience--) {
    const answer = await fetch(`${url}-/ping`).catch(() => undefined);
    if (answer?.ok) return { url, stop: () => child.kill() };
    if (patience === 0 || child.exitCode !== null) throw new Error("the registry does not answer");
    await sleep(100);
  }
}

function nodeOf(version) {
  const node = haveNode(version);
  if ("reason" in node) throw new Error(`Node ${version} cannot be had: ${node.reason}`);
  return node.file;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A clone of its own, in which versions are raised and committed. */
async function makeHouse() {
  const house = join(folder, "house");
  await run(root, process.env, "git", "clone", "--quiet", "--no-hardlinks", root, house);
  const env = { ...process.env, NPM_CONFIG_USERCONFIG: join(folder, "npmrc"), npm_config_userconfig: undefined };
  for (const name of Object.keys(env)) if (/^npm_config_registry$/i.test(name)) delete env[name];
  const inHouse = (...command) => run(house, env, ...command);
  const git = (...rest) =>
    inHouse("git", "-c", "user.name=Release", "-c", "user.email=release@example.invalid", ...rest);
  await run(house, process.env, "npx", "--yes", packageManager, "install", "--frozen-lockfile", "--prefer-offline");
  return { house, inHouse, git };
}

/** What a maintainer does: `pnpm run version`, a commit, `pnpm release --publish`. */
async function release({ house, inHouse, git }) {
  await git("add", "--all");
  const waiting = await inHouse("git", "ls-files", ".changeset/*.md");
  if (waiting.stdout !== "") await inHouse("npx", "--yes", packageManager, "run", "version");
  await git("add", "--all");
  await git("commit", "--quiet", "--allow-empty", "--message", "release");
  const { stdout } = await inHouse("node", "scripts/release.mjs", "--publish", "--no-provenance");
  process.stdout.write(stdout.replace(/^(?!@?murre).*\n/gm, ""));
  return new Map(order.map((place) => manifestOf(house, place)).map(({ name, version }) => [name, version]));
}

const manifestOf = (house, place) => JSON.parse(readFileSync(join(house, place, "package.json"), "utf8"));

/** A fix in one package, and a change in another that its users have to follow; both are seen in what an error says. */
const changes = [
  { name: "@murre/locking", kind: "patch", file: "packages/locking/src/errors.ts", from: "no lease can be made here" },
  { name: "@murre/pep440", kind: "major", file: "packages/pep440/src/errors.ts", from: "is not a version: expected" },
].map((change) => ({ ...change, to: `${change.from} (mended)` }));

function makeChanges(house) {
  for (const { name, kind, file, from, to } of changes) {
    const text = readFileSync(join(house, file), "utf8");
    assert.ok(text.includes(from), `${file} does not say: ${from}`);
    writeFileSync(join(house, file), text.replace(from, to));
    const changeset = `---\n"${name}": ${kind}\n"murre": patch\n---\n\n${name} says that it is mended.\n`;
    writeFileSync(join(house, ".changeset", `try-${kind}.md`), changeset);
  }
}

/** What has to move, by the ranges that the packages are released with: nothing else, and nothing less. */
function expectedMoves(house, before) {
  const moves = new Map([["murre", "patch"], ...changes.map(({ name, kind }) => [name, kind])]);
  for (const place of order) {
    const { name, dependencies = {} } = manifestOf(house, place);
    // `workspace:^`: a patch is within everyone's range, a major within nobody's.
    const isLeft = changes.some((change) => change.kind === "major" && change.name in dependencies);
    if (isLeft && !moves.has(name)) moves.set(name, "patch");
  }
  return new Map([...before].map(([name, version]) => [name, raised(version, moves.get(name))]));
}

function raised(version, kind) {
  const [major, minor, patch] = version.split(".").map(Number);
  if (kind === "major") return `${major + 1}.0.0`;
  return kind === "patch" ? `${major}.${minor}.${patch + 1}` : version;
}

/** A program that shows which of the fixes it has. */
const application = `
  import { errors } from "murre";
  console.log(new errors.LeaseUnavailable("here", {}).message);
  console.log(new errors.InvalidVersion("x").message);`;
const otherApplication = `
  import { LeaseUnavailable } from "@murre/locking";
  import "@murre/cache";
  console.log(new LeaseUnavailable("here", {}).message);`;

async function makeApplication(name, program, ...packages) {
  const place = join(folder, name);
  mkdirSync(place);
  const env = { ...process.env, NPM_CONFIG_USERCONFIG: join(folder, "npmrc") };
  const npm = (...rest) =>
    run(
      place,
      { ...env, npm_config_cache: mkdtempSync(join(folder, "npm-")) },
      "npm",
      ...rest,
      "--no-audit",
      "--no-fund",
    );
  writeFileSync(join(place, "package.json"), JSON.stringify({ name: "application", private: true }));
  writeFileSync(join(place, "main.mjs"), program);
  await npm("install", ...packages);
  const says = async () => (await run(place, env, process.execPath, "main.mjs")).stdout;
  const versionOf = (of) => JSON.parse(readFileSync(join(place, "node_modules", of, "package.json"), "utf8")).version;
  return { npm, says, versionOf };
}

async function tryFix(house) {
  const before = new Map(
    order.map((place) => manifestOf(house.house, place)).map(({ name, version }) => [name, version]),
  );
  const app = await makeApplication("application", application, "murre");
  const other = await makeApplication("other", otherApplication, "@murre/locking", "@murre/cache");
  for (const { says } of [app, other]) assert.doesNotMatch(await says(), /mended/);
  makeChanges(house.house);
  const expected = expectedMoves(house.house, before);
  const after = await release(house);
  console.log("A patch of @murre/locking and a major of @murre/pep440 move:");
  for (const [name, version] of after) {
    const was = before.get(name);
    console.log(`  ${name.padEnd(22)} ${was} ${was === version ? "(stays)" : `→ ${version}`}`);
  }
  assert.deepEqual(after, expected);
  for (const { npm } of [app, other]) await npm("update");
  assert.equal((await app.says()).match(/\(mended\)/g)?.length, 2, "an application with murre has both changes");
  assert.match(await other.says(), /mended/);
  assert.deepEqual(
    [app.versionOf("murre"), other.versionOf("@murre/locking")],
    [after.get("murre"), after.get("@murre/locking")],
  );
  assert.equal(existsSync(join(folder, "other/node_modules/@murre/cache/node_modules/@murre/locking")), false);
  console.log(
    `After \`npm update\` an application with murre has both, and one with @murre/cache has the fix of @murre/locking.`,
  );
}

/** What a Node that murre is for has to do, with a name for the report. */
async function tryNode(version, house) {
  const world = { node: nodeOf(version), npmrc: join(folder, "npmrc"), root, run };
  const place = mkdtempSync(join(folder, `node-${version}-`));
  console.log(`Node ${version}: ${await tryAsNewcomer({ ...world, place })}`);
  const alone = order.filter((name) => name.startsWith("packages/")).map((name) => manifestOf(house, name).name);
  for (const name of alone)
    await tryPackageAlone({ ...world, place: join(place, name.replace("@murre/", "alone-")) }, name);
  console.log(`Node ${version}: each of ${alone.length} packages alone prints what its README says`);
}

const registry = await startRegistry();
try {
  const house = await makeHouse();
  await release(house);
  for (const version of words.node ?? nodeVersions) await tryNode(version, house.house);
  await tryFix(house);
} finally {
  registry.stop();
  if (words.keep) console.log(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}
