import { describe, expect, test } from "vitest";
import { InvalidIndexLocation } from "../errors.ts";
import { indexKey, parseIndexLocation } from "./index-location.ts";
import { mergePipIndexOptions, pipIndexLocations } from "../pip/pip-index-options.ts";

const linux = { cwd: "/here", home: "/home/me", platform: "linux" };
const windows = { cwd: "C:\\here", home: "C:\\Users\\me", platform: "win32" };

describe("a location is a URL or a path", () => {
  test.each([
    ["https://e.x/simple", "https://e.x/simple/"],
    ["https://e.x/simple/#anchor", "https://e.x/simple/"],
    ["file:///srv/simple", "file:///srv/simple/"],
    ["/srv/my index", "file:///srv/my%20index/"],
    ["wheels", "file:///here/wheels/"],
    ["~/wheels", "file:///home/me/wheels/"],
  ])("the index %s is %s", (text, url) => {
    expect(parseIndexLocation("simple", text, linux).url).toBe(url);
  });

  test.each([
    ["D:\\wheels", "file:///D:/wheels"],
    ["wheels", "file:///C:/here/wheels"],
    ["~\\wheels", "file:///C:/Users/me/wheels"],
  ])("on Windows %s is %s", (text, url) => {
    expect(parseIndexLocation("find-links", text, windows).url).toBe(url);
  });

  test("the address of a find-links page gets no slash", () => {
    expect(parseIndexLocation("find-links", "https://e.x/links.html", linux).url).toBe("https://e.x/links.html");
  });

  test.each(["ftp://e.x/simple", "https://"])("%s is refused", (text) => {
    expect(() => parseIndexLocation("simple", text, linux)).toThrow(InvalidIndexLocation);
  });

  test("a refusal shows no password", () => {
    expect(() => parseIndexLocation("simple", "ftp://user:secret@e.x/", linux)).toThrow(/^(?!.*secret)/);
  });
});

describe("an index's name in the cache", () => {
  test("depends on no credentials", () => {
    expect(indexKey("https://user:secret@e.x/simple/")).toBe(indexKey("https://e.x/simple/"));
    expect(indexKey("https://e.x/simple/")).toMatch(/^[0-9a-f]{16}$/);
  });
});

const at = (value: string) => ({ value, origin: "test" });

describe("pip's order: find-links, the index, the extra indexes", () => {
  test("each location once, with its origin", () => {
    const options = {
      indexUrl: at("https://a.x/"),
      extraIndexUrls: [at("https://b.x/"), at("https://a.x/")],
      findLinks: [at("/w")],
    };
    expect(pipIndexLocations(options, linux).map(({ kind, url, origin }) => `${kind} ${url} ${origin}`)).toEqual([
      "find-links file:///w test",
      "simple https://a.x/ test",
      "simple https://b.x/ test",
    ]);
  });

  test("--no-index leaves find-links alone", () => {
    const merged = mergePipIndexOptions(
      { noIndex: { value: true, origin: "test" } },
      { findLinks: [at("/w")], indexUrl: at("https://a.x/") },
    );
    expect(pipIndexLocations(merged, linux).map(({ kind }) => kind)).toEqual(["find-links"]);
  });
});
