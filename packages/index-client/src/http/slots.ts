/** Lets at most `limit` tasks run at once; the others wait in the order in which they came. */
export interface Slots {
  run<T>(task: () => Promise<T>): Promise<T>;
  /** Raises the limit. */
  widen(limit: number): void;
}

export function createSlots(limit: number): Slots {
  let current = limit;
  let running = 0;
  const waiting: (() => void)[] = [];
  const startNext = (): void => {
    while (running < current) {
      const next = waiting.shift();
      if (next === undefined) return;
      running++;
      next();
    }
  };
  return {
    async run(task) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        startNext();
      });
      try {
        return await task();
      } finally {
        running--;
        startNext();
      }
    },
    widen(wider) {
      current = Math.max(current, wider);
      startNext();
    },
  };
}
