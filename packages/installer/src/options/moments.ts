/** A moment, in milliseconds since 1970. */
export type Moment = number;

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const units: Readonly<Record<string, number>> = {
  w: 7 * day,
  week: 7 * day,
  wk: 7 * day,
  d: day,
  day,
  h: hour,
  hr: hour,
  hour,
  m: minute,
  min: minute,
  minute,
  s: second,
  sec: second,
  second,
};

/**
 * The moment before which something has to have been published: an RFC 3339 timestamp, a date (the end of that day here), or a time back from
 * now: `3 days`, `1 week`, `24h`, `P3D`, `PT24H`. A day has 24 hours; months and years have no fixed length and are none. Undefined for
 * everything else.
 */
export function parseMoment(text: string, now: Moment): Moment | undefined {
  const trimmed = text.trim();
  const date = /^(\d{4})-(\d{2})-(\d{2})$/.exec(trimmed);
  if (date !== null) return endOfDay(Number(date[1]), Number(date[2]), Number(date[3]));
  if (/^\d{4}-\d{2}-\d{2}[Tt ]/.test(trimmed)) return parseTimestamp(trimmed);
  const back = isoDuration(trimmed) ?? friendlyDuration(trimmed);
  return back === undefined ? undefined : now - back;
}

/** RFC 3339, as indexes give the time of an upload. */
export function parseTimestamp(text: string): Moment | undefined {
  if (!/^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:?\d{2})$/.test(text)) return undefined;
  const moment = Date.parse(text.replace(" ", "T").toUpperCase());
  return Number.isNaN(moment) ? undefined : moment;
}

function endOfDay(year: number, month: number, dayOfMonth: number): Moment | undefined {
  const start = new Date(year, month - 1, dayOfMonth);
  if (start.getMonth() !== month - 1 || start.getDate() !== dayOfMonth) return undefined;
  return new Date(year, month - 1, dayOfMonth + 1).getTime();
}

function isoDuration(text: string): number | undefined {
  const match = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(text);
  const amounts = match?.slice(1) ?? [];
  if (amounts.every((amount) => amount === undefined)) return undefined;
  const lengths = [7 * day, day, hour, minute, second];
  return amounts.reduce((sum, amount = "0", i) => sum + Number(amount) * lengths[i]!, 0);
}

/** `2 weeks`, `1 day, 12 hours`, `36h`, `3 days ago`. */
function friendlyDuration(text: string): number | undefined {
  const lower = text.toLowerCase();
  const words = lower.endsWith(" ago") ? lower.slice(0, -" ago".length) : lower;
  let end = 0;
  let sum: number | undefined;
  for (const [whole, amount, unit = ""] of words.matchAll(/\s*(\d{1,9})\s*([a-z]{1,9})\s*,?/gy)) {
    const name = unit.length > 1 && unit.endsWith("s") ? unit.slice(0, -1) : unit;
    if (!Object.hasOwn(units, name)) return undefined;
    sum = (sum ?? 0) + Number(amount) * units[name]!;
    end += whole.length;
  }
  return end === words.length ? sum : undefined;
}
