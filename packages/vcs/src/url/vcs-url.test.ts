import { describe, expect, test } from "vitest";
import { submoduleUrl } from "./submodule-url.ts";
import { isVcsUrl, parseVcsUrl } from "./vcs-url.ts";

describe("what a URL of a repository says", () => {
  test.each([
    ["git+https://host/a/b.git", "https://host/a/b.git", undefined],
    ["git+https://host/a/b.git@main", "https://host/a/b.git", "main"],
    ["GIT+HTTPS://host/a/b@v1.0#egg=b&subdirectory=c", "https://host/a/b", "v1.0"],
    ["git+https://host/a/b@feature/x", "https://host/a/b", "feature/x"],
    ["git+https://host/a/b@refs/pull/1/head", "https://host/a/b", "refs/pull/1/head"],
    ["git+https://host/a/b@feature%23x", "https://host/a/b", "feature#x"],
    ["git+https://host:8443/a?x=1@2", "https://host:8443/a?x=1@2", undefined],
    ["git+https://host/a@v1?x=1", "https://host/a?x=1", "v1"],
    ["git+ssh://git@host/a/b.git", "ssh://git@host/a/b.git", undefined],
    ["git+ssh://git:pw@host:22/a@v1", "ssh://git@host:22/a", "v1"],
    ["git+file:///srv/a@main", "file:///srv/a", "main"],
    ["git+file://localhost/srv/a", "file:///srv/a", undefined],
    ["git+git://host/a@b", "git://host/a", "b"],
    ["git+https://[::1]:80/a", "https://[::1]:80/a", undefined],
  ])("%s", (url, repository, revision) => {
    expect(isVcsUrl(url)).toBe(true);
    const parsed = parseVcsUrl(url);
    expect([parsed.repository, parsed.revision]).toEqual([repository, revision]);
  });

  test.each([
    ["git+https://user:s3cret@host/a@v1", { username: "user", password: "s3cret" }],
    ["git+https://t0ken@host/a", { username: "t0ken", password: "" }],
    ["git+http://u:a%40b%2Fc@host/a", { username: "u", password: "a@b/c" }],
    ["git+ssh://git:s3cret@host/a", undefined],
  ])("nothing but its credentials has the secrets of %s", (url, credentials) => {
    const { credentials: found, ...rest } = parseVcsUrl(url);
    expect(found).toEqual(credentials);
    expect(JSON.stringify(rest)).not.toMatch(/s3cret|t0ken|a@b|a%40b/);
  });

  test.each([
    ["git+ssh://git@host/a", "ssh://git@host/a"],
    ["git+ssh://deploy@host/a", "ssh://host/a"],
    ["git+https://u:p@host/a@v1", "https://host/a"],
    ["git+https://${TOKEN}@host/a", "https://${TOKEN}@host/a"],
  ])("direct_url.json has of %s what PEP 610 allows", (url, recorded) => {
    expect(parseVcsUrl(url).recorded).toBe(recorded);
  });

  test("spellings of one repository have one key, of whatever user", () => {
    const spellings = ["git+https://host/a.git", "git+https://HOST/a/", "git+https://u:p@host:443/a.git@v1"];
    expect(new Set(spellings.map((url) => parseVcsUrl(url).key)).size).toBe(1);
    // On a disk they can be two.
    const folders = ["git+file:///a", "git+file:///a.git"];
    expect(new Set(folders.map((url) => parseVcsUrl(url).key)).size).toBe(2);
  });
});

describe("what is refused", () => {
  test.each([
    ["git+git@host:a/b.git", "git+ssh://git@host/a/b.git"],
    ["git+ssh://git@host:a/b.git", "git+ssh://git@host/a/b.git"],
    ["git://host/a", "git+git://"],
    ["git+ext::sh -c id", "blank"],
    ["git+ext::sh%20-c%20id", "is no URL"],
    ["git+ext://sh/a", "git+ext is not known"],
    ["git+https://host/a@", "empty revision"],
    ["git+https://host/a@--upload-pack=x", "could be an option"],
    ["git+https://host/a@-x", "could be an option"],
    ["git+https://host/a@%2D%2Dexec=x", "could be an option"],
    ["git+https://host/a@a..b", "is no name"],
    ["git+https://host/a@re*s", "is no name"],
    ["git+https://host/a@HEAD~1", "is no name"],
    ["git+https://host/a@b%0Ac", "is no name"],
    ["git+ssh://-oProxyCommand=x/a", "no host"],
    ["git+http://[9]/a", "no host"],
    ["git+ssh://1.2.3.456/a", "no host"],
    ["git+https://host:65536/a", "no host"],
    ["git+ssh://-x@host/a", "no user"],
    ["git+https://u:p%0Ahost=evil@host/a", "no user"],
    ["git+https://host", "no repository"],
    ["git+file://host/share", "another machine"],
    ["git+https://host/a\u0000b", "control character"],
  ])("%j", (url, message) => {
    expect(() => parseVcsUrl(url)).toThrow(
      expect.objectContaining({ code: "MURRE_INVALID_VCS_URL", message: expect.stringContaining(message) }),
    );
  });

  test.each([
    ["hg+https://host/a", "Mercurial"],
    ["svn+ssh://host/a", "Subversion"],
    ["bzr+https://host/a", "Bazaar"],
  ])("%s, by its name", (url, name) => {
    expect(() => parseVcsUrl(url)).toThrow(
      expect.objectContaining({ code: "MURRE_UNSUPPORTED_VCS", message: expect.stringContaining(name) }),
    );
  });
});

describe("where a submodule is", () => {
  const parent = parseVcsUrl("git+https://u:p@host/group/a.git");
  test.each([
    ["../b.git", "https://host/group/b.git", true],
    ["./c", "https://host/group/a.git/c", true],
    ["../../x/y", "https://host/x/y", true],
    ["https://other/z", "https://other/z", false],
    ["git@other:z/w.git", "ssh://git@other/z/w.git", false],
  ])("%s", (written, repository, hasCredentials) => {
    const found = submoduleUrl(written, parent, "sub");
    expect([found.repository, found.credentials !== undefined]).toEqual([repository, hasCredentials]);
  });

  test.each([
    "ext::sh -c id",
    "file:///etc",
    "/etc",
    "../../../../x",
    "-oProxyCommand=x:y",
    "--upload-pack=x",
    "ssh://-x/y",
    "fd::17",
    "../a/../../b",
  ])("%s is refused", (written) => {
    expect(() => submoduleUrl(written, parent, "sub")).toThrow(
      expect.objectContaining({ code: "MURRE_UNSAFE_REPOSITORY" }),
    );
  });
});
