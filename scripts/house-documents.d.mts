export function prose(source: string): string;
export function wrongLabels(text: string, defined: ReadonlyMap<string, string>): string[];
export function wrongReadme(text: string, name: string, privateNames: readonly string[]): string[];
export function namedPaths(text: string): { path: string; isLink: boolean }[];
