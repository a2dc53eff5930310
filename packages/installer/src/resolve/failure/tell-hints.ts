import type { IndexClient } from "@murre/index-client";
import { compareVersions, tryParseVersion, type SpecifierSet } from "@murre/pep440";
import type { NormalizedName } from "@murre/pep508";
import type { Hint } from "@murre/resolver";

/** Hints in sentences, with the options that help. */
export async function tellHints(
  hints: readonly Hint[],
  client: Pick<IndexClient, "unaskedIndexes">,
): Promise<readonly string[]> {
  const told = await Promise.all(
    hints.map((hint) => (hint.kind === "elsewhere" ? tellElsewhere(hint, client) : [tellHint(hint)])),
  );
  return [...new Set(told.flat())];
}

function tellHint(hint: Exclude<Hint, { kind: "elsewhere" }>): string {
  const { project } = hint;
  switch (hint.kind) {
    case "prereleases-refused":
      return `--prerelease-package ${project}=allow takes pre-releases such as ${project} ${hint.versions.join(", ")}`;
    case "prereleases-before": {
      const { versions, version, instead } = hint;
      return `of ${project} ${version} there are pre-releases only (${versions.join(", ")}); ${project}${instead} takes the newest`;
    }
    case "formats":
      return hint.has === "sdists"
        ? `${project} has a source distribution, which --no-build or --only-binary does not allow to build`
        : `${project} has a wheel, which --no-binary does not allow to take`;
    case "usable-version":
      return `${project} ${hint.version} can be used here`;
    default:
      return hint.names.length > 0
        ? `did you mean ${hint.names.join(" or ")}?`
        : "check the spelling, or name the index that has it (--index)";
  }
}

async function tellElsewhere(
  { project, specifiers }: { readonly project: NormalizedName; readonly specifiers: SpecifierSet },
  client: Pick<IndexClient, "unaskedIndexes">,
): Promise<readonly string[]> {
  const take = "--index-strategy unsafe-best-match takes the best of all indexes";
  const unasked = await client.unaskedIndexes(project);
  const having = unasked.flatMap(({ url, versions = [] }) => {
    const known = versions.flatMap((version) => tryParseVersion(version) ?? []);
    const [newest] = specifiers.filter(known).toSorted((a, b) => compareVersions(b, a));
    return newest === undefined ? [] : [`${project} ${newest} is in ${url}, after an index that has ${project}`];
  });
  if (having.length > 0) return [`${having.join("; ")}: ${take}`];
  const unknown = unasked.filter(({ versions }) => versions === undefined).map(({ url }) => url);
  if (unknown.length === 0) return [];
  return [`${unknown.join(", ")} was not asked for ${project}, because an earlier index has it: ${take}`];
}
