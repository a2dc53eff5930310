/** Files of an indexed project are many: the first and the last few say enough. */
export function shorten(names: readonly string[], shown = 6): string {
  if (names.length <= shown * 2) return names.join(", ");
  return `${names.slice(0, shown).join(", ")}, …, ${names.slice(-shown).join(", ")} (${names.length} in all)`;
}
