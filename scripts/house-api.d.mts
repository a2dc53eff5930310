export interface Declaration {
  readonly name: string;
  readonly says: string;
}
export class Declarations {
  constructor(root: string);
  exportsOf(path: string): string[];
  find(path: string, name: string): Declaration[];
}
export function fieldsOf(
  declarations: Declarations,
  declaration: Declaration,
): { name: string; optional: boolean; type: string; says: string }[];
export function apiDocument(root: string, problem: (where: string, what: string) => void): string;
