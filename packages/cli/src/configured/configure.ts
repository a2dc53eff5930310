import type { ConfiguredOption } from "@murre/installer";
import { InvalidArgumentError, type Command, type Option } from "commander";
import { UsageError } from "../errors.ts";
import { collect } from "../words.ts";

/** pip's lists that murre has as another one's word. */
const listsOfPip: ReadonlySet<string> = new Set([
  "abi",
  "global-option",
  "build-option",
  "requirements",
  "use-feature",
]);
/** Of pip's flags that switch off, those whose value is what is stored, and not whether they are given. */
const storedOpposite: ReadonlySet<string> = new Set([
  "no-compile",
  "no-build-isolation",
  "no-warn-script-location",
  "no-warn-conflicts",
]);

/**
 * Gives a command what is configured of its options, as if the words said it before all others: so words replace single values, and are added to
 * lists. It is called before the words are read, and after them once more for lists that come after the words.
 * @throws {UsageError} naming where a value was written that is none
 */
export function configure(command: Command, configured: readonly ConfiguredOption[], when: "before" | "after"): void {
  const isGiven = sourcesOf(command);
  for (const one of configured) {
    const option = command.options.find(({ long }) => long === `--${one.name}`);
    if (option === undefined || one.isAfterWords !== (when === "after") || isOverruled(command, one)) continue;
    for (const value of valuesOf(option, one)) {
      if (value !== undefined) check(option, value, one);
      emitterOf(command).emit(`option:${option.name()}`, value);
    }
  }
  for (const [name, value] of Object.entries(command.opts<Record<string, unknown>>()))
    if (command.getOptionValueSource(name) === "cli" && !isGiven.has(name))
      command.setOptionValueWithSource(name, value, "config");
}

/** As commander itself takes an option's value. */
const emitterOf = (command: Command) => command as unknown as { emit(event: string, value?: string): boolean };

function sourcesOf(command: Command): ReadonlySet<string> {
  const names = Object.keys(command.opts());
  return new Set(names.filter((name) => command.getOptionValueSource(name) === "cli"));
}

/** No index is none, and who names the index to begin with has named the last one too. */
function isOverruled(command: Command, { name, by }: ConfiguredOption): boolean {
  const isNamed = (attribute: string) => command.getOptionValueSource(attribute) === "cli";
  if (name === "index") return command.getOptionValue("index") === false;
  return by === "uv" && name === "default-index" && (isNamed("indexUrl") || isNamed("defaultIndex"));
}

/** What is emitted: one value, or several, or `undefined` for a flag that is set. */
function valuesOf(option: Option, one: ConfiguredOption): readonly (string | undefined)[] {
  if (!option.required && !option.optional) return isSet(one) ? [undefined] : [];
  const isOneText = one.by === "pip" || /^(?:MURRE|UV)_/.test(one.origin);
  const isList = option.parseArg === collect || listsOfPip.has(one.name);
  return isList && isOneText ? words(one) : one.values;
}

const words = ({ values }: ConfiguredOption) =>
  values.flatMap((text) => text.split(/\s+/).filter((word) => word !== ""));

function isSet({ name, values: [text = ""], origin, by }: ConfiguredOption): boolean {
  const isTrue = /^(?:y|yes|t|true|on|1)$/i.test(text);
  if (/^(?:verbose|quiet)$/.test(name) && /^\d{1,3}$/.test(text)) return Number(text) > 0;
  if (!isTrue && !/^(?:n|no|f|false|off|0)$/i.test(text))
    throw new UsageError(`${origin}: ${name} = ${text}: expected yes or no, true or false, 1 or 0`);
  // pip: any value switches the cache off, and of others that begin with `no` the value is what is stored.
  if (by === "pip" && name === "no-cache-dir") return true;
  return by === "pip" && storedOpposite.has(name) ? !isTrue : isTrue;
}

function check(option: Option, value: string, { name, origin }: ConfiguredOption): void {
  try {
    option.parseArg?.(value, undefined as never);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new UsageError(`${origin}: ${name} = ${value}: ${error.message}`);
  }
}
