/**
 * A set of versions of one package, each version being its index in the package's ascending list of versions.
 * Kept as sorted half-open intervals, flat: `[from, to, from, to, …]`. Adjacent intervals are merged, so that equal sets
 * have equal bounds. Immutable.
 *
 * A requirement nearly always selects one run of neighbouring versions, so that a set is two numbers however many versions
 * the package has; README.md has the figures against bit sets.
 */
export class VersionSet {
  static readonly empty: VersionSet = new VersionSet([]);

  readonly bounds: readonly number[];

  /** @param bounds sorted, no two intervals overlapping or adjacent. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
  }

  /** The versions `from`, …, `to - 1`. */
  static range(from: number, to: number): VersionSet {
    return from < to ? new VersionSet([from, to]) : VersionSet.empty;
  }

  static of(version: number): VersionSet {
    return new VersionSet([version, version + 1]);
  }

  /** The versions below `count` for which the predicate holds; it is asked once for each, in ascending order. */
  static where(count: number, predicate: (version: number) => boolean): VersionSet {
    const bounds: number[] = [];
    let inside = false;
    for (let version = 0; version < count; version++) {
      if (predicate(version) === inside) continue;
      bounds.push(version);
      inside = !inside;
    }
    if (inside) bounds.push(count);
    return bounds.length === 0 ? VersionSet.empty : new VersionSet(bounds);
  }

  get isEmpty(): boolean {
    return this.bounds.length === 0;
  }

  get size(): number {
    let size = 0;
    for (let i = 0; i < this.bounds.length; i += 2) size += this.bounds[i + 1]! - this.bounds[i]!;
    return size;
  }

  /** The lowest version, or undefined when the set is empty. */
  get lowest(): number | undefined {
    return this.bounds[0];
  }

  /** The highest version, or undefined when the set is empty. */
  get highest(): number | undefined {
    return this.bounds.length === 0 ? undefined : this.bounds[this.bounds.length - 1]! - 1;
  }

  /** Equal sets, and only those, have the same key. */
  get key(): string {
    return this.bounds.join();
  }

  has(version: number): boolean {
    for (let i = 0; i < this.bounds.length; i += 2) {
      if (version < this.bounds[i]!) return false;
      if (version < this.bounds[i + 1]!) return true;
    }
    return false;
  }

  *ascending(): Generator<number, void> {
    for (let i = 0; i < this.bounds.length; i += 2)
      for (let version = this.bounds[i]!; version < this.bounds[i + 1]!; version++) yield version;
  }

  *descending(): Generator<number, void> {
    for (let i = this.bounds.length - 2; i >= 0; i -= 2)
      for (let version = this.bounds[i + 1]! - 1; version >= this.bounds[i]!; version--) yield version;
  }

  equals(other: VersionSet): boolean {
    const a = this.bounds;
    const b = other.bounds;
    if (a === b) return true;
    if (a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
    return true;
  }

  intersect(other: VersionSet): VersionSet {
    const a = this.bounds;
    const b = other.bounds;
    if (a === b) return this;
    const bounds: number[] = [];
    for (let i = 0, j = 0; i < a.length && j < b.length;) {
      const from = Math.max(a[i]!, b[j]!);
      const to = Math.min(a[i + 1]!, b[j + 1]!);
      if (from < to) bounds.push(from, to);
      if (a[i + 1]! < b[j + 1]!) i += 2;
      else j += 2;
    }
    return make(bounds, this, other);
  }

  union(other: VersionSet): VersionSet {
    const a = this.bounds;
    const b = other.bounds;
    if (a === b || b.length === 0) return this;
    if (a.length === 0) return other;
    const bounds: number[] = [];
    for (let i = 0, j = 0; i < a.length || j < b.length;) {
      const takeFirst = j >= b.length || (i < a.length && a[i]! <= b[j]!);
      const from = takeFirst ? a[i]! : b[j]!;
      const to = takeFirst ? a[i + 1]! : b[j + 1]!;
      if (takeFirst) i += 2;
      else j += 2;
      const last = bounds.length - 1;
      if (last > 0 && from <= bounds[last]!) bounds[last] = Math.max(bounds[last]!, to);
      else bounds.push(from, to);
    }
    return make(bounds, this, other);
  }

  /** The versions of this set that the other one has not. */
  subtract(other: VersionSet): VersionSet {
    const a = this.bounds;
    const b = other.bounds;
    if (b.length === 0) return this;
    if (a === b) return VersionSet.empty;
    const bounds: number[] = [];
    for (let i = 0, j = 0; i < a.length; i += 2) {
      let from = a[i]!;
      const to = a[i + 1]!;
      while (j < b.length && b[j + 1]! <= from) j += 2;
      for (let k = j; k < b.length && b[k]! < to; k += 2) {
        if (b[k]! > from) bounds.push(from, b[k]!);
        from = b[k + 1]!;
      }
      if (from < to) bounds.push(from, to);
    }
    return make(bounds, this, other);
  }

  isDisjointFrom(other: VersionSet): boolean {
    const a = this.bounds;
    const b = other.bounds;
    for (let i = 0, j = 0; i < a.length && j < b.length;) {
      if (a[i + 1]! <= b[j]!) i += 2;
      else if (b[j + 1]! <= a[i]!) j += 2;
      else return false;
    }
    return true;
  }

  isSubsetOf(other: VersionSet): boolean {
    const a = this.bounds;
    const b = other.bounds;
    if (a === b) return true;
    for (let i = 0, j = 0; i < a.length; i += 2) {
      while (j < b.length && b[j + 1]! <= a[i]!) j += 2;
      if (j >= b.length || b[j]! > a[i]! || b[j + 1]! < a[i + 1]!) return false;
    }
    return true;
  }
}

/** Results that equal an operand share its bounds, which makes later comparisons one pointer's. */
function make(bounds: readonly number[], a: VersionSet, b: VersionSet): VersionSet {
  if (bounds.length === 0) return VersionSet.empty;
  if (sameBounds(bounds, a.bounds)) return a;
  if (sameBounds(bounds, b.bounds)) return b;
  return new VersionSet(bounds);
}

function sameBounds(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
