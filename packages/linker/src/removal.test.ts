import { describe, expect, test } from "vitest";
import { planRemoval, type RecordedDistribution } from "./removal.ts";

const distribution = (paths: readonly string[]): RecordedDistribution => ({
  name: "a",
  version: "1.0",
  sitePackages: "/env/lib/site-packages",
  distInfo: "/env/lib/site-packages/a-1.0.dist-info",
  record: paths.map((path) => ({ path })),
});

describe("uninstalling by RECORD (PEP 376)", () => {
  test("takes the listed files, and the dist-info as a whole", () => {
    const removal = planRemoval(distribution(["a/b/x.py", "a/y.py", "../../bin/tool"]), "/env", () => false);
    expect(removal.files).toEqual([
      "/env/lib/site-packages/a/b/x.py",
      "/env/lib/site-packages/a/y.py",
      "/env/bin/tool",
    ]);
    expect(removal.distInfo).toBe("/env/lib/site-packages/a-1.0.dist-info");
  });

  test("leaves what another distribution lists as well", () => {
    const removal = planRemoval(distribution(["ns/__init__.py", "ns/a.py"]), "/env", (path) =>
      path.endsWith("__init__.py"),
    );
    expect(removal.files).toEqual(["/env/lib/site-packages/ns/a.py"]);
  });

  test.each(["../../../etc/passwd", "/etc/passwd"])("refuses %s, which lies outside the environment", (path) => {
    expect(() => planRemoval(distribution([path]), "/env", () => false)).toThrow(
      expect.objectContaining({ code: "MURRE_PATH_LEAVES_ENVIRONMENT" }),
    );
  });
});
