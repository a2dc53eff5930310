import { normalizeName } from "@murre/pep508";
import { superlinearInputs } from "@murre/test-kit";
import { expect, test } from "vitest";
import { parseConfigFile } from "../src/pip/config-file.ts";
import { credentialsInNetrc } from "../src/credentials/netrc.ts";
import { encodePageDocument } from "../src/pages/page-document.ts";
import { pageOf } from "../src/pages/page-releases.ts";
import { resolveUrl } from "../src/pages/resolve-url.ts";
import { parseRetryAfter } from "../src/http/retry.ts";
import { parseSimpleHtml } from "../src/pages/simple-html.ts";
import { parseSimpleJson } from "../src/pages/simple-json.ts";

const url = "http://h/simple/a/";
const words = [
  "a",
  "-",
  ".",
  "/",
  "%2e",
  "#",
  "&",
  "!",
  " ",
  "\n",
  '"',
  "<",
  ">",
  "<b>",
  "</i>",
  "<a>",
  '<a href="a-1.zip">',
  "=",
  "\\",
  "macdef ",
];
const frames = [
  ["", ""],
  ['<a href="/f/', '!-1.0.tar.gz">x</a>'],
  ["<a ", ">"],
  ["machine h ", "x"],
  ["[global]\na", "x"],
] as const;
const json = (text: string) =>
  JSON.stringify({
    files: [
      { filename: "a-1.zip", url: text },
      { filename: text, url: "/a" },
    ],
  });
const page = (text: string) => pageOf(parseSimpleHtml(text, url, url), normalizeName("a"), url);

test.each([
  ["parseSimpleHtml", (text: string) => parseSimpleHtml(text, url, url)],
  ["parseSimpleJson", (text: string) => parseSimpleJson(json(text), url, url)],
  ["pageOf", page],
  ["encodePageDocument", (text: string) => encodePageDocument({}, page(text))],
  ["resolveUrl", (text: string) => resolveUrl(text, url)],
  ["credentialsInNetrc", (text: string) => credentialsInNetrc(text, "h")],
  ["parseConfigFile", parseConfigFile],
  ["parseRetryAfter", (text: string) => parseRetryAfter(text, 0)],
])("%s costs in proportion to the length of what it reads", (_, read) => {
  expect(superlinearInputs({ read, words, frames })).toEqual([]);
});
