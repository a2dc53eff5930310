import { temporaryFolder } from "@murre/test-kit";
import { spawnSync } from "node:child_process";
import { afterEach } from "vitest";

const mounted: string[] = [];

/** Mounts for the length of one test. @returns false where it is refused */
export function mount(...words: string[]): boolean {
  const { status } = spawnSync("mount", words, { stdio: "ignore" });
  if (status === 0 && !words.some((word) => word.includes("remount"))) mounted.push(words.at(-1) ?? "");
  return status === 0;
}

/** For a file that mounts: after each of its tests nothing is mounted any more. */
export function unmountAfterEach(): void {
  afterEach(() => {
    for (const folder of mounted.splice(0).toReversed()) spawnSync("umount", [folder]);
  });
}

/** Mounting needs rights that not every machine gives. */
export const canMount = (() => {
  const folder = temporaryFolder("probe");
  const isMounted = spawnSync("mount", ["-t", "tmpfs", "none", folder], { stdio: "ignore" }).status === 0;
  if (isMounted) spawnSync("umount", [folder]);
  return isMounted;
})();
