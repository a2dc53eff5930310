import { indexedWheel } from "@murre/test-kit";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeCommandWorld, type CommandWorld } from "./command-world.ts";

// What indexes answer that people have at work, as far as it differs from the public one: each installs the same.

const filename = "demo-1.0-py3-none-any.whl";
const html = { "content-type": "text/html" };

/** One index: its page of `demo`, what it answers for a project that it has not, and how it hands out the file. */
interface PrivateIndex {
  readonly page: (sha256: string) => {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  readonly absent?: number;
  readonly file?: (request: IncomingMessage, response: ServerResponse, wheel: Buffer) => void;
}

const whole = (_: IncomingMessage, response: ServerResponse, wheel: Buffer) =>
  response.writeHead(200, { "content-type": "application/octet-stream" }).end(wheel);

const indexes: Readonly<Record<string, PrivateIndex>> = {
  "Artifactory: relative links with hashes, HTML alone, no metadata files, 404": {
    page: (sha256) => ({
      headers: html,
      body: `<!DOCTYPE html><html><head><title>Simple Index</title></head><body><a href="../../files/${filename}#sha256=${sha256}" data-requires-python="&gt;=3.6" rel="internal">${filename}</a><br/></body></html>`,
    }),
    absent: 404,
  },
  "Nexus: no hashes, and metadata that is promised and missing": {
    page: () => ({
      headers: html,
      body: `<html><body><a href="../../files/${filename}" data-core-metadata="true" data-dist-info-metadata="true">${filename}</a></body></html>`,
    }),
    absent: 404,
  },
  "devpi: links from the root, and other algorithms": {
    page: () => ({
      headers: { "content-type": "text/html; charset=UTF-8" },
      body: `<h1>demo</h1><a href="/files/${filename}">${filename}</a>`,
    }),
    absent: 200,
  },
  "GitLab: JSON without meta and sizes, 403 for what is absent": {
    page: (sha256) => ({
      headers: { "content-type": "application/vnd.pypi.simple.v1+json" },
      body: JSON.stringify({ name: "demo", files: [{ filename, url: `../../files/${filename}`, hashes: { sha256 } }] }),
    }),
    absent: 403,
  },
  "CodeArtifact: a redirect to a signed URL, where ranges are refused": {
    page: (sha256) => ({ headers: html, body: `<a href="../../files/${filename}#sha256=${sha256}">${filename}</a>` }),
    absent: 404,
    file: (request, response, wheel) => {
      if (request.url?.includes("X-Amz-Signature") !== true)
        response.writeHead(302, { location: `/files/blob/${filename}?X-Amz-Signature=abc%2F1&X-Amz-Expires=60` }).end();
      else if (request.headers.range !== undefined) response.writeHead(403).end();
      else whole(request, response, wheel);
    },
  },
  "a proxy that calls every page text/html with another character set": {
    page: (sha256) => ({
      headers: { "content-type": "text/html; charset=iso-8859-1" },
      body: `<a href='../../files/${filename}#sha256=${sha256}'>${filename}</a>`,
    }),
  },
  "a server that calls JSON application/json, and answers ranges with all": {
    page: (sha256) => ({
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        meta: { "api-version": "1.0" },
        name: "demo",
        files: [{ filename, url: `/files/${filename}`, hashes: { sha256 }, "requires-python": null, yanked: false }],
      }),
    }),
  },
  "a server that says no type at all": {
    page: (sha256) => ({ headers: {}, body: `<a href="../../files/${filename}#sha256=${sha256}">${filename}</a>` }),
  },
};

describe("an index like", () => {
  let server: Server;
  let world: CommandWorld;
  let wheel: Buffer;
  let index: PrivateIndex | undefined;

  beforeAll(async () => {
    ({ data: wheel } = await indexedWheel({ name: "demo", version: "1.0", files: { "demo.py": "" } }));
    const sha256 = createHash("sha256").update(wheel).digest("hex");
    server = createServer((request, response) => {
      const url = request.url ?? "";
      const isSigned = url.includes("X-Amz");
      if (request.headers.authorization === undefined && !isSigned)
        response.writeHead(401, { "www-authenticate": 'Basic realm="private"' }).end();
      else if (url.includes(".metadata")) response.writeHead(404).end();
      else if (url.startsWith("/files/")) (index?.file ?? whole)(request, response, wheel);
      else if (url === "/simple/demo/") {
        const { headers, body } = index?.page(sha256) ?? { headers: {}, body: "" };
        response.writeHead(200, headers).end(body);
      } else if (index?.absent === 200) response.writeHead(200, html).end("<h1>nothing</h1>");
      else response.writeHead(index?.absent ?? 404).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    world = makeCommandWorld();
    await world.environment("env");
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test.each(Object.entries(indexes))("%s", async (name, described) => {
    index = described;
    const url = `http://me:s3cret@127.0.0.1:${(server.address() as AddressInfo).port}/simple/`;
    const at = [..."abcdefghij"][Object.keys(indexes).indexOf(name)] ?? "";
    const places = [
      "-p",
      "env",
      "--cache-dir",
      join(world.folder, `cache-${at}`),
      "--no-config",
      "-i",
      url,
      "--retries",
      "0",
    ];
    const run = await world.murre("pip", "install", "demo", "--target", at, ...places);
    expect([run.code, run.stderr]).toEqual([0, expect.not.stringMatching(/s3cret|Signature/)]);
    const absent = await world.murre("pip", "install", "nosuch", "--target", at, ...places);
    expect([absent.code, absent.stderr]).toEqual([1, expect.stringContaining("nosuch")]);
    expect(absent.stderr).not.toContain("s3cret");
  });
});
