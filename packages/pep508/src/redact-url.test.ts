import { describe, expect, test } from "vitest";
import { redactUrl } from "./index.ts";

describe("a URL without what may be a secret", () => {
  test.each([
    ["https://user:secret@h/x", "https://user:****@h/x"],
    ["https://token@h/x", "https://****@h/x"],
    ["https://token:@h/x", "https://****@h/x"],
    ["https://:secret@h/x", "https://:****@h/x"],
    ["https://__token__:pypi-abc@h/", "https://__token__:****@h/"],
    ["https://ghp_abc:x-oauth-basic@h/", "https://****:****@h/"],
    ["https://0123456789abcdef0123:secret@h/", "https://****:****@h/"],
    ["https://user:p@ss@h/x@1", "https://user:****@h/x@1"],
    ["https://user:pa/ss?#@h/x", "https://user:****@h/x"],
    ["git+https://user:secret@h/r.git@v1#egg=x", "git+https://user:****@h/r.git@v1#egg=x"],
    ["//user:secret@h/x", "//user:****@h/x"],
    ["HTTPS://USER:secret@h:8080/x", "HTTPS://USER:****@h:8080/x"],
  ])("%s is %s", (url, redacted) => {
    expect(redactUrl(url)).toBe(redacted);
  });

  test.each([
    "https://h/x@v1",
    "https://h:8080/x@v1",
    "git+ssh://git@h/r.git@v1",
    "file:///home/a@b/x.whl",
    "https://h/?mail=a@b",
    "not a URL, a@b",
    "",
  ])("%j holds none and stays as it is", (url) => {
    expect(redactUrl(url)).toBe(url);
  });

  test("every URL of a text loses its credentials", () => {
    expect(redactUrl("--index-url https://a:b@h/ --extra https://t@i/")).toBe(
      "--index-url https://a:****@h/ --extra https://****@i/",
    );
  });
});
