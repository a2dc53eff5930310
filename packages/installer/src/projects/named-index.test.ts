import { describe, expect, test } from "vitest";
import { splitNamedIndex, withNamedCredentials } from "./named-index.ts";

test.each([
  ["mine=https://e.x/simple", { name: "mine", url: "https://e.x/simple" }],
  ["my-own.index_2=./folder", { name: "my-own.index_2", url: "./folder" }],
  ["https://e.x/?key=value", { url: "https://e.x/?key=value" }],
  ["./a=b", { url: "./a=b" }],
  ["folder", { url: "folder" }],
])("%s", (text, split) => {
  expect(splitNamedIndex(text)).toEqual(split);
});

describe("credentials of an index with a name", () => {
  const url = "https://e.x/simple/";

  test.each<[what: string, url: string, name: string | undefined, variables: Record<string, string>, expected: string]>(
    [
      ["uv's", url, "mine", { UV_INDEX_MINE_USERNAME: "me", UV_INDEX_MINE_PASSWORD: "p" }, "https://me:p@e.x/simple/"],
      [
        "murre's go first",
        url,
        "mine",
        { MURRE_INDEX_MINE_PASSWORD: "own", UV_INDEX_MINE_PASSWORD: "p" },
        "https://:own@e.x/simple/",
      ],
      ["of a name with other signs", url, "my-own.x", { UV_INDEX_MY_OWN_X_USERNAME: "t" }, "https://t@e.x/simple/"],
      [
        "with signs that mean something in a URL",
        url,
        "a",
        { UV_INDEX_A_USERNAME: "a@b", UV_INDEX_A_PASSWORD: "1%41/:" },
        "https://a%40b:1%2541%2F%3A@e.x/simple/",
      ],
      ["not beside those of the URL", "https://u@e.x/", "a", { UV_INDEX_A_PASSWORD: "p" }, "https://u@e.x/"],
      ["not of another index", url, "a", { UV_INDEX_B_PASSWORD: "p" }, url],
      ["not without a name", url, undefined, { UV_INDEX_PASSWORD: "p" }, url],
      ["not for a folder", "./folder", "a", { UV_INDEX_A_PASSWORD: "p" }, "./folder"],
    ],
  )("%s", (_, given, name, variables, expected) => {
    expect(withNamedCredentials(given, name, variables)).toBe(expected);
  });
});
