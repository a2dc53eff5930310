import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  readDirectUrl,
  readInstalled,
  readInstalledEntryPoints,
  readInstalledMetadata,
  readInstalledRecord,
  readInstaller,
  readRequested,
} from "./installed.ts";

let site: string;
beforeEach(() => {
  site = mkdtempSync(join(tmpdir(), "murre-site-"));
});
afterEach(() => rmSync(site, { recursive: true, force: true }));

function put(path: string, text = ""): void {
  mkdirSync(dirname(join(site, path)), { recursive: true });
  writeFileSync(join(site, path), text);
}

const seen = () =>
  readInstalled([site]).map(({ name, normalizedName, version, format }) => [name, normalizedName, version, format]);
const only = () => {
  const [distribution] = readInstalled([site]);
  if (!distribution) throw new Error("nothing is installed");
  return distribution;
};

describe("PEP 376: a NAME-VERSION.dist-info folder is an installed distribution", () => {
  test.each([
    ["foo-1.0.dist-info/METADATA", ["foo", "foo", "1.0", "dist-info"]],
    ["Ruamel.Yaml_x-1.0.post1.dist-info/METADATA", ["Ruamel.Yaml_x", "ruamel-yaml-x", "1.0.post1", "dist-info"]],
    ["foo-1.0-py3.11.egg-info/PKG-INFO", ["foo", "foo", "1.0", "egg-info"]],
    ["foo-1.0.egg-info/PKG-INFO", ["foo", "foo", "1.0", "egg-info"]],
    ["old-name-1.0-py2.7.egg-info", ["old-name", "old-name", "1.0", "egg-info-file"]],
    ["wheel-0.38.4.egg-info", ["wheel", "wheel", "0.38.4", "egg-info-file"]],
  ])("%s", (path, expected) => {
    put(path);
    expect(seen()).toEqual([expected]);
  });
  test.each(["foo-1.0.dist-info", "~oo-1.0.dist-info/METADATA", "foo.dist-info/METADATA", "foo/__init__.py", "x.pth"])(
    "%s is none",
    (path) => {
      put(path);
      expect(seen()).toEqual([]);
    },
  );
  test.each([
    ["x-1.0-post1.dist-info", "x", "1.0-post1"],
    ["old-name-1.0.dist-info", "old-name", "1.0"],
    ["My-Lib-2.0-rc1.dist-info", "My-Lib", "2.0-rc1"],
  ])("of the dashes in %s METADATA tells which is meant", (folder, name, version) => {
    put(`${folder}/METADATA`, `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`);
    expect(seen()).toEqual([[name, name.toLowerCase(), version, "dist-info"]]);
  });
  test("an egg-info without a version has it inside", () => {
    put("foo.egg-info/PKG-INFO", "Metadata-Version: 1.0\nName: Foo\nVersion: 2.0\n");
    expect(seen()).toEqual([["Foo", "foo", "2.0", "egg-info"]]);
  });
  test("an egg-link points to the egg-info of a project", () => {
    put("project/src/My_Project.egg-info/PKG-INFO", "Name: my-project\nVersion: 0.1\n");
    put("my-project.egg-link", `${join(site, "project/src")}\n../`);
    expect(seen()).toEqual([["my-project", "my-project", "0.1", "egg-link"]]);
    expect(only().sitePackages).toBe(site);
  });
  test("an egg-link to nowhere is none", () => {
    put("gone.egg-link", "/nowhere\n.");
    expect(seen()).toEqual([]);
  });
  test("they come by name, and an earlier folder hides its namesakes in a later one", () => {
    put("a/zeta-1.dist-info/METADATA");
    put("a/alpha-1.dist-info/METADATA");
    put("b/Zeta-2.dist-info/METADATA");
    put("b/beta-2.dist-info/METADATA");
    const found = readInstalled([join(site, "a"), join(site, "b"), join(site, "missing")]);
    expect(found.map(({ name, version }) => `${name} ${version}`)).toEqual(["alpha 1", "beta 2", "zeta 1"]);
  });
});

