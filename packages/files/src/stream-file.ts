import { createReadStream, type ReadStream } from "node:fs";
import { openFile, type OpenOptions } from "./small-file.ts";

/** The bytes of a regular file of any size, as a stream. @throws at once, as {@link openFile} does. */
export function streamFile(path: string, options: OpenOptions = {}): ReadStream {
  return createReadStream(path, { fd: openFile(path, options).descriptor });
}
