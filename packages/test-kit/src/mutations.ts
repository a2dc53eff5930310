/** One change of an input, as plain data: so that fast-check shrinks lists of them, and a seed repeats them. Numbers are below 2^32. */
export interface Mutation {
  readonly kind: MutationKind;
  /** Where: a part of the whole, so that it fits inputs of any length. */
  readonly at: number;
  readonly length: number;
  readonly value: number;
}

export type MutationKind = keyof typeof changes;

/** What changes take from elsewhere, and how long their result may be (bytes). */
export interface MutationContext {
  readonly seeds: readonly Buffer[];
  readonly maxBytes: number;
}

type Change = (bytes: Buffer, mutation: Mutation, context: MutationContext) => Buffer;

const range = 2 ** 32;
const placeOf = ({ at }: Mutation, bytes: Buffer) => Math.floor((at / range) * (bytes.length + 1));
const chosen = <T>(list: readonly T[], number: number): T => list[number % list.length]!;

/** Mostly a few bytes, now and then up to the whole. */
function lengthOf({ length }: Mutation, atMost: number): number {
  return length % 4 === 0 ? Math.floor((length / range) * (atMost + 1)) : Math.min(atMost, 1 + (length % 8));
}

/** What readers have a meaning for, and what programs in this language have one for. */
const texts = [
  ..."\0|\n|\r\n|\r|\t| |\"|'|\\|/|//|../|..|.|#|;|,|:|=|==|===|~=|@|%|%00|%2e%2e%2f|$|${X}|{|}|[|]|[]|{}|(|)|<|>|<!--|&amp;|*".split(
    "|",
  ),
  ..."__proto__|constructor|toString|length|null|true|NaN|Infinity|undefined|-1|0|1e309|00|0x10|1.5|4294967296".split(
    "|",
  ),
  ..."9007199254740993|file:///etc/passwd|http://[::1|https://u:p@h/|git+ssh://h/x|C:\\|\\\\?\\|NUL|sha256|md5|-r |-c |-e ".split(
    "|",
  ),
  ..."--hash=sha256:|\u00a0|\u202e|\ufeff|\u0130|\u2028|\u0661|\\ud800|\"\"\"|'''|\n[x]\n|\n x|\n\n|>=|!=1.*|+local|1!0|.post1|extra|and|or|not in".split(
    "|",
  ),
  String.fromCodePoint(0x1f600),
  "9".repeat(400),
  "(".repeat(2000),
  "[".repeat(20_000),
  "a".repeat(5000),
];
const words: readonly Buffer[] = [
  ...texts.map((text) => Buffer.from(text)),
  Buffer.from([0xff]),
  Buffer.from([0xc0, 0x80]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.alloc(8),
];

const isWordByte = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f;

/** The word or number around a place, or the one byte there. */
function fieldAt(bytes: Buffer, place: number): [start: number, end: number] {
  let [start, end] = [place, place];
  while (start > 0 && isWordByte(bytes[start - 1]!)) start--;
  while (end < bytes.length && isWordByte(bytes[end]!)) end++;
  return [start, end === start ? Math.min(bytes.length, end + 1) : end];
}

function lineAt(bytes: Buffer, place: number): [start: number, end: number] {
  const end = bytes.indexOf(0x0a, place);
  return [place === 0 ? 0 : bytes.lastIndexOf(0x0a, place - 1) + 1, end < 0 ? bytes.length : end + 1];
}

const replaced = (bytes: Buffer, start: number, end: number, by: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, start), by, bytes.subarray(end)]);

