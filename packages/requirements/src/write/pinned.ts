import { parseRequirement } from "@murre/pep508";
import { splitLine, type LineOption, type SplitLine } from "../file/line-options.ts";
import { commentStart, logicalLines } from "../file/logical-lines.ts";
import type { AcceptedHashes } from "../types.ts";
import { hashTexts } from "./hash-texts.ts";
import { quoted } from "./quoted.ts";
import { physicalLines, withoutEnd } from "./requirement-units.ts";

/** A unit's text that pins another version with other digests. What can stay as it is written does. */
export function pinned(text: string, version: string, hashes: AcceptedHashes, end: string): string {
  const mark = text.startsWith("\uFEFF") ? "\uFEFF" : "";
  const plain = text.slice(mark.length);
  const old = read(plain);
  const requirement = pinnedRequirement(old.requirement.trim(), version);
  const wanted = hashTexts(hashes);
  const { body, tail } = separate(plain);
  const inPlace = replaceInPlace(body, old, requirement, wanted);
  const lines = inPlace ?? [
    requirement,
    ...old.options.flatMap(optionText),
    ...wanted.map((hash) => `    --hash=${hash}`),
  ];
  return `${mark}${lines.join(` \\${end}`)}${tail}`;
}

const read = (text: string): SplitLine => splitLine(logicalLines(text, {})[0]?.text ?? "");

/** The physical lines of a requirement without their backslashes, and what comes after it: a comment, the end of the last line. */
interface Separated {
  readonly body: readonly string[];
  readonly tail: string;
}

function separate(text: string): Separated {
  const lines = physicalLines(text);
  const commented = lines.findIndex((line) => commentStart.test(withoutEnd(line)));
  const last = commented < 0 ? lines.length - 1 : commented;
  const content = withoutEnd(lines[last] ?? "");
  const start = content.slice(0, commentStart.exec(content)?.index).trimEnd().length;
  const before = lines.slice(0, last).map((line) => withoutBackslash(withoutEnd(line)));
  const rest = [(lines[last] ?? "").slice(start), ...lines.slice(last + 1)].join("");
  // A comment that had a line of its own keeps it.
  if (start === 0 && before.length > 0)
    return { body: before, tail: `${lines[last - 1]?.slice(withoutEnd(lines[last - 1] ?? "").length)}${rest}` };
  return {
    body: [...before, withoutBackslash(content.slice(0, start))],
    tail: commented < 0 ? rest.replace(/^\\+/, "") : rest,
  };
}

/** What continues a line is no part of it. */
function withoutBackslash(line: string): string {
  let end = line.length;
  while (line[end - 1] === "\\") end--;
  return line.slice(0, end).trimEnd();
}

/** Undefined where the requirement goes over several lines, or the result would not be what is meant. */
function replaceInPlace(
  body: readonly string[],
  old: SplitLine,
  requirement: string,
  wanted: readonly string[],
): readonly string[] | undefined {
  const [first = "", ...others] = body;
  const indent = /^\s*/.exec(first)?.[0] ?? "";
  const written = splitLine(first.trimStart()).requirement.trim();
  if (written !== old.requirement.trim()) return undefined;
  const rest = first.slice(indent.length + written.length);
  const kept = [`${indent}${requirement}${rest}`, ...others].map(withoutHashes);
  const digestIndent = others.find((line) => /^\s*--hash/.test(line))?.match(/^\s*/)?.[0] ?? "    ";
  const lines = [
    ...kept.filter((line) => line.trim() !== ""),
    ...wanted.map((hash) => `${digestIndent}--hash=${hash}`),
  ];
  const again = read(lines.join(" \\\n"));
  const texts = (options: readonly LineOption[]): string => JSON.stringify(options);
  const expected = [
    ...old.options.filter(({ name }) => name !== "hash"),
    ...wanted.map((value): LineOption => ({ name: "hash", value })),
  ];
  const isMeant = again.requirement.trim() === requirement && texts(again.options) === texts(expected);
  return isMeant ? lines : undefined;
}

const withoutHashes = (line: string): string => line.replaceAll(/--hash[=\s]\s*\S+/g, "").trimEnd();

const optionText = ({ name, value }: LineOption): readonly string[] =>
  name === "hash" ? [] : [`    --${name}${value === "" ? "" : `=${quoted(value)}`}`];

/** With `==VERSION` in place of versions or a URL; extras and marker as they are written. */
function pinnedRequirement(text: string, version: string): string {
  const [head = ""] = /^[A-Za-z0-9._-]+(?:\s*\[[^\]]*\])?/.exec(text) ?? [];
  const rest = text.slice(head.length);
  const isUrl = parseRequirement(text).url !== undefined;
  const marker = rest.search(isUrl ? /\s;/ : /;/);
  const versions = marker < 0 ? rest : rest.slice(0, marker);
  const tail = marker < 0 ? "" : rest.slice(marker);
  const space = versions.slice(versions.trimEnd().length);
  const single = /^\s*===?\s*(?=[^\s=,()]+\s*$)/.exec(versions);
  return `${head}${single === null ? "==" : single[0].replace(/^\s+/, " ")}${version}${tail === "" ? "" : space}${tail}`;
}
