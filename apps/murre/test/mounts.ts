import { temporaryFolder } from "@murre/test-kit";
import { spawnSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach } from "vitest";

const mounted: string[] = [];

/** Mounts for the length of one test. @returns false where it is refused */
export function mount(...words: string[]): boolean {
  const { status } = spawnSync("mount", words, { stdio: "ignore" });
  if (status === 0 && !words.some((word) => word.includes("remount"))) mounted.push(words.at(-1) ?? "");
  return status === 0;
}

/** Mounts a new file system of its own, in a file, for the length of one test. @returns false where it cannot be made or mounted */
export function mountNew(type: "btrfs" | "xfs" | "ext4", folder: string): boolean {
  const image = join(temporaryFolder("image"), "image");
  // The smallest that mkfs.xfs takes; it is sparse.
  writeFileSync(image, "");
  truncateSync(image, 400 * 1024 * 1024);
  const made = spawnSync(`mkfs.${type}`, ["-q", image], { stdio: "ignore", env: withSystemPrograms }).status === 0;
  return made && mount("-t", type, "-o", "loop", image, folder);
}

/** Where programs of the administrator lie is not in everybody's PATH. */
export const withSystemPrograms = { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` };

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
