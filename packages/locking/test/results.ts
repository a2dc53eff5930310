import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryFolder } from "@murre/test-kit";
import { takeLease, type Lease } from "../src/lease/lease.ts";

/** How one result is found, and made, which takes a while and is counted. */
export interface ResultSteps {
  readonly lease: Lease;
  readonly lookup: () => string | undefined;
  readonly work: () => Promise<string>;
}

/** A root with results as files of it: who wants one of several processes stands for them by an object of its own, and shares nothing but the files. */
export function makeResults() {
  const root = temporaryFolder();
  const lease = takeLease(root);
  let works = 0;
  const steps = (key: string): ResultSteps => ({
    lease,
    lookup: () => (existsSync(join(root, key)) ? readFileSync(join(root, key), "utf8") : undefined),
    work: async () => {
      works++;
      await sleep(10);
      writeFileSync(join(root, key), `result of ${key}`);
      return `result of ${key}`;
    },
  });
  return { root, lease, steps, works: () => works };
}
