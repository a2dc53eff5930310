/** Writes the demo's index below `folder` and returns the URL of its simple API. */
export function makeDemoIndex(folder: string): Promise<string>;
