import { InvalidScript } from "../errors.ts";
import { present, readToml, TomlReader, type Table } from "../toml.ts";
import type { RequirementEntry } from "../types.ts";
import { LineFinder } from "./line-finder.ts";
import { entryMakers, toolUv } from "./project-file.ts";
import { readUvSettings, type UvSettings } from "./uv-settings.ts";

/** What a script says that it needs (PEP 723). */
export interface ScriptMetadata {
  readonly requiresPython?: string;
  readonly entries: readonly RequirementEntry[];
  /** What `[tool.uv]` of the block says. */
  readonly uv: UvSettings;
}

/**
 * Reads the block `# /// script` of a Python file (PEP 723), without running anything.
 * @param source what to call the file in errors, and in the origins of requirements
 * @returns undefined where there is none.
 * @throws {InvalidScript}
 */
export function parseScript(text: string, source = "script.py"): ScriptMetadata | undefined {
  const block = findBlock(text, source);
  if (block === undefined) return undefined;
  const refuse = (problem: string, cause: Error): Error => new InvalidScript(source, [problem], { cause });
  const document = readToml(block.text, refuse, block.firstLine);
  const reader = new TomlReader();
  const metadata = readMetadata(document, reader, new LineFinder(block.text, block.firstLine), source);
  if (reader.problems.length > 0) throw new InvalidScript(source, reader.problems);
  return metadata;
}

function readMetadata(document: Table, reader: TomlReader, lines: LineFinder, source: string): ScriptMetadata {
  const requiresPython = reader.text(document, "requires-python");
  const makeEntry = entryMakers(lines, source)(reader);
  const texts = reader.texts(document, "dependencies") ?? [];
  return present({
    requiresPython,
    entries: texts.flatMap((text) => makeEntry(text, "dependencies") ?? []),
    uv: readUvSettings(toolUv(document, reader), reader, makeEntry),
  });
}

/** The TOML inside of a block's comments. */
interface Block {
  readonly text: string;
  /** Number of its first line in the script, from 1. */
  readonly firstLine: number;
}

const opening = /^# \/\/\/ ([A-Za-z0-9-]+)$/;
const content = /^#(?: .*)?$/;

/** A block reaches to the last `# ///` of the comment lines that follow its opening. */
function findBlock(text: string, source: string): Block | undefined {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  let found: Block | undefined;
  for (let at = 0; at < lines.length; at++) {
    const kind = opening.exec(lines[at] ?? "")?.[1];
    if (kind === undefined) continue;
    let end = at + 1;
    let close = -1;
    for (; content.test(lines[end] ?? ""); end++) if (lines[end] === "# ///") close = end;
    if (kind === "script" && close < 0)
      throw new InvalidScript(source, [`line ${at + 1}: "# /// script" is opened, and no line "# ///" ends it`]);
    if (kind === "script" && found !== undefined)
      throw new InvalidScript(source, [
        `line ${at + 1}: a second block "# /// script"; line ${found.firstLine - 1} has the first`,
      ]);
    const inside = lines.slice(at + 1, Math.max(at + 1, close));
    if (kind === "script") found = { text: inside.map((line) => line.slice(2)).join("\n"), firstLine: at + 2 };
    at = close < 0 ? end - 1 : close;
  }
  return found;
}
