import { hasCode } from "@murre/files";
import { loadPipConfiguration, type PipConfiguration } from "@murre/index-client";
import type { PythonErrorCode } from "@murre/python";
import type { ConfigurationReport } from "../api/inspection-reports.ts";
import type { DescribeOptions } from "../api/inspection-options.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { withReadOperation } from "../environment/read-operation.ts";
import { everything } from "../configured/configured-options.ts";

/** What pip calls what murre reads of its configuration, where that is another word. */
const names: Readonly<Partial<Record<keyof PipConfiguration, string>>> = {
  extraIndexUrls: "extra-index-url",
  trustedHosts: "trusted-host",
  timeoutSeconds: "timeout",
  constraints: "constraint",
};

/** `murre config list`: what counts when nothing is said on the command line. */
export async function describeConfiguration(
  settings: InstallerSettings,
  options: DescribeOptions,
): Promise<ConfigurationReport> {
  const { env, platform, home, cwd } = settings;
  if (options.ignoreConfiguration === true) return { settings: [], files: [] };
  const prefix = await prefixOf(settings, options);
  const isolated = options.isolated === true ? { isolated: true } : {};
  const { files, ...found } = loadPipConfiguration({ env, platform, home, cwd, ...prefix, ...isolated });
  const ofPip = Object.entries(found).flatMap(([key, setting]) => {
    const same = key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const name = names[key as keyof PipConfiguration] ?? same;
    return Object.entries(textsOf(name, setting.value)).map(([named, value]) => ({
      name: named,
      value,
      origin: setting.origin,
    }));
  });
  const others = [...everything({ env, platform, home, cwd }, { ...isolated, ...configFileOf(options) })].map(
    ({ name, values, origin }) => ({ name: ownNameOf(name, origin), value: textOf(values), origin }),
  );
  const all = [...ofPip, ...others].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { settings: all, files };
}

const configFileOf = ({ configFile }: DescribeOptions) => (configFile === undefined ? {} : { configFile });

/** A variable is one for all commands; a section of pip's files and a table of uv's stand before the name. */
function ownNameOf(name: string, origin: string): string {
  if (/^(?:MURRE|UV)_/.test(origin)) return origin;
  const section = origin.endsWith("]") ? origin.slice(origin.lastIndexOf("[") + 1, -1) : "";
  return section === "" || section === "global" || /(?:^|\.)uv$/.test(section) ? name : `${section}.${name}`;
}

/** The file of an environment's own; without one, or any interpreter, there is none. */
async function prefixOf(settings: InstallerSettings, options: DescribeOptions): Promise<{ prefix?: string }> {
  try {
    const { onEvent: _, ...quietly } = options;
    return await withReadOperation(settings, quietly, ({ interpreter: { prefix } }) => ({ prefix }));
  } catch (error) {
    if (options.python === undefined && hasCode<PythonErrorCode>(error, "MURRE_NO_INTERPRETER")) return {};
    throw error;
  }
}

/** By name: of formats there are two. */
function textsOf(name: string, value: unknown): Readonly<Record<string, string>> {
  if (name !== "format-control") return { [name]: textOf(value) };
  const { onlyBinary, noBinary } = value as NonNullable<PipConfiguration["formatControl"]>["value"];
  const some = [["only-binary", onlyBinary] as const, ["no-binary", noBinary] as const];
  return Object.fromEntries(some.filter(([, list]) => list.length > 0).map(([key, list]) => [key, list.join(",")]));
}

function textOf(value: unknown): string {
  return withoutSecrets(Array.isArray(value) ? value.join(" ") : String(value));
}

/** Without the user and the password of each URL, and of a proxy that has no scheme. */
function withoutSecrets(text: string): string {
  return text.replaceAll(/(?:(?<=\/\/)|^)[^\s/?#]*@/g, "");
}
