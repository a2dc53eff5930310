import { describe, expect, test } from "vitest";
import { sameFolders } from "../../test/environment.ts";
import type { RecordedDistribution } from "../environment/recorded-files.ts";
import { planRemoval } from "./removal.ts";

const distribution = (paths: readonly string[]): RecordedDistribution => ({
  name: "a",
  version: "1.0",
  sitePackages: "/env/lib/site-packages",
  distInfo: "/env/lib/site-packages/a-1.0.dist-info",
  record: paths.map((path) => ({ path })),
});

describe("uninstalling by RECORD (PEP 376)", () => {
  test("takes the listed files, and the dist-info as a whole", () => {
    const removal = planRemoval(
      distribution(["a/b/x.py", "a/y.py", "../../bin/tool"]),
      sameFolders("/env"),
      () => false,
    );
    expect(removal.files).toEqual([
      "/env/lib/site-packages/a/b/x.py",
      "/env/lib/site-packages/a/y.py",
      "/env/bin/tool",
    ]);
    expect(removal.distInfo).toBe("/env/lib/site-packages/a-1.0.dist-info");
  });

  test("leaves what another distribution lists as well", () => {
    const removal = planRemoval(distribution(["ns/__init__.py", "ns/a.py"]), sameFolders("/env"), (path) =>
      path.endsWith("__init__.py"),
    );
    expect(removal.files).toEqual(["/env/lib/site-packages/ns/a.py"]);
  });

  test.each([
    ["../../../etc/passwd", "lies outside the environment"],
    ["../../..", "lies outside the environment"],
    ["/etc/passwd", "is absolute"],
    ["/env/lib/site-packages/a.py", "is absolute"],
    ["C:/Windows/x.dll", "is absolute"],
    ["\\\\server\\share", "is absolute"],
  ])("%s is no file of a distribution: it %s, and stays", (path, reason) => {
    const { files, foreign } = planRemoval(distribution(["a.py", path]), sameFolders("/env"), () => false);
    expect([files, foreign]).toEqual([["/env/lib/site-packages/a.py"], [{ path, reason }]]);
  });
});
