import { readFileSync } from "node:fs";

/** The published version, as `murre --version` prints it. Bundled or not, the manifest lies one folder up. */
export const version: string = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;
