import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  InvalidRequirementsFile,
  parseRequirementsFile,
  type RequirementEntry,
  type RequirementsFile,
} from "../src/index.ts";

interface PipRequirement {
  readonly text: string;
  /** "FILE (line N)". */
  readonly from: string;
  /** packaging refuses the text; pip finds that out later. */
  readonly invalid?: true;
  readonly editable?: true;
  readonly hashes?: Record<string, string[]>;
  readonly configSettings?: Record<string, string | string[]>;
  readonly globalOptions?: string[];
}

interface PipCase {
  readonly name: string;
  readonly files: Readonly<Record<string, string | { readonly base64: string }>>;
  readonly error?: string;
  readonly requirements?: readonly PipRequirement[];
  readonly constraints?: readonly PipRequirement[];
  readonly options?: Readonly<Record<string, unknown>>;
}

const table = JSON.parse(readFileSync(new URL("pip-behaviour.json", import.meta.url), "utf8")) as {
  readonly env: Record<string, string>;
  readonly cases: readonly PipCase[];
};

function parse({ files }: PipCase): Promise<RequirementsFile> {
  const contentOf = (location: string): Uint8Array | string => {
    const content = files[location];
    if (content === undefined) throw new Error("no such file");
    return typeof content === "string" ? Buffer.from(content, "utf8") : Buffer.from(content.base64, "base64");
  };
  const folders = Object.keys(files).map((file) => `/here/${file.slice(0, Math.max(0, file.indexOf("/")))}`);
  return parseRequirementsFile("r.txt", {
    read: contentOf,
    env: table.env,
    cwd: "/here",
    home: "/home/me",
    platform: "linux",
    exists: (path) => folders.includes(path),
  });
}

const redacted = (text: string): string => text.replace("secret@", "****@");

function asPip(entry: Pick<RequirementEntry, "text" | "origin"> & Partial<RequirementEntry>): PipRequirement {
  const { hashes = {}, configSettings = {}, globalOptions = [] } = entry;
  const withoutFragment = entry.kind === "named" && entry.requirement?.url === undefined ? hashes : {};
  return {
    text: entry.text,
    from: `${entry.origin?.file} (line ${entry.origin?.line})`,
    ...(entry.kind === "editable" ? { editable: true } : {}),
    ...(Object.keys(withoutFragment).length > 0 ? { hashes: withoutFragment as Record<string, string[]> } : {}),
    ...(Object.keys(configSettings).length > 0 ? { configSettings: configSettings as Record<string, string> } : {}),
    ...(globalOptions.length > 0 ? { globalOptions: [...globalOptions] } : {}),
  };
}

const fromPip = (entry: PipRequirement): PipRequirement => ({ ...entry, text: redacted(entry.text.trim()) });

const values = (settings: readonly { readonly value: string }[]): string[] => settings.map(({ value }) => value);

function optionsAsPip({ options }: RequirementsFile): Record<string, unknown> {
  const outer = ["https://outer.x/simple", "https://outer-extra.x/simple"];
  const named = options.indexUrl !== undefined || options.extraIndexUrls.length > 0;
  const indexes = [
    ...(options.indexUrl === undefined ? outer : [options.indexUrl.value]),
    ...values(options.extraIndexUrls),
  ];
  const formats = { noBinary: [] as string[], onlyBinary: [] as string[] };
  for (const { option, value } of options.formats) formats[option].push(...value.split(",").toSorted());
  return {
    ...(options.noIndex ? { indexUrls: [], noIndex: true } : named ? { indexUrls: indexes } : {}),
    ...(options.findLinks.length > 0
      ? { findLinks: values(options.findLinks).map((link) => link.replace("/here/", "")) }
      : {}),
    ...(options.pre ? { pre: true } : {}),
    ...(options.preferBinary ? { preferBinary: true } : {}),
    ...(options.requireHashes ? { requireHashes: true } : {}),
    ...(options.formats.length > 0 ? { formats } : {}),
    ...(options.trustedHosts.length > 0 ? { trustedHosts: values(options.trustedHosts) } : {}),
  };
}

const refused = table.cases.filter(({ error }) => error !== undefined);
const partlyInvalid = table.cases.filter(({ requirements }) => requirements?.some(({ invalid }) => invalid));
const accepted = table.cases.filter((one) => !refused.includes(one) && !partlyInvalid.includes(one));

describe("a requirements file means what it means to pip (pip._internal.req.req_file)", () => {
  test.each(accepted)("$name: requirements and constraints", async (one) => {
    const file = await parse(one);
    expect(file.requirements.map(asPip)).toEqual(one.requirements?.map(fromPip));
    expect(file.constraints.map(asPip)).toEqual(one.constraints?.map(fromPip));
  });

  test.each(accepted)("$name: options", async (one) => {
    expect(optionsAsPip(await parse(one))).toEqual(one.options);
  });

  test.each(refused)("$name: refused by both", async (one) => {
    await expect(parse(one)).rejects.toBeInstanceOf(InvalidRequirementsFile);
  });

  test.each(partlyInvalid)("$name: refused at the lines that are no requirements", async (one) => {
    const error = await parse(one).catch((thrown: unknown) => thrown);
    const lines = (error as InvalidRequirementsFile).problems.map(({ file, line }) => `${file} (line ${line})`);
    expect(lines).toEqual(one.requirements?.filter(({ invalid }) => invalid).map(({ from }) => from));
  });
});
