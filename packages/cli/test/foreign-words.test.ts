import type { Operations } from "@murre/installer";
import { describe, expect, test } from "vitest";
import { runWords } from "../src/run-words.test.data.ts";

const report = {
  added: [],
  removed: [],
  kept: [],
  distributions: [],
  missing: [],
  problems: [],
  seeded: [],
  files: [],
};

/** Runs words over operations that remember what they were called with, and find nothing to do. */
async function run(words: string, change: Partial<typeof report> | { readonly added: readonly object[] } = {}) {
  const calls: [name: string, options: unknown][] = [];
  const operation = (name: string) => async (options: unknown) => {
    calls.push([name, options]);
    return { ...report, ...change };
  };
  const names = ["install", "sync", "uninstall", "list", "check", "show", "wheel", "download", "venv", "hash"] as const;
  const operations = Object.fromEntries(names.map((name) => [name, operation(name)])) as unknown as Operations;
  const settings: object[] = [];
  const createOperations = (given: object) => (settings.push(given), operations);
  return { ...(await runWords(words.split(" "), operations, { createOperations })), calls, settings };
}

describe("words of scripts mean what they mean in pip and uv", () => {
  test.each<[words: string, name: string, options: object]>([
    ["pip install --no-cache-dir x", "install", { noCache: true }],
    ["--no-cache-dir pip install x", "install", { noCache: true }],
    ["pip --no-cache-dir install x", "install", { noCache: true }],
    ["pip --trusted-host a install --trusted-host b:8443 x", "install", { trustedHosts: ["a", "b:8443"] }],
    ["pip sync --allow-insecure-host a r.txt", "sync", { trustedHosts: ["a"] }],
    [
      "pip --keyring-provider subprocess --timeout 2.5 install --keyring-provider import x",
      "install",
      { keyringProvider: "import", timeoutSeconds: 2.5 },
    ],
    [
      "pip --proxy http://p:1 --timeout 2.5 download --retries 0 x",
      "download",
      { proxy: "http://p:1", timeoutSeconds: 2.5, retries: 0 },
    ],
    ["pip wheel --cert ca.pem --client-cert me.pem x", "wheel", { cert: "ca.pem", clientCert: "me.pem" }],
    ["venv --seed --native-tls e", "venv", { systemCerts: true, path: "e" }],
    ["pip --isolated install x", "install", { isolated: true }],
    ["pip --require-virtualenv uninstall -y x", "uninstall", { requireVirtualenv: true }],
    ["pip install -U --upgrade-strategy only-if-needed x", "install", { upgrade: "named" }],
    ["pip install -U --upgrade-strategy eager x", "install", { upgrade: "all" }],
    ["pip install --upgrade-strategy eager -P x x", "install", { upgrade: ["x"] }],
    ["pip install -I x", "install", { upgrade: "all", reinstall: true }],
    ["pip install --reinstall-package x --reinstall-package y z", "install", { reinstall: ["x", "y"] }],
    ["pip install --requirements a.txt -r b.txt", "install", { requirementFiles: ["a.txt", "b.txt"] }],
    [
      "pip wheel --global-option -q --build-option=--x -C k=v .",
      "wheel",
      { configSettings: ["--global-option=-q", "--build-option=--x", "k=v"] },
    ],
    [
      "pip install --no-dependencies --no-break-system-packages x",
      "install",
      { dependencies: "none", breakSystemPackages: false },
    ],
    ["pip download --platform manylinux2014_aarch64 x", "download", { pythonPlatform: "aarch64-manylinux2014" }],
    ["pip download --platform manylinux_2_28_x86_64 x", "download", { pythonPlatform: "x86_64-manylinux_2_28" }],
    ["pip install --platform macosx_11_0_arm64 -t t x", "install", { pythonPlatform: "aarch64-apple-darwin" }],
    ["pip install --user x", "install", { user: true }],
    ["pip install --root / --prefix /usr x", "install", { root: "/", prefix: "/usr" }],
    [
      "pip download --implementation cp --abi cp39 --abi abi3 x",
      "download",
      { implementation: "cp", abis: ["cp39", "abi3"] },
    ],
    [
      "pip wheel --prefer-binary --ignore-requires-python x",
      "wheel",
      { preferBinary: true, ignoreRequiresPython: true },
    ],
    ["pip install --no-build-isolation-package a x", "install", { noBuildIsolationPackages: ["a"] }],
    ["pip freeze -r r.txt -r s.txt", "list", { orderFiles: ["r.txt", "s.txt"] }],
    [
      "venv --seed --exclude-newer 2026-01-01 --exclude-newer-package pip=false e",
      "venv",
      { seed: true, excludeNewer: "2026-01-01", excludeNewerPackages: ["pip=false"] },
    ],
    ["venv --upgrade-deps e", "venv", { seed: true }],
    ["pip install --platform win_amd64 -t t x", "install", { pythonPlatform: "x86_64-pc-windows-msvc" }],
    [
      "pip list --exclude a --exclude b --not-required -l",
      "list",
      { exclude: ["a", "b"], notRequired: true, local: true },
    ],
    ["pip freeze --all --path p", "list", { paths: ["p"] }],
    ["pip list -o --pre -i http://i", "list", { freshness: "outdated", prereleases: true, indexUrl: "http://i" }],
    ["pip list --uptodate", "list", { freshness: "uptodate" }],
    ["pip install --report r.json x", "install", { reportFile: "r.json" }],
    ["pip install --report - x", "install", { report: "whole" }],
    ["pip install --json x", "install", { report: "files" }],
    ["pip install --config-settings-package a:k=v .", "install", { configSettingsPackages: ["a:k=v"] }],
    ["venv -c e", "venv", { existing: "clear" }],
    ["pip install -qq --progress-bar off --no-color --root-user-action=ignore x", "install", {}],
  ])("murre %s", async (words, name, options) => {
    const { code, calls, err } = await run(words);
    expect([code === 2, calls]).toEqual([false, [[name, expect.objectContaining(options)]]]);
    expect(err).not.toContain("error");
  });

  const compiled = { text: "", changed: false, dryRun: false };
  const compile = async (words: string) => {
    const calls: object[] = [];
    const operation = async (options: object) => (calls.push(options), compiled);
    const ran = await runWords(["pip", "compile", "a.in", ...words.split(" ")], { compile: operation as never });
    return { ...ran, calls };
  };

  test.each<[words: string, options: object]>([
    ["--no-emit-index-url", { emitIndexUrls: false }],
    ["--emit-index-url --no-emit-index-url --no-emit-find-links", { emitIndexUrls: false, emitFindLinks: false }],
    ["--no-emit-build-options --no-emit-index-annotation", { emitBuildOptions: false, indexAnnotations: false }],
    ["--allow-unsafe --resolver=backtracking --no-emit-trusted-host", {}],
    ["--no-allow-unsafe --no-reuse-hashes --newline lf --build-isolation", {}],
    ["--link-mode copy --no-emit-options --unsafe-package pip", { omit: ["pip"] }],
    ["--rebuild", { refresh: "all" }],
  ])("those of pip-compile: %s", async (words, options) => {
    const { code, calls, err } = await compile(words);
    expect([code, err, calls]).toEqual([0, "", [expect.objectContaining(options)]]);
  });

  test.each([
    "--resolver=legacy",
    "--max-rounds 3",
    "--reuse-hashes",
    "--emit-trusted-host",
    "--emit-options",
    "--pip-args --pre",
    "--config x.toml",
    "--newline crlf",
    "--all-build-deps",
    "--only-build-deps",
    "--build-deps-for wheel",
  ])("and those that cannot be followed say why: %s", async (words) => {
    const { code, calls, err } = await compile(words);
    expect([code, calls]).toEqual([2, []]);
    expect(err).toMatch(/ is not part of murre: ./);
  });

  test("--directory says where the command works", async () => {
    expect((await run("--directory there pip install x")).settings).toEqual([{ cwd: "there" }]);
  });

  test("--log has what -v shows, and errors, without changing what is shown", async () => {
    const log = { path: "", text: "" };
    const openLog = (path: string) => ((log.path = path), { write: (text: string) => void (log.text += text) });
    const install: Operations["install"] = async ({ onEvent }) => {
      onEvent?.({ type: "debug", message: "detail" });
      throw new Error("no luck");
    };
    const { code, err } = await runWords(["pip", "--log", "f", "install", "x"], { install }, { openLog });
    expect([code, err]).toEqual([1, "error: no luck\n"]);
    expect(log).toEqual({ path: "f", text: expect.stringMatching(/^detail\nerror: no luck\n/) as string });
  });

  test("a log that cannot be opened is told before anything is done", async () => {
    const openLog = () => {
      throw Object.assign(new Error("EACCES: permission denied, open 'f'"), {
        code: "EACCES",
        errno: -13,
        syscall: "open",
      });
    };
    const { code, err } = await runWords(["pip", "install", "--log", "f", "x"], {}, { openLog });
    expect([code, err]).toEqual([2, expect.stringContaining("--log f: the file cannot be opened: ")]);
    expect(err).not.toContain("EACCES:");
  });

  test("--check changes nothing, and its exit code says whether something would have to be", async () => {
    const added = [{ name: "x", version: "1" }];
    expect(await run("pip install --check x")).toMatchObject({ code: 0, calls: [["install", { dryRun: true }]] });
    expect(await run("pip sync --check r.txt", { added })).toMatchObject({
      code: 1,
      calls: [["sync", { dryRun: true }]],
    });
    expect(await run("pip install x", { added })).toMatchObject({ code: 0 });
  });

  test.each(["pip install x", "pip sync r.txt", "pip list", "pip freeze"])(
    "murre %s --strict says what is lacking, which is no failure",
    async (words) => {
      const problems = [{ kind: "missing", name: "a", version: "1", requirement: "b>=2" }];
      const { code, err } = await run(`${words} --strict`, { problems } as object);
      expect([code, err]).toEqual([0, "warning: a 1 requires b>=2, which is not installed\n"]);
    },
  );
});

