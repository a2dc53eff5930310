export function errorClasses(source: string): { name: string; code: string; says: string }[];
