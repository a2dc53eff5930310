import { expect, test } from "vitest";
import { sameFolders } from "../../test/environment.ts";
import { recordPath } from "./destination.ts";
import { recordedFiles } from "./recorded-files.ts";

const site = "/env/lib/site-packages";

test.each([
  ["a/b.py", `${site}/a/b.py`],
  ["a/..b.py", `${site}/a/..b.py`],
  [".hidden", `${site}/.hidden`],
  ["./a/b.py", `${site}/a/b.py`],
  ["a//b.py", `${site}/a/b.py`],
  ["a/./b.py", `${site}/a/b.py`],
  ["a/../c/b.py", `${site}/c/b.py`],
  ["../../bin/tool", "/env/bin/tool"],
  ["a/", `${site}/a`],
  ["../../../etc/passwd", undefined],
  ["a/../../../../x", undefined],
])("a row %j is of the file %s", (path, expected) => {
  const { files, foreign } = recordedFiles({ sitePackages: site, record: [{ path }] }, sameFolders("/env"));
  expect([...files.keys()]).toEqual(expected === undefined ? [] : [expected]);
  expect(foreign).toHaveLength(expected === undefined ? 1 : 0);
});

test.each([
  [`${site}/a/b.py`, "a/b.py"],
  [`${site}/a/../b.py`, "b.py"],
  [`${site}/a/..b`, "a/..b"],
  ["/env/bin/tool", "../../bin/tool"],
  [`${site}-other/x`, "../site-packages-other/x"],
])("RECORD calls %s %s", (target, expected) => {
  expect(recordPath(site, target)).toBe(expected);
});