describe("what changes nothing is read over, and -v says so", () => {
  test.each([
    ["pip install --no-input x", "--no-input"],
    ["pip --disable-pip-version-check list", "--disable-pip-version-check"],
    ["pip check --proxy http://u:secret@p:1", "--proxy"],
    ["pip uninstall --root-user-action ignore x", "--root-user-action"],
    ["pip check --keyring-provider subprocess", "--keyring-provider"],
    ["venv --no-project e", "--no-project"],
    ["pip hash --python 3.9 x", "--python"],
    ["pip wheel --use-pep517 --no-clean x", "--no-clean"],
  ])("murre %s", async (words, option) => {
    const quiet = await run(words);
    expect([quiet.code === 2, quiet.err.includes(option)]).toEqual([false, false]);
    const { err } = await run(`-v ${words}`);
    expect(err).toContain(`${option} `);
    expect(err).toContain("changes nothing: ");
    expect(err).not.toContain("secret");
  });
});

describe("what cannot be followed is refused with its reason", () => {
  test.each([
    ["pip install --use-deprecated=legacy-resolver x", "--no-deps"],
    ["pip download --platform any x", "--python-platform"],
    ["venv --copies e", "is a link"],
    ["pip install --timeout soon x", "number of seconds"],
    ["pip install --retries -1 x", "whole number"],
    ["pip list -o -u", "cannot be used with"],
    ["pip list -o --format freeze", "no place for the newest version"],
    ["pip config list --user", "with the file that it is from"],
    ["pip install --output-format xml x", "one of text, json"],
  ])("murre %s", async (words, sentence) => {
    const { code, err, calls } = await run(words);
    expect([code, calls]).toEqual([2, []]);
    expect(err).toContain(sentence);
  });
});

