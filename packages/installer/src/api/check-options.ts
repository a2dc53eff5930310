import { distance } from "fastest-levenshtein";
import { InvalidOption } from "../errors.ts";

/** What an option may be. */
interface Kind {
  /** Ends the sentence "… has to be". */
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
  /** The values of an option that has only a few. */
  readonly choices?: readonly string[];
}

/** The same for the compiler: `of` exists in types only, and makes the check and the type agree exactly. */
export interface OptionKind<Value> extends Kind {
  readonly of?: (value: Value) => Value;
}

/** A kind for each option of a type: one too many, one too few or one of another type does not compile. */
export type OptionTable<Options> = {
  readonly [Name in keyof Options]-?: OptionKind<Exclude<Options[Name], undefined>>;
};

/** What the options of one operation have to be. */
export interface OptionRules<Options> {
  readonly options: OptionTable<Options>;
  readonly required?: readonly (keyof Options & string)[];
  /** At least one of them has to be given. */
  readonly someOf?: readonly (keyof Options & string)[];
  /** At most one of them may be given. */
  readonly oneOf?: readonly (keyof Options & string)[];
}

/** The rules without their types. */
interface Rules {
  readonly options: Readonly<Record<string, Kind>>;
  readonly required?: readonly string[];
  readonly someOf?: readonly string[];
  readonly oneOf?: readonly string[];
}

const isText = (value: unknown): value is string => typeof value === "string";
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
const isTexts = (value: unknown) => Array.isArray(value) && Array.from(value as unknown[]).every(isText);

function kind<Value>(expected: string, accepts: (value: unknown) => boolean): OptionKind<Value> {
  return { expected, accepts };
}

/** The kinds that options have. An empty text is one only where it means something. */
export const optionKinds = {
  text: kind<string>("a text that is not empty", (value) => isText(value) && value !== ""),
  anyText: kind<string>("a text", isText),
  texts: kind<readonly string[]>("a list of texts", isTexts),
  allOrTexts: kind<"all" | readonly string[]>('"all" or a list of texts', (value) => value === "all" || isTexts(value)),
  allNamedOrTexts: kind<"all" | "named" | readonly string[]>(
    '"all", "named" or a list of texts',
    (value) => value === "all" || value === "named" || isTexts(value),
  ),
  flagOrTexts: kind<boolean | readonly string[]>(
    "true, false or a list of texts",
    (value) => typeof value === "boolean" || isTexts(value),
  ),
  flag: kind<boolean>("true or false", (value) => typeof value === "boolean"),
  amount: kind<number>("a number that is not negative", (value) => Number.isFinite(value) && Number(value) >= 0),
  count: kind<number>("a whole number that is not negative", (value) => isWhole(value) && value >= 0),
  positiveCount: kind<number>("a whole number above 0", (value) => isWhole(value) && value > 0),
  signal: kind<AbortSignal>("an AbortSignal", (value) => value instanceof AbortSignal),
  variables: kind<Readonly<Record<string, string | undefined>>>(
    "an object of texts",
    (value) => isObject(value) && Object.values(value).every((text) => text === undefined || isText(text)),
  ),
  listener: <Listener>() => kind<Listener>("a function", (value) => typeof value === "function"),
  choice: <const Choice extends string>(...choices: readonly Choice[]): OptionKind<Choice> => ({
    expected: `one of ${choices.map(quoted).join(", ")}`,
    accepts: (value) => choices.some((choice) => choice === value),
    choices,
  }),
};

/**
 * Refuses options that the compiler would refuse, for callers who have none. An option that is undefined counts as one that is not given.
 * @param operation for messages: the function that was called
 * @throws {InvalidOption}
 */
export function checkOptions(operation: string, rules: Rules, given: unknown): void {
  const { options: table, required = [], someOf = [], oneOf = [] } = rules;
  if (!isObject(given))
    throw new InvalidOption(operation, undefined, `takes an object of options, not ${described(given)}`);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(table, name)) throw new InvalidOption(operation, name, unknownOption(name, Object.keys(table)));
    const kind = table[name];
    if (value === undefined || kind === undefined || kind.accepts(value)) continue;
    throw new InvalidOption(operation, name, `${name} has to be ${kind.expected}, not ${described(value, kind)}`);
  }
  const isGiven = (name: string) => given[name] !== undefined;
  for (const name of required)
    if (!isGiven(name)) throw new InvalidOption(operation, name, `${name} has to be given: ${table[name]?.expected}`);
  if (someOf.length > 0 && !someOf.some(isGiven))
    throw new InvalidOption(operation, someOf[0], `${someOf.join(" or ")} has to be given`);
  const [one, other] = oneOf.filter(isGiven);
  if (other !== undefined) throw new InvalidOption(operation, other, `${one} and ${other} do not go together`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownOption(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const hint = near === undefined ? `its options are ${known.join(", ")}` : `did you mean ${near}?`;
  return `there is no option ${quoted(name)}; ${hint}`;
}

/** So many letters of ten may differ for one name to be a slip of another. */
const lettersOfTen = 3;

/** The name that was meant, when it is near enough: without regard to case and to what stands between words. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.replaceAll(/[-_\s]/g, "").toLowerCase();
  const ranked = known
    .map((other) => ({ other, steps: distance(plain(name), plain(other)) }))
    .toSorted((a, b) => a.steps - b.steps);
  const [best] = ranked;
  return best !== undefined && best.steps * 10 <= best.other.length * lettersOfTen ? best.other : undefined;
}

/** What was given, without its value: that may be a secret, or long. Only words that are no choice are repeated. */
function described(value: unknown, { choices = [] }: Partial<Kind> = {}): string {
  if (value === null || typeof value === "boolean" || typeof value === "number") return String(value);
  if (value === "") return "an empty text";
  if (Array.isArray(value)) {
    const other = Array.from(value as unknown[]).find((item) => !isText(item));
    return isTexts(value) ? "a list" : `a list that holds ${described(other)}`;
  }
  if (!isText(value)) return { function: "a function", object: "an object" }[typeof value as string] ?? typeof value;
  const near = nearest(value, choices);
  return near === undefined
    ? choices.length > 0
      ? "another text"
      : "a text"
    : `${quoted(value)}; did you mean ${quoted(near)}?`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
