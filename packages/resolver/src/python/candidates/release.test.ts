import { compareVersions, tryParseVersion } from "@murre/pep440";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergeReleases, placeOf } from "./release.ts";
import type { ListedRelease } from "./source.ts";

type Listed = ListedRelease<{ readonly filename: string; readonly yanked?: boolean }>;

const version = fc.constantFrom("1", "1.0", "2", "2.0.0", "1a1", "1.post1", "2!0", "10", "x", undefined);
const listed = fc.array(fc.record({ version, yanked: fc.boolean() }), { maxLength: 10 }).map((all) =>
  all.map(({ version: text, yanked }, i): Listed => ({
    version: text,
    yanked,
    files: [{ filename: `${i}.zip`, yanked }],
  })),
);

/** The first of each version in ascending order, and behind them what is left. */
function halfInOrder(all: readonly Listed[]): { readonly releases: readonly Listed[]; readonly ascending: number } {
  const first = new Map<string, Listed>();
  for (const release of all) {
    const key = tryParseVersion(release.version ?? "")?.key;
    if (key !== undefined && !first.has(key)) first.set(key, release);
  }
  const ordered = [...first.values()].toSorted((a, b) =>
    compareVersions(tryParseVersion(a.version!)!, tryParseVersion(b.version!)!),
  );
  return { releases: [...ordered, ...all.filter((one) => !ordered.includes(one))], ascending: ordered.length };
}

const seen = (releases: ReturnType<typeof mergeReleases<Listed["files"][number]>>) =>
  releases.map(({ version: own, yanked, files }) => [
    own.key,
    yanked,
    files.map(({ filename }) => filename).toSorted(),
  ]);

describe("mergeReleases", () => {
  test("comes to the same whether the source has them in order or not", () => {
    fc.assert(
      fc.property(listed, (all) => {
        const half = halfInOrder(all);
        expect(seen(mergeReleases(half))).toEqual(seen(mergeReleases({ releases: all })));
        expect(half.ascending).toBe(mergeReleases(half).length);
      }),
    );
  });

  test("looks at no version of those that are in order", () => {
    const releases = ["1", "2", "3"].map((text): Listed => ({ version: text, yanked: false, files: [] }));
    const asked: string[] = [];
    const watched = releases.map((release) => ({
      ...release,
      get version() {
        asked.push(release.version!);
        return release.version;
      },
    }));
    const merged = mergeReleases({ releases: watched, ascending: 3 });
    expect(asked).toEqual([]);
    expect(placeOf(merged, tryParseVersion("3")!)).toBe(2);
    expect(asked).toEqual(["2", "3"]);
  });
});
