import type { PackageId } from "./incompatibility.ts";

interface Entry {
  readonly packageId: PackageId;
  readonly priority: number;
}

/**
 * The packages that have to be decided, the one with the highest priority first; of equals the one that was met first. An entry that is
 * outdated, because its package was decided or has another priority now, is dropped when it comes up.
 */
export class PackageQueue {
  private readonly heap: Entry[] = [];
  /** The priority under which each package is in the heap. */
  private readonly queued = new Map<PackageId, number>();

  /** Adds the package, or moves it. */
  add(packageId: PackageId, priority: number): void {
    if (this.queued.get(packageId) === priority) return;
    this.queued.set(packageId, priority);
    const { heap } = this;
    let at = heap.push({ packageId, priority }) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && this.isBefore(at, parent); at = parent, parent = (at - 1) >> 1)
      this.swap(at, parent);
  }

  /** Takes the first of the packages for which the predicate holds; those before it are dropped. */
  take(isOpen: (packageId: PackageId) => boolean): PackageId | undefined {
    for (let entry = this.pop(); entry !== undefined; entry = this.pop()) {
      if (this.queued.get(entry.packageId) !== entry.priority) continue;
      this.queued.delete(entry.packageId);
      if (isOpen(entry.packageId)) return entry.packageId;
    }
    return undefined;
  }

  private pop(): Entry | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let next = at;
      if (left < heap.length && this.isBefore(left, next)) next = left;
      if (right < heap.length && this.isBefore(right, next)) next = right;
      if (next === at) return first;
      this.swap(at, next);
      at = next;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const one = this.heap[a]!;
    const other = this.heap[b]!;
    return one.priority > other.priority || (one.priority === other.priority && one.packageId < other.packageId);
  }

  private swap(a: number, b: number): void {
    const { heap } = this;
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  }
}
