// A counting index on 127.0.0.1.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sha256 } from "./real-wheels.mjs";

/**
 * Serves the wheels as an index (PEP 503, PEP 691) with ETags and ranges, and notes which bytes of what were handed to whom, and when.
 * `secondsEach(path)` spreads the body of a wheel over that time.
 */
export async function serveWheels(wheels, { secondsEach = () => 0, cacheControl = "max-age=600" } = {}) {
  const pages = new Map(wheels.map((wheel) => [`/simple/${wheel.name}/`, page(wheel)]));
  const files = new Map(wheels.map((wheel) => [`/files/${basename(wheel.path)}`, wheel]));
  const requests = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });

  async function answer(request, response) {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const wheel = files.get(path);
    const body = wheel === undefined ? pageBody(pages.get(path), request) : await readFile(wheel.path);
    const isPage = wheel === undefined;
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    const etag = `"${sha256(body).slice(0, 20)}"`;
    const headers = { etag, "cache-control": cacheControl, "accept-ranges": "bytes", vary: "Accept" };
    if (isPage) headers["content-type"] = wantsJson(request) ? jsonType : "text/html";
    const by = { at: performance.now(), port: request.socket.remotePort };
    const noted = { ...by, path, isPage, method: request.method, status: 200, first: 0, sent: 0, isWhole: false };
    requests.push(noted);
    if (request.headers["if-none-match"] === etag) {
      noted.status = 304;
      noted.isWhole = true;
      response.writeHead(304, headers).end();
      return;
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const ifRange = request.headers["if-range"];
    let end = body.length;
    const isSame = ifRange === undefined || ifRange === etag;
    if (range !== null && isSame && Number(range[1]) >= body.length) {
      Object.assign(noted, { status: 416, isWhole: true });
      response.writeHead(416, { ...headers, "content-range": `bytes */${body.length}` }).end();
      return;
    }
    if (range !== null && isSame) {
      noted.status = 206;
      noted.first = Number(range[1]);
      if (range[2] !== "") end = Math.min(end, Number(range[2]) + 1);
      headers["content-range"] = `bytes ${noted.first}-${end - 1}/${body.length}`;
    }
    response.writeHead(noted.status, { ...headers, "content-length": end - noted.first });
    if (request.method === "HEAD") return void response.end();
    await send(response, body.subarray(noted.first, end), noted, isPage ? 0 : secondsEach(path));
  }

  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/simple/`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function send(response, body, noted, seconds) {
  const steps = Math.max(1, Math.round(seconds * 10));
  const size = Math.ceil(body.length / steps) || 1;
  for (let at = 0; at < body.length && !response.destroyed; at += size) {
    const part = body.subarray(at, at + size);
    noted.sent += part.length;
    if (!response.write(part) && !response.destroyed) await drained(response);
    if (steps > 1) await sleep(100);
  }
  if (response.destroyed) return;
  await new Promise((resolve) => {
    response.once("finish", () => resolve((noted.isWhole = true))).once("close", resolve);
    response.end();
  });
}

function drained(response) {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.on("drain", done).on("close", done);
  });
}

const jsonType = "application/vnd.pypi.simple.v1+json";
const wantsJson = (request) => (request.headers.accept ?? "").includes(jsonType);
const pageBody = (pageOfProject, request) =>
  pageOfProject === undefined ? undefined : Buffer.from(wantsJson(request) ? pageOfProject.json : pageOfProject.html);

function page({ name, path, bytes, sha256: hash, version }) {
  const filename = basename(path);
  const url = `../../files/${encodeURIComponent(filename)}`;
  const file = { filename, url, hashes: { sha256: hash }, size: bytes };
  return {
    json: JSON.stringify({ meta: { "api-version": "1.1" }, name, versions: [version], files: [file] }),
    html: `<!DOCTYPE html><html><body><a href="${url}#sha256=${hash}">${filename}</a></body></html>`,
  };
}
