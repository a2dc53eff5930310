import { Witness } from "../src/answers/witness.ts";
import { normalizeName } from "@murre/pep508";
import { bytesReader, provenanceBy, textReader } from "@murre/test-kit";
import { deflateSync, gzipSync, brotliCompressSync } from "node:zlib";
import CachePolicy from "http-cache-semantics";
import { InvalidIndexPage } from "../src/errors.ts";
import { answerText } from "../src/http/answer-text.ts";
import { pathOfFileUrl, urlProblem } from "../src/location/file-url.ts";
import { readHttpPage } from "../src/pages/http-page.ts";
import { isHeaderValue } from "../src/http/http-validators.ts";
import { keptPages } from "../src/pages/kept-pages.ts";
import { credentialsInNetrc } from "../src/credentials/netrc.ts";
import { indexKey, parseIndexLocation, withoutCredentials } from "../src/location/index-location.ts";
import { MetadataPacks } from "../src/metadata/metadata-packs.ts";
import { decodePageDocument, encodePageDocument, pageOfText } from "../src/pages/page-document.ts";
import type { ParsedPage } from "../src/location/page-link.ts";
import { pageOf } from "../src/pages/page-releases.ts";
import { writePageText } from "../src/pages/page-text.ts";
import { loadPipConfiguration } from "../src/pip/pip-configuration.ts";
import { openRangedFile, RangesUnsupported } from "../src/http/ranged-file.ts";
import { createRangeServers } from "../src/http/range-servers.ts";
import { parseProvenance } from "../src/provenance/parse-provenance.ts";
import { decodePublishers } from "../src/provenance/read-publishers.ts";
import { resolveUrl } from "../src/pages/resolve-url.ts";
import { parseRetryAfter } from "../src/http/retry.ts";
import { parseSimpleHtml } from "../src/pages/simple-html.ts";
import { parseSimpleJson, readSimpleJson, type ReadPage } from "../src/pages/simple-json.ts";
import { DamagedBody, type Answer } from "../src/http/transport.ts";

const damaged = () => new Error("its own copy is damaged");
const project = normalizeName("demo");
const index = "https://e.x/simple/";
const url = `${index}demo/`;
const wheel = "demo-1.0-py3-none-any.whl";

/** What follows a page: addresses, none of which leads to this machine; its releases, its copy in the cache, and what is read of that. */
function used(parsed: ParsedPage, at = { url }): void {
  const isLocal = ({ url: address }: { url: string }) => address.startsWith("file:");
  for (const file of parsed.files)
    if (!URL.canParse(file.url) || isLocal(file) !== isLocal(at)) throw new Error(`leads to ${file.url}`);
  const page = pageOf(parsed, project, index);
  const copy = decodePageDocument(Buffer.concat(encodePageDocument({}, writePageText(parsed, at.url, project))), {
    project,
    index,
    readSource: Object,
    damaged,
  });
  if (copy === undefined) throw new Error("its own copy cannot be read");
  if (copy.page.files.length !== page.files.length) throw new Error("its own copy has other files");
}

/** What is read when a release of a page is looked at; no address leads to this machine. */
function textUsed({ text }: ReadPage): void {
  const page = pageOfText(text, {
    project,
    index,
    damaged: () => new InvalidIndexPage(url, "a file of it is damaged"),
  });
  for (const file of page.files)
    if (!URL.canParse(file.url) || file.url.startsWith("file:")) throw new Error(`leads to ${file.url}`);
}

