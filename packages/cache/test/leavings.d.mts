/** Everything in a cache's layout folder that no pointer leads to. */
export function leavings(root: string): string[];
