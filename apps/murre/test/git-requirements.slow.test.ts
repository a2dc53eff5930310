import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { succeeded, type Environment } from "./command-world.ts";
import { GitWorld } from "./git-world.ts";

const timeout = 120_000;
const lib = { name: "lib", version: "1.0", isStatic: true };

async function makeWorld() {
  const world = await GitWorld.make();
  const environment = await world.environment();
  return { world, environment, repository: world.project("lib", lib), ...commandsFor(world, environment) };
}

function commandsFor(world: GitWorld, environment: Environment) {
  const pip = async (...words: string[]) => succeeded(await world.pip([...words, "-p", environment.folder]));
  return {
    pip,
    uninstall: async (name: string) => succeeded(await environment.pip("uninstall", name)),
    install: (...words: string[]) => pip("install", ...words),
    freeze: async () =>
      succeeded(await environment.pip("freeze"))
        .stdout.trim()
        .split("\n")
        .filter(Boolean),
    /** What PEP 610's file of the one `lib` says. */
    directUrl(): unknown {
      const [python = ""] = readdirSync(join(environment.folder, "lib"));
      const site = join(environment.folder, "lib", python, "site-packages");
      const info = readdirSync(site).find((name) => /^lib-.*\.dist-info$/.test(name)) ?? "";
      return JSON.parse(readFileSync(join(site, info, "direct_url.json"), "utf8"));
    },
  };
}