const html = [
  `<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.1"><base href="../x/"></head><body><a href="../../f/${wheel}#sha256=${"0a".repeat(32)}" data-requires-python="&gt;=3.8" data-yanked="why" data-core-metadata="sha256=00">${wheel}</a><br/></body></html>`,
  `<a href='https://u:p@f.x/demo-1.0.tar.gz'>demo-1.0.tar.gz</a><!-- <a href=y> --><svg><a href="${wheel}"/></svg>`,
];
const file = { filename: wheel, url: `/f/${wheel}`, hashes: { sha256: "0a".repeat(32) }, "requires-python": ">=3.8" };
const more = { yanked: "why", "core-metadata": { sha256: "00" }, size: 10, "upload-time": "2024-01-01T00:00:00.000Z" };
const json = [
  JSON.stringify({
    meta: { "api-version": "1.1" },
    name: "demo",
    files: [
      { ...file, ...more },
      { ...file, yanked: false },
    ],
  }),
  JSON.stringify({
    meta: { "api-version": "1.0" },
    files: [{ ...file, "dist-info-metadata": true, url: "https://h/demo-1.zip" }],
  }),
];
const headers = { "cache-control": "max-age=600", etag: '"a"', date: "Wed, 21 Oct 2015 07:28:00 GMT" };
const policy = new CachePolicy({ url: "/", method: "GET", headers: {} }, { status: 200, headers }).toObject();
const document = Buffer.concat(
  encodePageDocument({ policy, redirected: false }, writePageText(parseSimpleJson(json[0]!, url, index), url, project)),
);

/** A page that lies in the cache: whether it holds, how it is asked for again, and its files. */
async function keptPage(bytes: Buffer): Promise<void> {
  const get = async (_: string, options: { headers: () => Record<string, string> }) => {
    for (const value of Object.values(options.headers()))
      if (!isHeaderValue(value)) throw new Error("no header's value");
  };
  const pages = {
    transport: { get },
    kept: keptPages({ open: () => inMemory(bytes), write: () => {}, stampOf: () => "1:2" } as never, () => {}),
    once: async ({ make }: { make: () => unknown }) => make(),
    offline: false,
    missingStatuses: [],
    witness: new Witness(),
    onEvent: () => {},
  };
  const page = { url, index, document: project, project, refresh: false };
  for (const offline of [false, true]) {
    const found = await readHttpPage({ ...pages, offline } as never, page);
    for (const file of found?.files ?? []) if (!URL.canParse(file.url)) throw new Error(`${file.url} is no URL`);
  }
}

const inMemory = (bytes: Buffer) => ({
  size: bytes.length,
  read: (offset: number, length: number) => bytes.subarray(offset, offset + length),
  close: () => {},
});

const documents = (pieces: Buffer[]) => ({
  stampOf: () => "1:2",
  readAll: () => ({ stamp: "1:2", copies: pieces }),
  append: (_: unknown, line: Buffer) => pieces.push(line),
});
const added: Buffer[] = [];
for (const key of ["a", "b"])
  new MetadataPacks(documents(added) as never).add(project, key, `Metadata-Version: 2.1\nName: ${key}\n`);
const pack = Buffer.concat(added);

function keptMetadata(bytes: Buffer): void {
  const found = new MetadataPacks(documents([bytes]) as never).find(project, ["a", "b"]);
  if (found !== undefined && typeof found.text !== "string") throw new Error("metadata that is no text");
}

/** A server that answers a request for the end of a file. */
async function ranged(range: string): Promise<void> {
  const response = {
    url,
    status: 206,
    headers: { "content-range": range },
    read: async (take: (chunk: Uint8Array) => void) => take(Buffer.alloc(10)),
    drop: async () => {},
  };
  const get = (_: string, __: unknown, use: (answer: unknown) => unknown) => use(response);
  const file = await openRangedFile({ get } as never, undefined as never, url, undefined).catch((error: unknown) => {
    // The file is downloaded then.
    if (!(error instanceof RangesUnsupported)) throw error;
  });
  if (file !== undefined && file.size < 10) throw new Error("a file that is smaller than its end");
}

function answer(headers: Record<string, string>): (bytes: Buffer) => Promise<string> {
  return (bytes) => {
    const read = async (take: (chunk: Uint8Array) => void) => take(bytes);
    return answerText({ url, status: 200, headers, redirected: false, read } as unknown as Answer, 1024 * 1024).catch(
      (error: unknown) => {
        // Asked again for; what is said in the end is its cause.
        throw error instanceof DamagedBody ? error.cause : error;
      },
    );
  };
}

