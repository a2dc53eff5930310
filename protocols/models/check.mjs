// Checks the protocols' models with spin, where it is installed: node protocols/models/check.mjs [--small].
// A sound variant must be explored to its end without an error; a broken one must fail, or the model would prove nothing.
import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const small = process.argv.includes("--small");
const holds = (model, ...flags) => ({ model, flags, expected: "holds" });
const fails = (model, ...flags) => ({ model, flags, expected: "fails" });

/** In well under a minute, for every change. */
const smallRuns = [
  holds("rwlock", "-DN=2"),
  holds("rwlock", "-DN=2", "-DFALLIBLE"),
  fails("rwlock", "-DN=2", "-DNO_CHOOSING"),
  fails("rwlock", "-DN=2", "-DONE_SCAN"),
  fails("rwlock", "-DN=2", "-DSCAN_AFTER_ONLY"),
  fails("rwlock", "-DN=2", "-DFALLIBLE", "-DNOFENCE"),
  fails("rwlock", "-DN=2", "-DFALLIBLE", "-DSKIP_ONLY"),
  holds("flight", "-DN=2", "-DROUNDS=1"),
  holds("flight", "-DN=2", "-DROUNDS=1", "-DFALLIBLE", "-DEARLY"),
  holds("flight", "-DN=2", "-DROUNDS=1", "-DWATCH"),
  holds("flight", "-DN=2", "-DROUNDS=1", "-DWATCH", "-DFALLIBLE", "-DEARLY"),
  fails("flight", "-DN=2", "-DTRASHDIR"),
  fails("flight", "-DN=2", "-DFAIL_THEN_CHECK"),
  fails("flight", "-DN=2", "-DWRITE_THEN_RELEASE"),
  fails("flight", "-DN=2", "-DNOLOOKUP"),
  holds("hint", "-DN=2"),
  holds("hint", "-DN=3"),
  holds("hint", "-DN=3", "-DNOKILL"),
  fails("hint", "-DN=2", "-DNOJUDGE"),
  fails("hint", "-DN=3", "-DPUTBACK"),
  fails("hint", "-DN=3", "-DNOCLAIM"),
  holds("socket"),
  holds("socket", "-DTHREAD"),
  fails("socket", "-DNAMED_FIRST"),
  fails("socket", "-DNAMED_FIRST", "-DAGE_FIRST"),
  fails("socket", "-DCLOSE_FIRST"),
  fails("socket", "-DTHREAD", "-DHOLDS_FIRST"),
  fails("socket", "-DSOCKETS_LAST"),
  holds("tmpfill"),
  fails("tmpfill", "-DINPLACE"),
  fails("tmpfill", "-DMKDIRP", "-DNOMARK"),
  fails("stale-takeover"),
  fails("stale-takeover", "-DRENAME"),
  fails("stale-takeover", "-DRECHECK"),
];

/** The larger ones, some minutes and gigabytes. */
const largeRuns = [
  holds("rwlock", "-DN=3", "-DROUNDS=1", "-DWRITERS"),
  holds("rwlock", "-DN=3", "-DROUNDS=1", "-DNOKILL"),
  holds("flight", "-DN=2", "-DROUNDS=2"),
  holds("flight", "-DN=2", "-DROUNDS=2", "-DEARLY"),
  holds("flight", "-DN=3", "-DROUNDS=1", "-DNOKILL"),
  fails("flight", "-DN=3", "-DROUNDS=1", "-DKEEPFIRST"),
  holds("reclaim", "-DNU=2", "-DNC=1", "-DNK=1", "-DNID=2"),
  fails("reclaim", "-DNU=2", "-DNC=1", "-DNK=1", "-DNID=2", "-DSNAP_BEFORE"),
  fails("reclaim", "-DNU=2", "-DNC=1", "-DNK=1", "-DNID=2", "-DLATE_LEASE"),
  holds("envtxn", "-DN=2"),
  holds("envtxn", "-DN=2", "-DUNDO"),
  fails("envtxn", "-DN=2", "-DFALLIBLE", "-DNOFENCE"),
];

if (spawnSync("spin", ["-V"]).error !== undefined) {
  console.log("spin is not installed (Debian: apt-get install spin); the models are not checked");
  process.exit(0);
}
let wrong = 0;
for (const { model, flags, expected } of small ? smallRuns : [...smallRuns, ...largeRuns]) {
  const started = performance.now();
  const line = execFileSync(fileURLToPath(new URL("verify.sh", import.meta.url)), [`${model}.pml`, model, ...flags], {
    encoding: "utf8",
  });
  // rc=0 and "errors: 0": explored to the end. A time or memory limit is neither.
  const outcome =
    /errors: 0\b/.test(line) && !/max search|out of memory/.test(line)
      ? "holds"
      : /errors: [1-9]/.test(line)
        ? "fails"
        : "undecided";
  if (outcome !== expected) wrong++;
  const states = Number(/(\S+) states, stored/.exec(line)?.[1] ?? 0);
  const verdict = outcome === expected ? outcome : `${outcome}, but it should be: ${expected}`;
  console.log(
    `${[model, ...flags].join(" ")}: ${verdict}; ${states} states, ${Math.round((performance.now() - started) / 100) / 10} s`,
  );
}
process.exitCode = wrong === 0 ? 0 : 1;
