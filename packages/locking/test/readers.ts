import { fileReader, temporaryFolder, textReader } from "@murre/test-kit";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { failureOf } from "../src/flight/flight-folder.ts";
import { parseLeaseName, processOf } from "../src/lease/lease-name.ts";
import { describeHolder } from "../src/lock/lock-holder.ts";
import { parseTicket, ticketFolder } from "../src/lock/tickets.ts";

const root = temporaryFolder("fuzz-locking");
const lease = "abcdefghijklmnop_aaaaabbbbb_a1_b2_3";
for (const name of ["leases", "flight/failed"]) mkdirSync(join(root, name), { recursive: true });
const flight = ticketFolder(join(root, "flight"), { kind: "file" });

function readHolder(): void {
  const { description } = describeHolder(root, lease, "read", root);
  // oxlint-disable-next-line no-control-regex -- they are what must not be there
  if (/[\u0000-\u001f]/.test(description)) throw new Error("steers the terminal");
}

/** Everything of this package that reads what strangers wrote. */
export const readers = [
  textReader("lease-name", (text) => [parseLeaseName(text), processOf(text)], [lease]),
  textReader("ticket", parseTicket, [`1-r-${lease}-1`, `10-w-${lease}-2`]),
  fileReader("lease", join(root, "leases", lease), readHolder, [JSON.stringify({ host: "h", command: "c" })]),
  fileReader("flight-failure", join(root, "flight/failed/t"), () => failureOf(flight, [{ name: "t" } as never]), [
    JSON.stringify({ name: "E", code: "X", message: "m" }),
  ]),
];
