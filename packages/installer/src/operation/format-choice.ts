import { allowsFormat, applyFormatControl, type FormatControl } from "@murre/index-client";
import type { NormalizedName } from "@murre/pep508";
import type { FileOptions } from "@murre/requirements";
import type { AllowedFormats } from "@murre/resolver";
import { refusesBuilds } from "./build-options.ts";
import type { ChangeOperation } from "./change-operation.ts";

export function allowsPrereleases({ options, configuration }: ChangeOperation, inFiles?: FileOptions): boolean {
  return options.prereleases ?? (inFiles?.pre === true || configuration.pre?.value === true);
}

/** Which files may be taken for a project: `--only-binary`, `--no-binary`, `--no-build`, in the order in which pip applies them. */
export function formats(
  { settings, options, configuration }: ChangeOperation,
  inFiles?: FileOptions,
): (project: NormalizedName) => AllowedFormats {
  let control: FormatControl = configuration.formatControl?.value ?? { onlyBinary: [], noBinary: [] };
  for (const { option, value } of inFiles?.formats ?? []) control = applyFormatControl(control, option, value);
  for (const value of options.onlyBinary ?? []) control = applyFormatControl(control, "onlyBinary", value);
  for (const value of options.noBinary ?? []) control = applyFormatControl(control, "noBinary", value);
  const isWheelOnly = refusesBuilds(settings, options);
  return (project) => {
    if (isWheelOnly || !allowsFormat(control, project, "sdist")) return "wheels";
    return allowsFormat(control, project, "wheel") ? "any" : "sdists";
  };
}
