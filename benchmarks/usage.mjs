// Processor time and peak memory of whole processes.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { median } from "../storms/kit/report.mjs";

// GNU time tells them; without it both are left out.
const gnuTime = existsSync("/usr/bin/time") ? "/usr/bin/time" : undefined;

/** A contestant, with the processor seconds and the peak memory of the runs that count. */
export function usageMeasured(name, command) {
  const files = [];
  return {
    name,
    command(run, own) {
      const { file, args, env } = command(own);
      if (gnuTime === undefined) return { file, args, env };
      const usage = join(own, "usage");
      if (run >= 0) files.push(usage);
      return { file: gnuTime, args: ["-o", usage, "-f", "%U %S %M", file, ...args], env };
    },
    usage() {
      if (files.length === 0) return {};
      const rows = files.map((file) => readFileSync(file, "utf8").trim().split("\n").at(-1).split(" ").map(Number));
      return {
        cpuSeconds: median(rows.map(([user, system]) => user + system)),
        peakMiB: median(rows.map(([, , kib]) => kib / 1024)),
      };
    },
  };
}

export function describeUsage({ cpuSeconds, peakMiB }) {
  return cpuSeconds === undefined ? "" : `processor ${cpuSeconds.toFixed(2)} s, peak memory ${peakMiB.toFixed(0)} MiB`;
}
