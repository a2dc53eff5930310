// node benchmarks/made-index.mjs chain|breadth|versions COUNT [wheels]: an index on 127.0.0.1 whose projects are made when they are asked for.
// chain: p0 needs p1, which needs p2, …; breadth: p0 needs all others; versions: p0 has COUNT releases, the newest of which contradict the request.
// With `wheels` each has a small wheel; else nobody may fetch one, and its hash is made up. It prints its address.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { makeWheel } from "../packages/test-kit/dist/index.js";

const [shape, text, content] = process.argv.slice(2);
const count = Number(text);
const nameOf = (n) => `p${n}`;
const needs = {
  chain: (n) => (n + 1 < count ? [nameOf(n + 1)] : []),
  breadth: (n) => (n === 0 ? Array.from({ length: count - 1 }, (_, i) => nameOf(i + 1)) : []),
  versions: (n, version) => (n === 0 && version > count / 2 ? ["p1<1"] : []),
}[shape];
if (needs === undefined || !(count > 0)) throw new Error("node benchmarks/made-index.mjs chain|breadth|versions COUNT");
const versionsOf = (n) => (shape === "versions" && n === 0 ? count : 1);

const filename = (n, version) => `${nameOf(n)}-${version}.0-py3-none-any.whl`;
const sha256 = (data) => createHash("sha256").update(data).digest("hex");
const metadata = (n, version) =>
  [
    "Metadata-Version: 2.1",
    `Name: ${nameOf(n)}`,
    `Version: ${version}.0`,
    ...needs(n, version).map((need) => `Requires-Dist: ${need}`),
    "",
    "",
  ].join("\n");

/** Each project of the size that distributions without binaries often have: thirty small modules. */
const modules = (n) =>
  Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${nameOf(n)}/m${i}.py`, `N = ${n}\n`.repeat(50)]));
const wheels = new Map();
if (content === "wheels")
  for (let n = 0; n < count; n++) {
    const spec = { name: nameOf(n), version: "1.0", requiresDist: needs(n, 1), files: modules(n) };
    wheels.set(filename(n, 1), await makeWheel(spec));
  }

function page(n) {
  const files = Array.from({ length: versionsOf(n) }, (_, i) => ({
    filename: filename(n, i + 1),
    url: `../../files/${filename(n, i + 1)}`,
    hashes: { sha256: sha256(wheels.get(filename(n, i + 1)) ?? filename(n, i + 1)) },
    size: wheels.get(filename(n, i + 1))?.length ?? 1000,
    "core-metadata": { sha256: sha256(metadata(n, i + 1)) },
    "upload-time": "2026-01-01T00:00:00Z",
  }));
  return JSON.stringify({
    meta: { "api-version": "1.1" },
    name: nameOf(n),
    versions: files.map((_, i) => `${i + 1}.0`),
    files,
  });
}

const server = createServer(({ url = "" }, response) => {
  const project = /^\/simple\/p(\d+)\/$/.exec(url);
  const file = /^\/files\/p(\d+)-(\d+)\.0-py3-none-any\.whl\.metadata$/.exec(url);
  const wheel = wheels.get(url.slice("/files/".length));
  if (wheel !== undefined) return void response.writeHead(200, { "accept-ranges": "none" }).end(wheel);
  const body = project ? page(Number(project[1])) : file ? metadata(Number(file[1]), Number(file[2])) : undefined;
  if (body === undefined || Number((project ?? file)[1]) >= count) return void response.writeHead(404).end();
  const type = project ? "application/vnd.pypi.simple.v1+json" : "text/plain";
  response.writeHead(200, {
    "content-type": type,
    "cache-control": "max-age=86400",
    etag: `"${sha256(body).slice(0, 16)}"`,
  });
  response.end(body);
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/simple/`));
