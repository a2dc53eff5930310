import { InvalidTag } from "./errors.ts";

/** A compatibility tag (PEP 425); all three parts in lower case. */
export interface Tag {
  readonly interpreter: string;
  readonly abi: string;
  readonly platform: string;
}

/** A set of a few hundred characters that would unfold to more than this is an attack; real ones have some dozens. */
const MAX_TAGS = 1024;

const PLAIN_IDENTIFIER = /^[a-z_]\w*$/i;

/** The table of Unicode is made where a name needs it. */
const isIdentifier = (text: string): boolean =>
  PLAIN_IDENTIFIER.test(text) || /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(text);

export function tagToString(tag: Tag): string {
  return `${tag.interpreter}-${tag.abi}-${tag.platform}`;
}

/**
 * Unfolds a compressed tag set, `py2.py3-none-any`, into its tags, each once, in the order written (PEP 425,
 * "Compressed Tag Sets").
 * @throws {InvalidTag} when it has not three parts, a member is empty, or an interpreter is no identifier.
 */
export function parseTagSet(text: string): Tag[] {
  const parts = text
    .toLowerCase()
    .split("-")
    .map((part) => part.split("."));
  const empty = parts.find((members) => members.includes(""));
  if (empty) throw new InvalidTag(text, `the part ${JSON.stringify(empty.join("."))} has an empty member`);
  const [interpreters, abis, platforms] = parts;
  if (parts.length !== 3 || !interpreters || !abis || !platforms)
    throw new InvalidTag(text, "expected exactly three parts, interpreter-abi-platform");
  if (interpreters.length * abis.length * platforms.length > MAX_TAGS)
    throw new InvalidTag(text, `it stands for more than ${MAX_TAGS} tags`);
  for (const interpreter of interpreters)
    if (!isIdentifier(interpreter))
      throw new InvalidTag(text, `the interpreter ${JSON.stringify(interpreter)} is not an identifier`);
  return unfold([...new Set(interpreters)], [...new Set(abis)], [...new Set(platforms)]);
}

function unfold(interpreters: string[], abis: string[], platforms: string[]): Tag[] {
  const tags: Tag[] = [];
  for (const interpreter of interpreters)
    for (const abi of abis) for (const platform of platforms) tags.push({ interpreter, abi, platform });
  return tags;
}
