export function namedIn(text: string): readonly (readonly [name: string, kind: string])[];
export function wrongChangesets(
  root: string,
  app: string,
  bundled: readonly string[],
): readonly (readonly [file: string, problem: string])[];
export function wrongChangeset(text: string, app: string, bundled: readonly string[]): readonly string[];
export function unnamedChanges(
  root: string,
  app: string,
  packages: readonly (readonly [name: string, folder: string])[],
): readonly (readonly [folder: string, problem: string])[];
