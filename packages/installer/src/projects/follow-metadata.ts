import { normalizeName, parseLenientRequirement, type Requirement } from "@murre/pep508";
import { parseMetadata } from "@murre/wheel";
import type { LocalProject } from "./local-project.ts";
import { extraOf, type SourceFollower } from "./follow-sources.ts";

/**
 * The core metadata of a project of a folder or a repository, in which requirements stand as its pyproject.toml has them taken from elsewhere. What the
 * distribution says of itself when it is installed stays as its backend wrote it.
 * @param open is not asked for what needs nothing
 * @throws what reading the sources throws
 */
export async function followMetadata(
  text: string,
  open: () => LocalProject | undefined | Promise<LocalProject | undefined>,
  follower: () => Promise<SourceFollower>,
): Promise<string> {
  const { requiresDist } = parseMetadata(text);
  const project = requiresDist.length === 0 ? undefined : await open();
  if (project === undefined) return text;
  const sources = await follower();
  const lines = await Promise.all(
    requiresDist.map(async (written) => {
      const requirement = read(written);
      if (requirement === undefined) return [written];
      const extra = extraOf(requirement.marker);
      const standing = { extra: extra === undefined ? undefined : normalizeName(extra) };
      return (await sources.follow(requirement, project, standing)).map((one) => String(one.requirement));
    }),
  );
  return withRequirements(text, lines.flat());
}

/** Undefined for what whoever resolves says something about. */
function read(text: string): Requirement | undefined {
  try {
    return parseLenientRequirement(text);
  } catch {
    return undefined;
  }
}

function withRequirements(text: string, requirements: readonly string[]): string {
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const others = text
    .slice(0, end)
    .replaceAll(/^Requires-Dist:.*(?:\r?\n[ \t].*)*(?:\r?\n|$)/gim, "")
    .trimEnd();
  const own = requirements.map((requirement) => `Requires-Dist: ${requirement}`);
  return `${[others, ...own].join("\n")}\n${text.slice(end)}`;
}
