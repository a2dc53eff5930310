/** What `performance.now` is in the bundle: milliseconds, with their fractions, since some moment in the past. A declaration: modules use it while they are evaluated. */
export function performanceNow() {
  const time = process.hrtime();
  return time[0] * 1e3 + time[1] / 1e6;
}
