import { InvalidArgumentError } from "commander";

const agesMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** `30d`, `12h`, `90m`, `2w` in milliseconds; a bare number is days. */
export function parseAge(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([smhdw]?)$/i.exec(text.trim());
  const unit = agesMs[match?.[2]?.toLowerCase() === "" ? "d" : (match?.[2]?.toLowerCase() ?? "")];
  if (match === null || unit === undefined)
    throw new InvalidArgumentError("An age is a number and s, m, h, d or w, as in 30d.");
  return Number(match[1]) * unit;
}

const scales = ["", "k", "m", "g", "t"];

/** `10GB`, `500M`, `1.5 GiB` in bytes: powers of 1000, with an i of 1024. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?$/i.exec(text.trim());
  if (match === null) throw new InvalidArgumentError("A size is a number and a unit, as in 10GB or 500MiB.");
  const base = match[3] === "" ? 1000 : 1024;
  return Number(match[1]) * base ** scales.indexOf((match[2] ?? "").toLowerCase());
}
