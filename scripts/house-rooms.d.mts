export function wrongRooms(
  rooms: readonly string[],
  sources: ReadonlyMap<string, string>,
  mostFiles: number,
): [where: string, what: string][];
