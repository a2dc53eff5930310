/**
 * The seeds of as many random worlds as a test tries, or of as many as `MURRE_TEST_WORLDS` says: of a part of that where the test takes a part.
 * What a world is depends on its seed alone.
 */
export function worlds(usual: number, part = 1): readonly number[] {
  const said = process.env["MURRE_TEST_WORLDS"];
  const count = said === undefined || said === "" ? usual : Number(said);
  if (!Number.isInteger(count) || count < usual)
    throw new Error(`MURRE_TEST_WORLDS=${said}: expected ${usual} or more`);
  return Array.from({ length: Math.round(count * part) }, (_, seed) => seed);
}
