import { inOrder } from "../write/order.ts";

/** A key and its value, in the order in which they are written; what is undefined is not. */
export type Field = readonly [key: string, value: unknown];

/** `key = value`, a line each. */
export function lines(fields: readonly Field[]): string {
  return present(fields)
    .map(([key, value]) => `${keyText(key)} = ${valueText(value)}\n`)
    .join("");
}

/** A table that is written on one line, its keys in this order. */
export class InlineTable {
  readonly fields: readonly Field[];
  constructor(fields: readonly Field[]) {
    this.fields = present(fields);
  }
}

/** A list of which each element has a line, if there are several. */
export class Lines {
  readonly items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** A date and time, in UTC. */
export class Instant {
  readonly text: string;
  /** @throws {RangeError} for what is none */
  constructor(text: string) {
    this.text = new Date(text).toISOString().replace(".000Z", "Z");
  }
}

const present = (fields: readonly Field[]): readonly Field[] => fields.filter(([, value]) => value !== undefined);

export const keyText = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : basicText(key));

/** A value on one line; the keys of tables that came from elsewhere are sorted. */
export function valueText(value: unknown): string {
  if (value instanceof Instant) return value.text;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Lines) return listText(value);
  if (value instanceof InlineTable) return tableText(value.fields);
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  if (typeof value === "string") return basicText(value);
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "object" || value === null) return String(value);
  return tableText(inOrder(present(Object.entries(value))));
}

const tableText = (fields: readonly Field[]): string =>
  fields.length === 0
    ? "{}"
    : `{ ${fields.map(([key, value]) => `${keyText(key)} = ${valueText(value)}`).join(", ")} }`;

function listText({ items }: Lines): string {
  const texts = items.map(valueText);
  return texts.length > 1 ? `[\n${texts.map((text) => `    ${text},\n`).join("")}]` : `[${texts.join("")}]`;
}

/** What JavaScript calls NaN and Infinity, TOML calls otherwise; and beyond some size it writes no integers. */
function numberText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
}

/** TOML's basic strings are JSON's, but for U+007F. */
const basicText = (text: string): string =>
  JSON.stringify(text.replaceAll(/\p{Surrogate}/gu, "\uFFFD")).replaceAll("\u007F", String.raw`\u007F`);