const changes = {
  flip(bytes, mutation) {
    const copy = Buffer.from(bytes);
    const place = placeOf(mutation, bytes);
    if (place < copy.length) copy[place] = copy[place]! ^ (1 << (mutation.value % 8));
    return copy;
  },
  set(bytes, mutation) {
    const copy = Buffer.from(bytes);
    const place = placeOf(mutation, bytes);
    return copy.fill(mutation.value & 0xff, place, place + lengthOf(mutation, Math.min(8, copy.length - place)));
  },
  cut(bytes, mutation) {
    const place = placeOf(mutation, bytes);
    return replaced(bytes, place, place + lengthOf(mutation, bytes.length - place), Buffer.alloc(0));
  },
  end: (bytes, mutation) => bytes.subarray(0, placeOf(mutation, bytes)),
  repeat(bytes, mutation, { maxBytes }) {
    const place = placeOf(mutation, bytes);
    const piece = bytes.subarray(place, place + lengthOf(mutation, bytes.length - place));
    // Mostly a few times, now and then as often as there is room.
    const wanted = 2 ** (mutation.value % 5 === 0 ? mutation.length % 16 : mutation.value % 4);
    const times = Math.min(wanted, Math.floor((maxBytes - bytes.length) / Math.max(1, piece.length)));
    return times < 1 ? bytes : replaced(bytes, place, place, Buffer.alloc(piece.length * times, piece));
  },
  splice(bytes, mutation, { seeds }) {
    const other = chosen(seeds, mutation.value);
    const from = Math.floor((mutation.length / range) * (other.length + 1));
    return Buffer.concat([bytes.subarray(0, placeOf(mutation, bytes)), other.subarray(from)]);
  },
  field(bytes, mutation, { seeds }) {
    const [start, end] = fieldAt(bytes, placeOf(mutation, bytes));
    const other = chosen(seeds, mutation.length);
    const [from, to] = fieldAt(other, mutation.value % (other.length + 1));
    return replaced(
      bytes,
      start,
      end,
      mutation.value % 2 === 0 ? chosen(words, mutation.value >>> 1) : other.subarray(from, to),
    );
  },
  swap(bytes, mutation) {
    const one = fieldAt(bytes, placeOf(mutation, bytes));
    const other = fieldAt(bytes, Math.floor((mutation.length / range) * bytes.length));
    const [[a, b], [c, d]] = one[0] <= other[0] ? [one, other] : [other, one];
    if (b > c) return bytes;
    const part = (start: number, end?: number) => bytes.subarray(start, end);
    return Buffer.concat([part(0, a), part(c, d), part(b, c), part(a, b), part(d)]);
  },
  line(bytes, mutation, { seeds }) {
    const [start, end] = lineAt(bytes, placeOf(mutation, bytes));
    const other = mutation.value % 2 === 0 ? bytes : chosen(seeds, mutation.value >>> 1);
    const [from, to] = lineAt(other, Math.floor((mutation.length / range) * (other.length + 1)));
    return replaced(bytes, start, mutation.value % 3 === 0 ? end : start, other.subarray(from, to));
  },
  insert(bytes, mutation) {
    const place = placeOf(mutation, bytes);
    return replaced(bytes, place, place, chosen(words, mutation.value));
  },
  json: (bytes, mutation) => changeJson(bytes, mutation),
} satisfies Record<string, Change>;

export const mutationKinds = Object.keys(changes) as MutationKind[];

/** The input after all changes; one that has become longer than it may is cut off. */
export function mutate(seed: Buffer, mutations: readonly Mutation[], context: MutationContext): Buffer {
  let bytes = seed;
  for (const mutation of mutations)
    bytes = changes[mutation.kind](bytes, mutation, context).subarray(0, context.maxBytes);
  return bytes;
}

/** What stands where another type of JSON is expected. */
const strangers: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e15,
  "",
  "x",
  "../..",
  "\0",
  "\ud800",
  [],
  {},
  [null],
  [[]],
  { length: 1 },
  "__proto__",
  ["x", "y"],
  { x: "y" },
];

/** Where a line is JSON, one value of it becomes another, goes, or moves. */
function changeJson(bytes: Buffer, { at, length, value }: Mutation): Buffer {
  const end = bytes.indexOf(0x0a);
  for (const stop of [bytes.length, end]) {
    if (stop <= 0) continue;
    try {
      const whole: unknown = JSON.parse(bytes.toString("utf8", 0, stop));
      const places = placesIn(whole, []);
      const [holder, key] = places[Math.floor((at / range) * places.length)] ?? [];
      if (holder === undefined) return Buffer.from(JSON.stringify(chosen(strangers, value)));
      if (length % 4 === 0) delete holder[key!];
      else if (length % 4 === 1) holder[key!] = chosen(places, value)[0][chosen(places, value)[1]];
      else holder[key!] = chosen(strangers, value);
      return replaced(bytes, 0, stop, Buffer.from(JSON.stringify(whole)));
    } catch {
      // No JSON, or one that holds itself now
    }
  }
  return bytes;
}

type Holder = Record<string, unknown>;

function placesIn(value: unknown, found: [Holder, string][]): [Holder, string][] {
  if (typeof value !== "object" || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Holder, key]);
    placesIn((value as Holder)[key], found);
  }
  return found;
}