describe("what a distribution says of itself is read when asked for", () => {
  test("RECORD, METADATA, entry points, INSTALLER and REQUESTED", () => {
    put("foo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: foo\nVersion: 1.0\nRequires-Dist: bar\n");
    put(
      "foo-1.0.dist-info/RECORD",
      "foo.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\nfoo-1.0.dist-info/RECORD,,\n",
    );
    put("foo-1.0.dist-info/entry_points.txt", "[console_scripts]\nfoo = foo:main\n");
    put("foo-1.0.dist-info/INSTALLER", "pip\n");
    put("foo-1.0.dist-info/REQUESTED");
    const foo = only();
    expect(readInstalledRecord(foo).map(({ path }) => path)).toEqual(["foo.py", "foo-1.0.dist-info/RECORD"]);
    expect(readInstalledMetadata(foo).requiresDist).toEqual(["bar"]);
    expect(readInstalledEntryPoints(foo).get("console_scripts")).toEqual([
      { name: "foo", module: "foo", attribute: "main", extras: [] },
    ]);
    expect([readInstaller(foo), readRequested(foo)]).toEqual(["pip", true]);
  });
  test("an egg-info lists its files relative to itself", () => {
    put("foo-1.0.egg-info/PKG-INFO", "Name: foo\nVersion: 1.0\n");
    put("foo-1.0.egg-info/installed-files.txt", "../foo/__init__.py\n../../../../bin/foo\nPKG-INFO\n");
    expect(readInstalledRecord(only()).map(({ path }) => path)).toEqual([
      "foo/__init__.py",
      "../../../bin/foo",
      "foo-1.0.egg-info/PKG-INFO",
    ]);
  });
  test("nothing is said by an empty dist-info, but its missing METADATA is an error", () => {
    mkdirSync(join(site, "foo-1.0.dist-info"));
    const foo = only();
    expect([readInstalledRecord(foo), readInstaller(foo), readRequested(foo), readDirectUrl(foo)]).toEqual([
      [],
      undefined,
      false,
      undefined,
    ]);
    expect(() => readInstalledMetadata(foo)).toThrow(
      expect.objectContaining({ code: "MURRE_UNREADABLE_DISTRIBUTION", message: expect.stringContaining("METADATA") }),
    );
  });
  test("PEP 610: direct_url.json says whether it is editable", () => {
    put("foo-1.0.dist-info/direct_url.json", '{"url": "file:///src/foo", "dir_info": {"editable": true}}');
    expect(readDirectUrl(only())?.dir_info?.editable).toBe(true);
  });
  test.each([
    "no json",
    "[]",
    "null",
    '{"link": 1}',
    '{"url": 7}',
    '{"url": "no url"}',
    '{"url": "https://example.org/a.whl\\nevil==1.0"}',
    '{"url": "https://example.org/a.whl\\u0085--index-url=https://evil"}',
    '{"url": "https://example.org/a.whl\\u2028-r other.txt"}',
    '{"url": "https://example.org/a.whl", "subdirectory": "a\\r\\nb"}',
    '{"url": "https://example.org/a.whl", "subdirectory": ["a"]}',
    '{"url": "https://example.org/a.whl", "archive_info": []}',
    '{"url": "https://example.org/a.whl", "archive_info": {"hash": "sha256=0\\nevil"}}',
    '{"url": "https://example.org/a.whl", "archive_info": {"hashes": {"sha256": {"toString": 1}}}}',
    '{"url": "https://example.org/a", "vcs_info": {"vcs": "git", "commit_id": "0 --index-url=https://evil"}}',
    '{"url": "https://example.org/a", "vcs_info": {"vcs": "git\\n", "commit_id": "0"}}',
    '{"url": "https://example.org/a", "vcs_info": {"vcs": "git"}}',
  ])("PEP 610: a direct_url.json of %s is an error", (text) => {
    put("foo-1.0.dist-info/direct_url.json", text);
    expect(() => readDirectUrl(only())).toThrow(expect.objectContaining({ code: "MURRE_UNREADABLE_DISTRIBUTION" }));
  });
  test.each([
    [
      '{"url": "file:///with space/a.whl", "archive_info": {}}',
      { url: "file:///with%20space/a.whl", archive_info: {} },
    ],
    [
      '{"url": "https://e.org/a.whl", "archive_info": {"hash": "sha256=0aF", "hashes": null}}',
      { url: "https://e.org/a.whl", archive_info: { hash: "sha256=0aF" } },
    ],
    [
      '{"url": "git@e.org:a/b.git", "vcs_info": {"vcs": "git", "commit_id": "0", "requested_revision": "main"}, "more": 1}',
      { url: "git@e.org:a/b.git", vcs_info: { vcs: "git", commit_id: "0", requested_revision: "main" } },
    ],
    ['{"url": "file:///src", "dir_info": {"editable": "yes"}}', { url: "file:///src", dir_info: {} }],
  ])("PEP 610: what tools write is read: %s", (text, expected) => {
    put("foo-1.0.dist-info/direct_url.json", text);
    expect(readDirectUrl(only())).toEqual(expected);
  });
  test.each(["a b-1.0", "a\u001b[2J-1.0", "a\u000b--index-url-1.0", "a-1.0\u0085", "a\u200b-1.0"])(
    "a folder that is called %j is no distribution: a name is one word",
    (stem) => {
      put(`${stem}.dist-info/METADATA`, "Name: a\nVersion: 1.0\n");
      expect(seen()).toEqual([]);
    },
  );
});
