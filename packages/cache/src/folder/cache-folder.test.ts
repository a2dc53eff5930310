import { describe, expect, test } from "vitest";
import { defaultCacheFolder } from "./cache-folder.ts";

const linux = { platform: "linux", home: "/home/u" } as const;
const windows = { platform: "win32", home: "C:\\Users\\u" } as const;

describe("the default cache folder", () => {
  test.each([
    ["is ~/.cache/murre on Linux", { ...linux, env: {} }, "/home/u/.cache/murre"],
    ["follows XDG_CACHE_HOME", { ...linux, env: { XDG_CACHE_HOME: "/x" } }, "/x/murre"],
    ["ignores a relative XDG_CACHE_HOME", { ...linux, env: { XDG_CACHE_HOME: "x" } }, "/home/u/.cache/murre"],
    ["is ~/.cache/murre on macOS", { platform: "darwin" as const, home: "/Users/u", env: {} }, "/Users/u/.cache/murre"],
    ["follows LOCALAPPDATA on Windows", { ...windows, env: { LOCALAPPDATA: "D:\\l" } }, "D:\\l\\murre\\cache"],
    [
      "is below the home folder on Windows without it",
      { ...windows, env: {} },
      "C:\\Users\\u\\AppData\\Local\\murre\\cache",
    ],
    ["is what MURRE_CACHE_DIR says", { ...linux, env: { MURRE_CACHE_DIR: "/c", XDG_CACHE_HOME: "/x" } }, "/c"],
    ["or uv's variable", { ...linux, env: { UV_CACHE_DIR: "/u", PIP_CACHE_DIR: "/p", MURRE_CACHE_DIR: "" } }, "/u"],
    ["or pip's", { ...linux, env: { PIP_CACHE_DIR: "/p", XDG_CACHE_HOME: "/x" } }, "/p"],
  ])("%s", (_, context, expected) => expect(defaultCacheFolder(context)).toBe(expected));
});
