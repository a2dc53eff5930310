/** What `performance.now` is in the bundle: milliseconds, with their fractions, since some moment in the past. A declaration: modules use it while they are evaluated. */
export function performanceNow() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