describe("what is named", () => {
  test("all forms of revisions are commits, which direct_url.json and freeze name", { timeout }, async () => {
    const { repository, install, directUrl, freeze } = await makeWorld();
    const old = repository.first;
    repository.git("tag", "v1");
    repository.git("tag", "-a", "v1.0", "-m", "one");
    repository.git("branch", "feature/x");
    repository.git("update-ref", "refs/pull/7/head", old);
    const next = repository.commit({ ...lib, version: "2.0" });
    const forms: readonly (readonly [revision: string, commit: string])[] = [
      ["", next],
      ["main", next],
      ["v1", old],
      ["v1.0", old],
      ["feature/x", old],
      ["refs/pull/7/head", old],
      ["refs/tags/v1", old],
      [old, old],
      [old.slice(0, 9), old],
    ];
    const frozen = (commit: string) => [`lib @ git+file://${repository.folder}@${commit}`];
    for (const [revision, commit] of forms) {
      await install(`lib @ ${repository.url(revision)}`, "--reinstall");
      const requested = revision === "" ? {} : { requested_revision: revision };
      expect([revision, directUrl(), await freeze()]).toEqual([
        revision,
        { url: `file://${repository.folder}`, vcs_info: { vcs: "git", ...requested, commit_id: commit } },
        frozen(commit),
      ]);
    }
  });

  test("spellings of files and of the command line mean the same", { timeout }, async () => {
    const { world, repository, uninstall, install, freeze } = await makeWorld();
    const inner = world.project("several", { name: "inner", version: "3.0" }, "a b/inner");
    const url = repository.url("main");
    const pinned = [`lib @ git+file://${repository.folder}@${repository.first}`];
    const file = world.write("egg.txt", `${url}#egg=lib\n`);
    for (const words of [[url], [`lib@${url}`], [`${url}#egg=lib`], [`lib[some] @ ${url}`], ["-r", file]]) {
      await install(...words);
      expect([words, await freeze()]).toEqual([words, pinned]);
      await uninstall("lib");
      expect(await freeze()).toEqual([]);
    }
    const both = world.write(
      "both.txt",
      `# from git\nlib @ ${url} ; python_version > "3" # the branch\n${inner.url()}#egg=inner&subdirectory=a%20b/inner\nnothing @ ${inner.url()} ; python_version < "3"\n`,
    );
    await install("-r", both);
    const innerPinned = `inner @ git+file://${inner.folder}@${inner.first}#subdirectory=a%20b/inner`;
    expect(await freeze()).toEqual([innerPinned, ...pinned]);
  });

  test("requirements of distributions may be from git, and constraints may say from where", { timeout }, async () => {
    const { world, repository, install, freeze } = await makeWorld();
    const app = world.project("app", { name: "app", version: "1", requires: [`lib @ ${repository.url("main")}`] });
    await install(app.url());
    const pinned = [
      `app @ git+file://${app.folder}@${app.first}`,
      `lib @ git+file://${repository.folder}@${repository.first}`,
    ];
    expect(await freeze()).toEqual(pinned);
    const second = await world.environment("second");
    const there = commandsFor(world, second);
    await there.install("lib", "-c", world.write("constraints.txt", `lib @ ${repository.url()}\n`));
    expect(await there.freeze()).toEqual(pinned.slice(1));
  });

  test("two repositories whose names differ by .git are two", { timeout }, async () => {
    const { world, repository, install, freeze } = await makeWorld();
    const other = world.project("lib.git", { name: "other", version: "1" });
    await install(repository.url("main"), other.url("main"));
    expect(await freeze()).toEqual([
      `lib @ git+file://${repository.folder}@${repository.first}`,
      `other @ git+file://${other.folder}@${other.first}`,
    ]);
  });

  test("what is wrong is told with its code, and by the file and line where there is one", { timeout }, async () => {
    const { world, environment, repository } = await makeWorld();
    let files = 0;
    const file = (text: string) => ["-r", world.write(`wrong${files++}.txt`, `# a comment\n${text}\n`)];
    const cases: readonly (readonly [words: readonly string[], code: string, told: RegExp])[] = [
      [[repository.url("nope")], "MURRE_REVISION_NOT_FOUND", /no branch and no tag nope/],
      [[repository.url("0".repeat(40))], "MURRE_REVISION_NOT_FOUND", /0{40}/],
      [[`git+file://${world.folder}/none`], "MURRE_REPOSITORY_NOT_FOUND", /none/],
      [["hg+https://host/p"], "MURRE_UNSUPPORTED_VCS", /Mercurial/],
      [file("svn+ssh://host/p#egg=p"), "MURRE_UNSUPPORTED_VCS", /wrong\d\.txt:2.*Subversion/s],
      [["git+git@host:o/p.git"], "MURRE_INVALID_VCS_URL", /git\+ssh:\/\/git@host\/o\/p\.git/],
      [file("lib @ git+ext::sh"), "MURRE_INVALID_VCS_URL", /wrong\d\.txt:2/],
      [[`other @ ${repository.url()}`], "MURRE_UNSUPPORTED_REQUIREMENT", /it holds lib, and not other/],
      [[`lib @ ${repository.url()}#subdirectory=nowhere`], "MURRE_NO_SOURCE_TREE", /nowhere/],
      ...[`lib @ ${repository.url()}`, `${repository.url()}#egg=lib`, repository.url()].map(
        (line) =>
          [
            [...file(line), "--require-hashes"],
            "MURRE_HASH_REQUIRED",
            /wrong\d\.txt:2.*a repository has no hash/,
          ] as const,
      ),
      [file(`-e ${repository.url()}#egg=lib`), "MURRE_EDITABLE_UNSUPPORTED", /src\/lib.*no such hook/],
      [[`-e`, repository.url()], "MURRE_EDITABLE_UNSUPPORTED", /src\/lib.*no such hook/],
    ];
    for (const [words, code, told] of cases) {
      const { code: status, stderr } = await world.pip(["install", ...words, "-p", environment.folder]);
      expect([words, status, stderr]).toEqual([words, 1, expect.stringContaining(code)]);
      expect([words, stderr]).toEqual([words, expect.stringMatching(told)]);
    }
    const noGit = await world.pip(["install", repository.url(), "-p", environment.folder], { PATH: "/nowhere" });
    expect([noGit.code, noGit.stderr]).toEqual([1, expect.stringContaining("MURRE_GIT_NOT_FOUND")]);
  });
});

describe("an editable repository", () => {
  const written = [
    ["-e URL#egg=lib", "-e "],
    ["--editable=URL#egg=Lib", "--editable="],
    ["-e lib @ URL", "-e lib @ "],
    ["-e URL", "-e "],
  ] as const;

  test.each(written)("as an ordinary one where nothing is to be editable: %s", { timeout }, async (form, before) => {
    const { world, repository, install, freeze } = await makeWorld();
    world.write("r.txt", `${before}${form.slice(before.length).replace(/(lib @ )?URL/, repository.url())}\n`);
    const frozen = [`lib @ git+file://${repository.folder}@${repository.first}`];
    await install("-r", "r.txt", "--no-editable");
    expect(await freeze()).toEqual(frozen);
    const { stdout } = succeeded(
      await world.pip(["compile", "r.txt", "--no-header", "--no-annotate"], { MURRE_NO_EDITABLE: "1" }),
    );
    expect(stdout.trim().split("\n")).toEqual(frozen);
  });
});