describe("a word that is no command gets the one that was meant", () => {
  test.each([
    ["install x", "did you mean murre pip install?"],
    ["freeze", "did you mean murre pip freeze?"],
    ["pip venv e", "did you mean murre venv?"],
    ["pip instal x", "did you mean murre pip install?"],
    ["unistall x", "did you mean murre pip uninstall?"],
    ["cach", "did you mean murre cache?"],
    ["cache sise", "did you mean murre cache size?"],
    ["cache purge", "murre cache clean"],
    ["pip tre", "did you mean murre pip tree?"],
    ["pip index version", "did you mean murre pip index versions?"],
    ["config lst", "did you mean murre config list?"],
    ["tree", "did you mean murre pip tree?"],
    ["pip config set", "pip, or an editor, changes them"],
    ["wxyz", "murre --help lists them"],
    ["constructor", "murre --help lists them"],
  ])("murre %s", async (words, hint) => {
    const { code, err, out } = await run(words);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(`there is no command murre ${words.replace(/ (?:x|e|dir)$/, "")}`);
    expect(err).toContain(hint);
  });
});

test.each(["pip install -V", "pip --version", "cache dir --version"])("murre %s says the version", async (words) => {
  expect(await run(words)).toMatchObject({ code: 0, out: "murre 1.2.3\n" });
});
