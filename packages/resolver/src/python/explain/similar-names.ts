/** Names that one may have been meant by the other: few letters apart, or the same but for what often stands around a name. */
export function similarNames(name: string, known: Iterable<string>): readonly string[] {
  const most = name.length < 5 ? 1 : 2;
  const core = coreOf(name);
  const found: { readonly other: string; readonly apart: number }[] = [];
  for (const other of new Set(known)) {
    if (other === name) continue;
    const apart = core === coreOf(other) ? 0 : distance(name, other, most);
    if (apart <= most) found.push({ other, apart });
  }
  return found.sort((a, b) => a.apart - b.apart || (a.other < b.other ? -1 : 1)).map(({ other }) => other);
}

function coreOf(name: string): string {
  return name
    .replace(/^(?:python|py)[-_.]/, "")
    .replace(/[-_.](?:python|py)$/, "")
    .replaceAll(/[-_.]/g, "");
}

/** How many letters are to be changed, added, removed or exchanged with their neighbour; more than `most` is only said to be more. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(changed, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, before[j - 2]! + 1);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
