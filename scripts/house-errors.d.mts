export function comparesUntyped(source: string): boolean;
export function errorClasses(source: string): { name: string; code: string; says: string }[];
export function typedCodes(source: string): { type: string; code: string; says: string }[];
