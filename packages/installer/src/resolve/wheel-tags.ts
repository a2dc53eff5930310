import { parseWheelFilename, tagToString, type SupportedTags } from "@murre/platform-tags";
import { NoUsableFile } from "../errors.ts";
import { shorten } from "../errors/shorten.ts";
import type { WantedProject } from "../wanted/gather-requirements.ts";
import type { WheelTarget } from "../operation/target-environment.ts";

/**
 * Why a file that is named by its place, and not chosen by its tags, is none for this interpreter; undefined where it is one, and for sources.
 * An index with wheels for others is passed over in silence, a URL or path says which wheel is meant.
 */
export function otherTags(filename: string, supported: SupportedTags): string | undefined {
  if (!/\.whl$/i.test(filename)) return undefined;
  const { tags } = parseWheelFilename(filename);
  if (supported.rank(tags) !== undefined) return undefined;
  const own = `${tags.length === 1 ? "the tag" : "the tags"} ${shorten(tags.map(tagToString), 3)}`;
  return `it has ${own}, and this Python takes ${shorten(supported.tags, 3)}`;
}

/** @throws {NoUsableFile} where the user named a wheel for others */
export function refuseOtherTags(
  { name, origin }: Pick<WantedProject, "name" | "origin">,
  filename: string,
  { tags, description }: Pick<WheelTarget, "tags" | "description">,
): void {
  const reason = otherTags(filename, tags);
  if (reason === undefined) return;
  throw new NoUsableFile({
    project: name,
    required: filename,
    interpreter: description,
    files: [filename],
    reason,
    origin,
  });
}