const pipFiles = [
  "[global]\nindex-url = https://u:p@h/simple\nextra-index-url =\n  https://a/\n  https://b/\ntimeout: 10\nno-index = yes\n[install]\nonly-binary = :all:\nno-binary=x,y\ncert=~/c.pem\n",
  "[DEFAULT]\nretries = 3\n; c\n# d\n[global]\npre = 1\nfind-links = ~/x\n y\ntrusted-host = h:1\n",
];
const pipConfiguration = (text: string) => {
  const context = { env: { PIP_CONFIG_FILE: "/c/pip.conf" }, home: "/home/u", cwd: "/w", platform: "linux" as const };
  return loadPipConfiguration({
    ...context,
    readText: (path: string) => (path === "/c/pip.conf" ? text : undefined),
  } as never);
};

const context = { cwd: "/w", home: "/home/u", platform: "linux" };
const hrefs = [`../${wheel}`, `https://u:p@h/a/${wheel}#sha256=00`, "//h/x", "file:///etc/passwd", "a b%zz", "?q#f"];

/** Everything of this package that reads what strangers wrote. */
export const readers = [
  textReader("html-page", (text) => used(parseSimpleHtml(text, url, index)), html),
  textReader("html-page-on-disk", (text) => parseSimpleHtml(text, "file:///i/demo/index.html", index), html),
  textReader("json-page", (text) => used(parseSimpleJson(text, url, index)), json),
  bytesReader(
    "json-page-as-text",
    (bytes) => textUsed(readSimpleJson(bytes, url, index, project)),
    json.map((page) => Buffer.from(page)),
  ),
  bytesReader("metadata-pack", keptMetadata, [pack]),
  textReader("content-range", ranged, ["bytes 0-9/10", "bytes 5-9/10", "bytes */10"]),
  bytesReader("page-document", keptPage, [document]),
  textReader("file-url", (text) => [pathOfFileUrl(text), urlProblem(text)], hrefs),
  textReader("pip-configuration", pipConfiguration, pipFiles),
  textReader("netrc", (text) => credentialsInNetrc(text, "h"), [
    `machine h login u password "p \\" q"\ndefault login a password #b\nmacdef x\n y\n\n# machine z\nmachine i account c`,
  ]),
  textReader(
    "index-location",
    (text) => {
      const { url: location } = parseIndexLocation("simple", text, context);
      return [indexKey(location), withoutCredentials(location)];
    },
    ["https://u:p@h/simple", "~/x y", "file:///a/../b", "./i#sha256=00"],
  ),
  textReader(
    "link",
    (text) => {
      resolveUrl(text, "file:///i/");
      const link = resolveUrl(text, url);
      if (link !== undefined && !/^https?:/.test(new URL(link).protocol)) throw new Error(`leads to ${link}`);
    },
    hrefs,
  ),
  textReader("provenance", (text) => parseProvenance(text, url), [
    JSON.stringify(provenanceBy({ kind: "GitHub", repository: "o/r", environment: null, claims: { ref: "main" } })),
  ]),
  bytesReader("kept-publishers", (bytes) => decodePublishers(bytes), [
    Buffer.from(JSON.stringify({ format: 1, source: { policy, redirected: false }, publishers: [{ kind: "GitHub" }] })),
  ]),
  textReader("retry-after", (text) => parseRetryAfter(text, 0), ["120", "Wed, 21 Oct 2015 07:28:00 GMT"]),
  textReader(
    "remembered-server",
    (text) => {
      const documents = { read: () => Buffer.from(text), write: () => {} } as never;
      return createRangeServers(documents, () => 0).isKnownWithout(url);
    },
    [JSON.stringify({ ranges: false, at: 0 })],
  ),
  bytesReader("gzip-answer", answer({ "content-encoding": "gzip" }), [gzipSync("x".repeat(3000))]),
  bytesReader("deflate-answer", answer({ "content-encoding": "deflate, identity" }), [deflateSync("x".repeat(3000))]),
  bytesReader("brotli-answer", answer({ "content-encoding": "br" }), [brotliCompressSync("x".repeat(3000))]),
  textReader("content-type", (text) => answer({ "content-type": text })(Buffer.from("\u00e9", "latin1")), [
    'text/html; charset="iso-8859-1"',
  ]),
];
