import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { oneLine, say, sayJson, sayLines, sayLocation, sayUrl, styled } from "./printable.ts";

const red = (text: string) => `\u001b[31m${text}\u001b[39m`;

/** Said by hand, not by the classes of Unicode that the filter uses. */
const harmful: [what: string, first: number, last?: number][] = [
  ["C0, with escape, carriage return and backspace", 0x00, 0x1f],
  ["delete and C1", 0x7f, 0x9f],
  ["the soft hyphen", 0xad],
  ["the grapheme joiner", 0x34f],
  ["the Arabic letter mark", 0x61c],
  ["the Hangul filler", 0x3164],
  ["zero width, and bidi marks", 0x200b, 0x200f],
  ["separators of lines, and bidi embeddings", 0x2028, 0x202e],
  ["the word joiner, invisible operators, bidi isolates", 0x2060, 0x206f],
  ["the byte order mark", 0xfeff],
  ["interlinear annotations", 0xfff9, 0xfffb],
  ["half of a pair", 0xd800],
  ["tags", 0xe0001, 0xe007f],
  ["selectors of variants", 0xe0100, 0xe01ef],
];

describe.each<[what: string, first: number, last?: number]>(harmful)("%s", (_, first, last = first) => {
  const characters = Array.from({ length: last - first + 1 }, (__, i) => String.fromCodePoint(first + i));

  test("are written as Python writes them, in every kind of text", () => {
    const asSeen = (text: string) => /^[\\ -~]{2,}$/.test(text);
    expect(characters.filter((one) => !asSeen(oneLine(one)) || !asSeen(`${say`${one}`}`))).toEqual([]);
    const asLines = (text: string) => /^a(?:\\[ -~]+|\n {2}|\t)b$/.test(text);
    expect(characters.filter((one) => !asLines(`${sayLines(`a${one}b`)}`))).toEqual([]);
  });

  test("are escaped by JSON", () => {
    const json = `${sayJson({ [`a${characters.join("")}`]: characters })}`;
    expect(json).toMatch(/^[ -~]+$/);
    expect(JSON.parse(json)).toEqual({ [`a${characters.join("")}`]: characters });
  });

  test("are percent-encoded where a URL or a path shall be read back", () => {
    const whole = characters.filter((one) => one !== "\0" && !/\p{Cs}/u.test(one));
    const urls = whole.map((one) => `${sayUrl(`https://h/a${one}.whl`)}`);
    expect(urls.filter((url) => !/^[!-~]+$/.test(url))).toEqual([]);
    expect(urls.map(decodeURIComponent)).toEqual(whole.map((one) => `https://h/a${one}.whl`));
    const places = whole.map((one) => decodeURIComponent(`${sayLocation(`/a${one}b`)}`));
    expect(places).toEqual(whole.map((one) => `file:///a${one}b`));
  });
});

describe("what passes", () => {
  test.each(["plain", "Grüße, 世界, مرحبا, नमस्ते", "⚡\ufe0f fast", "a\u0301", "C:\\Users\\x", "/a b/c"])(
    "%s",
    (text) => {
      expect([oneLine(text), `${say`${text}`}`, `${sayLines(text)}`, `${sayLocation(text)}`]).toEqual(
        Array(4).fill(text),
      );
    },
  );

  test("the program's own colours and cursor movement, and none from outside", () => {
    expect(`${say`\r\u001b[K${styled(red, "error:")} ${red("no")}`}`).toBe(
      "\r\u001b[K\u001b[31merror:\u001b[39m \\x1b[31mno\\x1b[39m",
    );
  });
});

describe("several lines", () => {
  test.each([
    ["no line looks like one of murre's own", "a\nerror: b\r\n  c", "a\n  error: b\n  c"],
    ["tabs stay, colours go", `\t${red("a")}\u001b[1;38:5:3mb`, "\tab"],
    ["what is left of a torn colour does nothing", "\u001b\u001b[31m[2J", "\\x1b[2J"],
    ["a line is not overwritten", "bad\rgood", "bad\\rgood"],
  ])("%s", (_, text, expected) => expect(`${sayLines(text)}`).toBe(expected));
});

describe("a foreign text has a limit", () => {
  test.each([
    ["one line", "a".repeat(5000), 2000],
    ["one line of escapes", "\u001b".repeat(5000), 2000],
    ["one line of tabs", "\t".repeat(5000), 2000],
    ["many lines", "\n".repeat(500_000), 2000],
  ])("%s", (_, text, longest) => {
    expect(`${say`${text}`}`.length).toBeLessThanOrEqual(2000);
    expect(`${sayLines(text)}`.length).toBeLessThanOrEqual(longest);
    expect(`${sayLines(text)}`).toMatch(/…$/);
  });
});

test("whatever it is, it can only be seen; and a second time changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      expect(oneLine(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(oneLine(oneLine(text))).toBe(oneLine(text));
      expect(`${sayLines(text)}`).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
