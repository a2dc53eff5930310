import { type Command, Option } from "commander";

/** Gathers the values of an option that may be given several times. */
export const collect = (value: string, previous: unknown) => [
  ...(Array.isArray(previous) ? (previous as string[]) : []),
  value,
];

/** Another word for an option, that help does not show: uv's plural, pip's word. */
export function alias(
  command: Command,
  flags: string,
  attribute: string,
  together: (value: string, previous: unknown) => unknown = (value) => value,
): Command {
  const option = new Option(flags).hideHelp();
  return command.addOption(option).on(`option:${option.name()}`, (value: string) => {
    const previous: unknown = command.getOptionValue(attribute);
    command.setOptionValueWithSource(attribute, together(value, previous), "cli");
  });
}

/** An option that negates no other one, although it begins as one that does. */
export class Unpaired extends Option {
  override negate = false;
  override attributeName(): string {
    return this.name().replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  }
}

/** An option that help does not show, and that sets what others set: `--no-color` is `--color never`. */
export function means(command: Command, flags: string, values: Readonly<Record<string, unknown>>): Command {
  const option = new Unpaired(flags).hideHelp();
  return command.addOption(option).on(`option:${option.name()}`, () => {
    for (const [attribute, value] of Object.entries(values)) command.setOptionValueWithSource(attribute, value, "cli");
  });
}
