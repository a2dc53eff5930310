import type { WheelSpec } from "@murre/test-kit";

/** One release of the made-up index, in the words of the document. */
export interface FailureRelease extends WheelSpec {
  readonly yanked?: string;
  /** Only a source distribution. */
  readonly isSource?: boolean;
}

/** A request that nothing satisfies. */
export interface Failure {
  /** The heading in the document. */
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  /** What follows `pip compile`, for murre and for uv alike. */
  readonly words: readonly string[];
}

const release = (name: string, version: string, more: Partial<FailureRelease> = {}): FailureRelease => ({
  name,
  version,
  ...more,
});

export const releases: readonly FailureRelease[] = [
  release("web", "1.0", { requiresDist: ["http<2"] }),
  release("api", "1.0", { requiresDist: ["http>=2"] }),
  release("api", "1.1", { requiresDist: ["http>=2"] }),
  release("http", "1.0"),
  release("http", "1.5"),
  release("http", "2.0"),
  release("http", "2.1"),
  release("deep", "1.0", { requiresDist: ["middle"] }),
  release("middle", "1.0", { requiresDist: ["low>=1"] }),
  release("low", "1.0", { requiresDist: ["http>=3"] }),
  release("many", "1.0", { requiresDist: ["http>=2.0"] }),
  release("many", "1.1", { requiresDist: ["http>=2.1"] }),
  release("many", "2.0", { requiresDist: ["http>=2.2"] }),
  release("gap", "1.0"),
  release("gap", "3.0"),
  release("above", "1.0", { requiresDist: ["gap>=2"] }),
  release("below", "1.0", { requiresDist: ["gap<3"] }),
  release("late", "1.0"),
  release("late", "2.0rc1"),
  release("gone", "1.0"),
  release("gone", "2.0", { yanked: "loses data" }),
  release("newer", "1.0"),
  release("newer", "2.0", { requiresPython: ">=3.13" }),
  release("windows", "1.0", { tags: "py3-none-win_amd64" }),
  release("native", "1.0", { tags: "cp310-cp310-manylinux_2_17_x86_64" }),
  release("native", "1.0", { tags: "cp311-cp311-manylinux_2_17_x86_64" }),
  release("source", "1.0", { isSource: true }),
  release("binary", "1.0"),
  release("app", "1.0", {
    requiresDist: ["http>=2; extra == 'fast'", "http<2; extra == 'small'"],
    providesExtra: ["fast", "small"],
  }),
  release("requests", "2.0"),
  release("client", "1.0", { requiresDist: ["reqeusts>=2"] }),
];

/** What a second index has. */
export const mirrored: readonly FailureRelease[] = [release("http", "3.0")];

/** How the places of the two are written in the document. */
export const shownPlaces = { index: "https://index.example/simple", mirror: "file:///mirror/simple" } as const;

const asked = (title: string, text: string, ...words: readonly string[]): Failure => ({
  title,
  files: { "requirements.txt": text },
  words: ["requirements.txt", ...words],
});

const withFile = (failure: Failure, name: string, text: string): Failure => ({
  ...failure,
  files: { ...failure.files, [name]: text },
});

export const failures: readonly Failure[] = [
  asked("Two projects need different versions of a third", "web\napi\n"),
  asked("There is no such version", "# what the site needs\n\nhttp>=3\n"),
  asked("Two lines exclude each other", "http>=2\nweb\nhttp<2\n"),
  asked("A need far down", "deep\n"),
  asked("Each version needs something else", "many\nhttp<2\n"),
  asked("No version lies in between", "above\nbelow\n"),
  asked("There are only pre-releases of it", "late>=2\n"),
  asked("Pre-releases are not allowed", "late>1\n", "--prerelease", "disallow"),
  asked("It is yanked", "gone>=2\n"),
  asked("Another Python is needed", "newer>=2\n"),
  asked("Wheels for another platform", "windows\n"),
  asked("Wheels for other Pythons", "native\n"),
  asked("Only sources, and nothing may be built", "source\n", "--only-binary", ":all:"),
  asked("Only wheels, and none may be taken", "binary\n", "--no-binary", "binary"),
  asked("A misspelt name", "client\nrequests\n"),
  asked("Another index has it", "http>=3\n", "--index", shownPlaces.index, "--index", shownPlaces.mirror),
  withFile(
    asked("A constraint does it", "api\n", "-c", "constraints.txt"),
    "constraints.txt",
    "# not ready for 2\nhttp<2\n",
  ),
  withFile(asked("An override does it", "web\n", "--override", "overrides.txt"), "overrides.txt", "http>=3\n"),
  asked("Two extras exclude each other", "app[fast,small]\n"),
];
