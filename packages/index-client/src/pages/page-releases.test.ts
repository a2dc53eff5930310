import { normalizeName } from "@murre/pep508";
import { describe, expect, test } from "vitest";
import { judgeLinks } from "../location/page-link.ts";
import { pageOf } from "./page-releases.ts";

const project = normalizeName("foo-bar");

function releases(...names: readonly (readonly [filename: string, yanked?: string])[]) {
  const links = names.map(([filename, yanked]) => ({
    filename,
    url: `https://e.x/${filename}`,
    hashes: {},
    yanked: yanked ?? (false as const),
  }));
  const page = pageOf(judgeLinks(links, "https://e.x/"), project, "https://e.x/");
  return page.releases.map(({ version, yanked, files }) => [version, yanked, files.map(({ filename }) => filename)]);
}

describe("the files of a page by the version in their names (PEP 427, PEP 625)", () => {
  test("neighbours with one version are one release", () => {
    expect(releases(["foo_bar-1.0-py3-none-any.whl"], ["foo_bar-1.0.tar.gz"], ["Foo.Bar-2.0b1.zip"])).toEqual([
      ["1.0", false, ["foo_bar-1.0-py3-none-any.whl", "foo_bar-1.0.tar.gz"]],
      ["2.0b1", false, ["Foo.Bar-2.0b1.zip"]],
    ]);
  });

  test("the page's order stays: a version that comes back is another release", () => {
    const [one, two, three] = ["foo_bar-1-py3-none-any.whl", "foo_bar-2-py3-none-any.whl", "foo_bar-1.tar.gz"] as const;
    expect(releases([one], [two], [three]).map(([version]) => version)).toEqual(["1", "2", "1"]);
  });

  test("a release is yanked when all of its files are", () => {
    expect(releases(["foo_bar-1-py3-none-any.whl", ""], ["foo-bar-1.tar.gz"], ["foo-bar-2.tar.gz", "bad"])).toEqual([
      ["1", false, ["foo_bar-1-py3-none-any.whl", "foo-bar-1.tar.gz"]],
      ["2", true, ["foo-bar-2.tar.gz"]],
    ]);
  });

  test.each(["foo.whl", "other-1.0.tar.gz", "foo-bar.tar.gz", "other-1.0-py3-none-any.whl"])(
    "%s states no version of the project",
    (filename) => {
      expect(releases([filename])).toEqual([[undefined, false, [filename]]]);
    },
  );
});
