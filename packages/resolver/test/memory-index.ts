import { normalizeName, type NormalizedName, parseRequirement } from "@murre/pep508";
import { supportedTags } from "@murre/platform-tags";
import {
  type DistributionFile,
  type DistributionMetadata,
  type PythonOutcome,
  type PythonRequest,
  type PythonSource,
  type ResolutionTarget,
  resolvePython,
  type Unavailable,
} from "../src/index.ts";

/** One release in an index that exists in memory only. */
export interface MemoryRelease {
  readonly requires?: readonly string[];
  readonly extras?: readonly string[];
  /** What the index says about the files. */
  readonly python?: string;
  /** What the metadata says. */
  readonly metadataPython?: string;
  readonly yanked?: boolean;
  /** What follows the version in the file names; default one wheel for everybody. */
  readonly files?: readonly string[];
  /** Instead of metadata. */
  readonly broken?: string;
}

/** By project, by version. A list stands for a release that requires just that. */
export type MemoryIndex = Readonly<Record<string, Readonly<Record<string, MemoryRelease | readonly string[]>>>>;

export interface MemoryFile extends DistributionFile {
  readonly version: string;
}

export const wheelForAll = "-py3-none-any.whl";

/** CPython 3.11 on Linux x86_64 with glibc 2.36. */
export const linuxTarget: ResolutionTarget = {
  tags: supportedTags({
    implementation: "cpython",
    version: [3, 11],
    platform: { os: "linux", architecture: "x86_64", libc: { kind: "glibc", version: [2, 36] } },
  }),
  markerEnvironment: {
    os_name: "posix",
    sys_platform: "linux",
    platform_system: "Linux",
    platform_machine: "x86_64",
    platform_release: "6.1",
    platform_version: "1",
    python_version: "3.11",
    python_full_version: "3.11.7",
    platform_python_implementation: "CPython",
    implementation_name: "cpython",
    implementation_version: "3.11.7",
  },
};

export class MemorySource implements PythonSource<MemoryFile> {
  /** What was asked, in order. */
  readonly asked: string[] = [];
  private readonly index: MemoryIndex;
  private readonly urls: Readonly<Record<string, DistributionMetadata | Unavailable>>;
  private readonly delayMs: (() => number) | undefined;
  private readonly isAtHand: (file: MemoryFile) => boolean;

  constructor(
    index: MemoryIndex,
    urls: Readonly<Record<string, DistributionMetadata | Unavailable>> = {},
    delayMs?: () => number,
    isAtHand: (file: MemoryFile) => boolean = () => false,
  ) {
    this.index = index;
    this.urls = urls;
    this.delayMs = delayMs;
    this.isAtHand = isAtHand;
  }

  files(project: NormalizedName): Promise<MemoryFile[] | undefined> {
    const releases = this.index[project];
    return this.answer(
      project,
      releases &&
        Object.entries(releases).flatMap(([version, release]) => memoryFiles(project, version, toRelease(release))),
    );
  }

  metadata(file: MemoryFile, project: NormalizedName): Promise<DistributionMetadata | Unavailable> {
    return this.answer(file.filename, this.told(file, project));
  }

  known(file: MemoryFile, project: NormalizedName): DistributionMetadata | Unavailable | undefined {
    return this.isAtHand(file) ? this.told(file, project) : undefined;
  }

  private told({ version }: MemoryFile, project: NormalizedName): DistributionMetadata | Unavailable {
    const { requires = [], extras = [], metadataPython, broken } = toRelease(this.index[project]![version]!);
    if (broken !== undefined) return { unavailable: broken };
    return { version, requiresDist: requires, providesExtra: extras, requiresPython: metadataPython };
  }

  urlMetadata(url: string): Promise<DistributionMetadata | Unavailable> {
    return this.answer(url, this.urls[url] ?? { unavailable: "nothing is there" });
  }

  private async answer<Value>(question: string, value: Value): Promise<Value> {
    this.asked.push(question);
    if (this.delayMs) await new Promise((resume) => setTimeout(resume, this.delayMs!()));
    return value;
  }
}

function toRelease(release: MemoryRelease | readonly string[]): MemoryRelease {
  return "length" in release ? { requires: release } : release;
}

function memoryFiles(project: string, version: string, release: MemoryRelease): MemoryFile[] {
  return (release.files ?? [wheelForAll]).map((ending) => ({
    filename: `${ending.endsWith(".whl") ? project.replaceAll("-", "_") : project}-${version}${ending}`,
    version,
    requiresPython: release.python,
    yanked: release.yanked ?? false,
  }));
}

type Options = Partial<Omit<PythonRequest<MemoryFile>, "requirements" | "constraints" | "overrides">> & {
  readonly constraints?: readonly string[];
  readonly overrides?: readonly string[];
};

/** Resolves requirements, separated by `|`, against an index. */
export function resolveIn(
  index: MemoryIndex | MemorySource,
  requirements: string,
  { constraints = [], overrides = [], ...options }: Options = {},
): Promise<PythonOutcome<MemoryFile>> {
  return resolvePython({
    target: linuxTarget,
    source: index instanceof MemorySource ? index : new MemorySource(index),
    requirements: requirements.split("|").map((text) => parseRequirement(text)),
    constraints: constraints.map((text) => parseRequirement(text)),
    overrides: overrides.map((text) => parseRequirement(text)),
    ...options,
  });
}

/** The solution in one line, `a==1 b==2`, or `none`. */
export function pins(outcome: PythonOutcome<MemoryFile>): string {
  if (outcome.kind === "no-solution") return "none";
  return outcome.distributions.map(({ name, version }) => `${name}==${version}`).join(" ");
}

export async function pinsIn(index: MemoryIndex, requirements: string, options: Options = {}): Promise<string> {
  return pins(await resolveIn(index, requirements, options));
}

export function names(...texts: string[]): NormalizedName[] {
  return texts.map((text) => normalizeName(text));
}

/** The outcome and the way to it: were the solver to take another way, it would show here even where it ends the same. */
export function told(outcome: PythonOutcome<MemoryFile>): string {
  const { decisions, conflicts, incompatibilities, attempts } = outcome.statistics;
  const result = outcome.kind === "solution" ? pins(outcome) : outcome.message;
  return `${result} after ${[decisions, conflicts, incompatibilities, attempts].join()}`;
}
