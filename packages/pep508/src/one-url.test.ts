import { describe, expect, test } from "vitest";
import { canonicalUrl, digestProblem, fragmentHashes, isSameUrl, withHashesOf } from "./index.ts";

const [a, b] = ["a".repeat(64), "b".repeat(64)];

describe("one place in two spellings", () => {
  const url = "https://host.org/f/lib-1.0.zip";
  test.each([
    [url, `${url}#egg=lib`],
    [url, "https://me:secret@host.org/f/lib-1.0.zip"],
    [url, "HTTPS://Host.ORG:443/f/lib-1.0.zip"],
    [url, "https://host.org/f/x/../lib-1.0.zip"],
    [url, "https://host.org/./f/%6Cib%2D1.0.zip"],
    [url, `${url}#sha256=${a}`],
    [`${url}#md5=${"0".repeat(32)}`, `${url}#sha256=${a}&egg=lib`],
    [`${url}#subdirectory=a/b`, `${url}#egg=lib&subdirectory=a%2Fb`],
    ["https://host.org/a%2fb.zip", "https://host.org/a%2Fb.zip"],
    ["file:///f/lib.zip", "file://localhost/f/lib.zip"],
    ["file:///f/lib+cpu.zip", "FILE:///f/lib%2Bcpu.zip"],
    ["file:///f/folder", "file:///f/folder/"],
    ["https://host.org", "https://host.org/"],
    ["no URL", "no URL"],
  ])("%s and %s", (one, other) => {
    expect([isSameUrl(one, other), isSameUrl(other, one)]).toEqual([true, true]);
  });

  test.each([
    [url, "http://host.org/f/lib-1.0.zip"],
    [url, "https://host.org:444/f/lib-1.0.zip"],
    [url, "https://host.org/F/lib-1.0.zip"],
    [url, `${url}?a=1`],
    [url, `${url}#subdirectory=a`],
    ["https://host.org/a%2Fb.zip", "https://host.org/a/b.zip"],
    [`${url}#sha256=${a}`, `${url}#sha256=${b}`],
  ])("%s and %s are two", (one, other) => {
    expect([isSameUrl(one, other), isSameUrl(other, one)]).toEqual([false, false]);
  });

  test("a name in a file's URL may have spaces and letters of any script", () => {
    expect(canonicalUrl("file:///a b/ü.whl")).toBe(canonicalUrl("file:///a%20b/%C3%BC.whl"));
  });
});

describe("hashes in the fragment", () => {
  test.each([
    [`#sha256=${a.toUpperCase()}&subdirectory=x`, { sha256: a }],
    [`#egg=lib&sha512=00&sha256=${a}`, { sha512: "00", sha256: a }],
    [`#sha256=${a}&sha256=${b}`, { sha256: a }],
    ["#sha256=", {}],
    ["#shake_128=00&egg", {}],
    ["", {}],
  ])("%s", (fragment, hashes) => {
    expect(fragmentHashes(`https://host/x.whl${fragment}`)).toEqual(hashes);
  });

  test("those of another spelling are added", () => {
    const url = "https://host/x.whl";
    expect(withHashesOf(url, `${url}#egg=x&sha256=${a}`)).toBe(`${url}#sha256=${a}`);
    expect(withHashesOf(`${url}#egg=x`, `${url}#sha256=${a}`)).toBe(`${url}#egg=x&sha256=${a}`);
    expect(withHashesOf(`${url}#sha256=${a}`, `${url}#sha256=${a}`)).toBe(`${url}#sha256=${a}`);
  });

  test.each([
    ["sha256", a, undefined],
    ["sha256", "00", "sha256 needs 64 hexadecimal digits, and this has 2 characters"],
    ["sha1", "g".repeat(40), "sha1 needs 40 hexadecimal digits, and this has 40 characters"],
    ["sha", a, "there is no algorithm sha"],
  ])("%s %s", (algorithm, digest, problem) => {
    expect(digestProblem(algorithm, digest)).toBe(problem);
  });
});
