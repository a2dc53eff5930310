import { readSmallText } from "@murre/files";
import { join } from "node:path";

const DEFAULT_MESSAGE = "this Python is managed by its distributor";

/**
 * The `Error` message of EXTERNALLY-MANAGED beside the standard library (PEP 668); a general one when the file has none;
 * undefined when there is no such file.
 */
export function readExternallyManaged(standardLibrary: string): string | undefined {
  let text: string;
  try {
    text = readSmallText(join(standardLibrary, "EXTERNALLY-MANAGED"));
  } catch {
    return undefined;
  }
  return parseExternallyManaged(text) ?? DEFAULT_MESSAGE;
}

/** An INI file as configparser writes it: a value goes on in the following indented lines. */
export function parseExternallyManaged(text: string): string | undefined {
  let inSection = false;
  let message: string[] | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (message && (/^\s/.test(line) || line === "")) {
      message.push(line.trim());
      continue;
    }
    if (message) break;
    if (line.startsWith("[")) inSection = line.trim() === "[externally-managed]";
    else if (inSection && /^error\s*[=:]/i.test(line)) message = [line.replace(/^error\s*[=:]\s*/i, "").trim()];
  }
  const joined = message?.join("\n").trim();
  return joined === "" ? undefined : joined;
}
