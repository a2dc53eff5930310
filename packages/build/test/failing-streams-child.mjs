// One process of test/failing-streams.test.ts, as a program that uses the library: nothing catches what nobody handed to it.
import { unpackSdist } from "@murre/build";
import { readdirSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout } from "node:timers/promises";

const [, , path, destination] = process.argv;
const limits = { maxTotalBytes: 15 * 1024 * 1024 };
const said = await unpackSdist(path, destination, basename(path), limits).catch((error) => error.code ?? String(error));
console.log(said);
console.log(`open files: ${openFiles()}`);
// What a stream says late would come now.
await setTimeout(50);
console.log("goes on");

/** Descriptors of the archive, where the system tells. */
function openFiles() {
  try {
    return readdirSync("/proc/self/fd").filter((fd) => targetOf(fd) === path).length;
  } catch {
    return 0;
  }
}

function targetOf(fd) {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return "";
  }
}
