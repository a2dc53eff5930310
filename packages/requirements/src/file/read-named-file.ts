import { redactUrl } from "@murre/pep508";
import { InvalidRequirementsFile, type FileProblem } from "../errors.ts";
import type { Origin, RequirementsContext } from "../types.ts";
import { decodeText } from "./decode-text.ts";

/**
 * The text of a file that somebody named, decoded as pip does.
 * @param from the line that names it; undefined: a user did
 * @throws {InvalidRequirementsFile} where it cannot be read
 */
export async function readNamedFile(
  location: string,
  { read, explain }: RequirementsContext,
  from?: Origin,
): Promise<string> {
  const shown = location === "-" ? "standard input" : redactUrl(location);
  let data: Uint8Array | string;
  try {
    data = await read(location);
  } catch (error) {
    const reason = redactUrl(explain?.(error) ?? (error instanceof Error ? error.message : String(error)));
    throw from === undefined
      ? unreadable({ file: shown }, `cannot be read: ${reason}`, error)
      : unreadable({ file: from.file, line: from.line }, `${shown} cannot be read: ${reason}`, error);
  }
  if (typeof data === "string") return data.replace(/^\uFEFF/, "");
  try {
    return decodeText(data);
  } catch (error) {
    const problem =
      error instanceof RangeError
        ? "its coding declaration names an unknown encoding"
        : "it is not in the encoding that it declares, or not in UTF-8; save it as UTF-8, or declare its encoding";
    throw unreadable({ file: shown }, problem, error);
  }
}

function unreadable(place: Pick<FileProblem, "file" | "line">, problem: string, cause: unknown): Error {
  return new InvalidRequirementsFile([{ code: "MURRE_REQUIREMENTS_UNREADABLE", problem, ...place }], { cause });
}
