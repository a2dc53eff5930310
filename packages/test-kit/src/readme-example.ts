import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The first ```js block of a README and the ```text block that follows it, which is what the example prints. */
export interface ReadmeExample {
  readonly code: string;
  readonly promised: string;
}

/** @throws {Error} when the README has no ```js block followed by a ```text block. */
export function readmeExample(packageFolder: string): ReadmeExample {
  const readme = readFileSync(join(packageFolder, "README.md"), "utf8");
  const match = /```js\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/.exec(readme);
  if (match?.[1] === undefined || match[2] === undefined)
    throw new Error(`${packageFolder}/README.md: expected a js block followed by a text block with its output`);
  return { code: match[1], promised: match[2] };
}

/**
 * Runs the README's example as a module in the package's folder, so that it imports the built package by its name,
 * and returns what it printed to stdout. The package must be built.
 */
export function runReadmeExample(packageFolder: string): string {
  const { code } = readmeExample(packageFolder);
  return execFileSync(process.execPath, ["--input-type=module", "-e", code], {
    cwd: packageFolder,
    encoding: "utf8",
  });
}