describe("what is installed stays", () => {
  test("a branch that moved is noticed when somebody asks for it, and not otherwise", { timeout }, async () => {
    const { world, repository, pip, install, freeze } = await makeWorld();
    const branch = `lib @ ${repository.url("main")}`;
    const file = world.write("wanted.txt", `${branch}\n`);
    await install(branch);
    let commit = repository.first;
    let version = 1;
    const notAsking: readonly (readonly string[])[] = [
      ["install", branch],
      ["install", "-r", file],
      ["install", branch, "--upgrade-package", "other"],
      ["install", branch, "--refresh-package", "other"],
      ["sync", file],
    ];
    const asking: readonly (readonly string[])[] = [
      ["install", branch, "--refresh"],
      ["install", branch, "--refresh-package", "lib"],
      ["install", branch, "--upgrade"],
      ["install", branch, "--upgrade-package", "Lib"],
      ["install", branch, "--reinstall"],
      ["install", "-U", "-r", file],
      ["sync", file, "--refresh"],
    ];
    const pinned = () => [`lib @ git+file://${repository.folder}@${commit}`];
    for (const [round, words] of asking.entries()) {
      world.work();
      const next = repository.commit({ ...lib, version: `${++version}` });
      for (const quiet of round === 0 ? notAsking : notAsking.slice(0, 1)) {
        await pip(...quiet);
        expect([quiet, await freeze()]).toEqual([quiet, pinned()]);
      }
      expect(world.work()).toEqual({ fetches: 0, lookups: 0, wheels: [] });
      commit = next;
      await pip(...words);
      expect([words, await freeze()]).toEqual([words, pinned()]);
      expect([words, world.work()]).toEqual([words, { fetches: 1, lookups: 1, wheels: [`lib ${version}`] }]);
    }
    await install(`lib @ ${repository.url()}`);
    await install(`lib @ ${repository.url(repository.first)}`);
    expect(await freeze()).toEqual([`lib @ git+file://${repository.folder}@${repository.first}`]);
  });

  test("what was frozen is installed again, without git where its wheel is in the cache", { timeout }, async () => {
    const { world, repository, install, pip, freeze, directUrl } = await makeWorld();
    await install(`lib @ ${repository.url("main")}`);
    const frozen = await freeze();
    const file = world.write("frozen.txt", `${frozen.join("\n")}\n`);
    repository.commit({ ...lib, version: "2.0" });
    world.work();
    const second = commandsFor(world, await world.environment("second"));
    for (const there of [second, commandsFor(world, await world.environment("third"))]) {
      await there.pip(...(there === second ? ["install", "-r", file] : ["sync", file]), "--offline");
      expect(await there.freeze()).toEqual(frozen);
      expect(there.directUrl()).toMatchObject({ vcs_info: { commit_id: repository.first } });
    }
    expect(world.work()).toEqual({ fetches: 0, lookups: 0, wheels: [] });
    await pip("sync", file);
    expect([await freeze(), directUrl()]).toEqual([
      frozen,
      expect.objectContaining({ vcs_info: expect.objectContaining({ commit_id: repository.first }) }),
    ]);
  });
});

describe("other commands", () => {
  test("compile --generate-hashes writes none for it, and some for what it needs", { timeout }, async () => {
    const { world, repository } = await makeWorld();
    const tool = world.project(
      "tool",
      { name: "tool", version: "1", requires: ["toy-backend"], isStatic: true },
      "in/it",
    );
    world.write("r.in", `lib @ ${repository.url()}\n${tool.url("main")}#subdirectory=in/it&egg=tool\n`);
    const { stdout } = succeeded(
      await world.pip(["compile", "r.in", "--generate-hashes", "--no-header", "--no-annotate"]),
    );
    expect(stdout.replace(/sha256:[0-9a-f]{64}/g, "sha256:…")).toBe(
      `lib @ git+file://${repository.folder}@${repository.first}
tool @ git+file://${tool.folder}@${tool.first}#subdirectory=in/it
toy-backend==1.0 \\
    --hash=sha256:…
`,
    );
  });

  test("download and wheel have one file each of it", { timeout }, async () => {
    const { world, repository, pip } = await makeWorld();
    const url = `lib @ ${repository.url("main")}`;
    await pip("wheel", url, "--wheel-dir", join(world.folder, "wheels"));
    expect(readdirSync(join(world.folder, "wheels"))).toEqual(["lib-1.0-py3-none-any.whl"]);
    await pip("download", url, "--dest", join(world.folder, "downloads"));
    expect(readdirSync(join(world.folder, "downloads"))).toEqual(["lib-1.0-py3-none-any.whl"]);
  });
});
