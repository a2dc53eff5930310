// What all storms share, and benchmarks too. Each part says at its head what it is for.
export {
  childrenCpu,
  cpuSince,
  howItEnded,
  inScratch,
  murreBin,
  run,
  runCommand,
  runMurre,
  runSync,
  start,
} from "./kit/processes.mjs";
export { chooseWheels, configuredPlaces, pins, placeFile } from "./kit/real-wheels.mjs";
export { serveWheels } from "./kit/serve-wheels.mjs";
export {
  brokenRows,
  damageOf,
  distInfosIn,
  listing,
  projectOf,
  recordOf,
  recordProblems,
  sitePackages,
  transactionLeavings,
} from "./kit/environment-check.mjs";
export { cacheLeavings } from "./kit/cache-check.mjs";
export { writeEditable } from "./kit/editable-project.mjs";
export { asProgram, copyOf, preload, readCounts, tryEach, unconfigured } from "./kit/kill-points.mjs";
export { finish, machineFacts, median, seconds, table } from "./kit/report.mjs";
export { findUv, murre, uv } from "./kit/contestants.mjs";
