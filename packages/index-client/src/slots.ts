/** Lets at most `limit` tasks run at once; the others wait in the order in which they came. */
export interface Slots {
  run<T>(task: () => Promise<T>): Promise<T>;
}

export function createSlots(limit: number): Slots {
  let free = limit;
  const waiting: (() => void)[] = [];
  return {
    async run(task) {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await task();
      } finally {
        // A slot is handed to the next in line, not freed: nobody who comes now overtakes.
        const next = waiting.shift();
        if (next === undefined) free++;
        else next();
      }
    },
  };
}
