import { normalizeName } from "@murre/pep508";
import { superlinearInputs } from "@murre/test-kit";
import { expect, test } from "vitest";
import { parseConfigFile } from "../src/pip/config-file.ts";
import { credentialsInNetrc } from "../src/credentials/netrc.ts";
import { pageOf } from "../src/pages/page-releases.ts";
import { writePageText } from "../src/pages/page-text.ts";
import { resolveUrl } from "../src/pages/resolve-url.ts";
import { parseRetryAfter } from "../src/http/retry.ts";
import { parseSimpleHtml } from "../src/pages/simple-html.ts";
import { parseSimpleJson, readSimpleJson } from "../src/pages/simple-json.ts";

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
/** What is repeated in what is read is a file of its own. */
const files = (text: string) => `{"files":[${text.replaceAll('"', '{"filename":"a-1.zip"},')}{"filename":"a-1.zip"}]}`;
const a = normalizeName("a");

test.each([
  ["parseSimpleHtml", (text: string) => parseSimpleHtml(text, url, url)],
  ["parseSimpleJson", (text: string) => parseSimpleJson(json(text), url, url)],
  ["readSimpleJson", (text: string) => readSimpleJson(Buffer.from(json(text)), url, url, a)],
  ["readSimpleJson of many files", (text: string) => readSimpleJson(Buffer.from(files(text)), url, url, a)],
  ["pageOf", (text: string) => pageOf(parseSimpleHtml(text, url, url), a, url)],
  ["writePageText", (text: string) => writePageText(parseSimpleHtml(text, url, url), url, a)],
  ["resolveUrl", (text: string) => resolveUrl(text, url)],
  ["credentialsInNetrc", (text: string) => credentialsInNetrc(text, "h")],
  ["parseConfigFile", parseConfigFile],
  ["parseRetryAfter", (text: string) => parseRetryAfter(text, 0)],
])("%s costs in proportion to the length of what it reads", (_, read) => {
  expect(superlinearInputs({ read, words, frames })).toEqual([]);
});
