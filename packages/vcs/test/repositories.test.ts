import { maintainCache } from "@murre/cache";
import { serveFolder, type FolderServer } from "@murre/test-kit";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseVcsUrl } from "../src/index.ts";
import {
  blob,
  commitFiles,
  commitTree,
  git,
  gitEnvironment,
  makeRepository,
  makeWorld,
  type World,
} from "./repository-world.ts";

let world: World;
let remote: string;
let first: string;
beforeEach(() => {
  world = makeWorld();
  remote = join(world.folder, "remote");
  first = makeRepository(remote);
});
afterEach(() => world.remove());

const url = (revision = "") => `git+file://${remote}${revision === "" ? "" : `@${revision}`}`;
const fetches = () => world.events.filter(({ type }) => type === "fetching").length;

function shallowCopy(): string {
  git(world.folder, ["clone", "--quiet", "--depth=1", `file://${remote}`, "shallow"]);
  return join(world.folder, "shallow");
}

const servers: FolderServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function dumbServer(): Promise<string> {
  git(world.folder, ["clone", "--quiet", "--mirror", remote, "served/project.git"]);
  git(join(world.folder, "served/project.git"), ["update-server-info"]);
  const server = await serveFolder(join(world.folder, "served"));
  servers.push(server);
  return `git+${server.url}/project.git`;
}

describe("references", () => {
  test.each([
    ["", "HEAD"],
    ["main", "a branch"],
    ["v1", "a tag"],
    ["v2", "an annotated tag"],
    ["refs/heads/main", "a whole name"],
    ["refs/pull/7/head", "a reference of another kind"],
    ["heads/main", "a part of one"],
    ["both", "a branch before a tag"],
  ])("%j is %s", async (revision) => {
    git(remote, ["tag", "v1"]);
    git(remote, ["tag", "-a", "v2", "-m", "two"]);
    git(remote, ["update-ref", "refs/pull/7/head", first]);
    git(remote, ["branch", "both"]);
    git(remote, ["tag", "both", commitTree(remote, [], "other")]);
    expect(await world.open().resolve(parseVcsUrl(url(revision)))).toBe(first);
  });

  test("a commit is itself, whole and in capitals, and asks nobody; its beginning is looked up", async () => {
    const repositories = world.open({ env: { PATH: "" } });
    expect(await repositories.resolve(parseVcsUrl(url(first)))).toBe(first);
    expect(await repositories.resolve(parseVcsUrl(url(first.toUpperCase())))).toBe(first);
    expect(await world.open().resolve(parseVcsUrl(url(first.slice(0, 8))))).toBe(first);
  });

  test("an unadvertised commit is fetched by its name", async () => {
    const lost = commitTree(remote, [`100644 blob ${blob(remote, "x")}\tx.txt`], "gone");
    git(remote, ["branch", "-D", "gone"]);
    const { tree } = await world.checkOut(url(lost));
    expect(readdirSync(tree)).toContain("x.txt");
  });

  test.each([
    [() => url("nope"), "MURRE_REVISION_NOT_FOUND"],
    [() => url("0123456"), "MURRE_REVISION_NOT_FOUND"],
    [() => url("0".repeat(39) + "1"), "MURRE_REVISION_NOT_FOUND"],
    [() => `git+file://${world.folder}/none`, "MURRE_REPOSITORY_NOT_FOUND"],
    [() => "git+git://127.0.0.1:1/a", "MURRE_REPOSITORY_UNREACHABLE"],
    [() => "git+http://127.0.0.1:1/a", "MURRE_REPOSITORY_UNREACHABLE"],
  ])("what is not there is told (%#)", async (place, code) => {
    await expect(world.checkOut(place())).rejects.toMatchObject({ code });
  });

  test("an empty repository, a missing git and no network are told", async () => {
    const empty = join(world.folder, "empty");
    mkdirSync(empty);
    git(empty, ["init", "--quiet"]);
    await expect(world.checkOut(`git+file://${empty}`)).rejects.toThrow("no commits");
    await expect(world.checkOut(url("main"), { env: { PATH: "/nowhere" } })).rejects.toMatchObject({
      code: "MURRE_GIT_NOT_FOUND",
    });
    const away = { offline: true };
    await expect(world.checkOut("git+http://127.0.0.1:1/a@main", away)).rejects.toMatchObject({
      code: "MURRE_REPOSITORY_OFFLINE",
    });
  });
});

describe("fetching", () => {
  test("a commit is fetched once, alone, and an operation that comes later finds it", async () => {
    commitFiles(remote, { "b.txt": "two\n" });
    const { tree } = await world.checkOut(url("main"));
    expect(git(tree, ["rev-list", "--count", "HEAD"])).toBe("1");
    await world.checkOut(url("main"));
    expect(fetches()).toBe(1);
    expect(git(tree, ["status", "--porcelain"])).toBe("");
  });

  test("operations side by side fetch once", async () => {
    const trees = await Promise.all(Array.from({ length: 4 }, () => world.checkOut(url("main"))));
    expect(fetches()).toBe(1);
    for (const { tree } of trees) expect(readFileSync(join(tree, "a.txt"), "utf8")).toBe("one\n");
  });

  test("the history comes when it is asked for, with tags", async () => {
    git(remote, ["tag", "v1.0"]);
    git(remote, ["config", "uploadpack.allowFilter", "true"]);
    const commit = commitFiles(remote, { "b.txt": "two\n" });
    const repositories = world.open();
    const request = { url: parseVcsUrl(url("main")), commit, destination: join(world.folder, "tree") };
    await repositories.checkOut(request);
    await repositories.addHistory(request);
    expect(git(request.destination, ["describe", "--tags", "--dirty"])).toMatch(/^v1\.0-1-g[0-9a-f]+$/);
    expect(git(request.destination, ["rev-list", "--count", "HEAD"])).toBe("2");
  });

  // git would fetch in a circle, one process below the other.
  test.each([
    ["a shallow one", async () => `git+file://${shallowCopy()}`, "1"],
    ["one behind a server of files", dumbServer, "2"],
  ])("the history of %s is what it has", async (_, start, count) => {
    git(remote, ["config", "uploadpack.allowFilter", "true"]);
    const commit = commitFiles(remote, { "b.txt": "two\n" });
    const repositories = world.open();
    const written = parseVcsUrl(await start());
    const request = { url: written, commit, destination: join(world.folder, "tree") };
    expect(await repositories.resolve(written)).toBe(commit);
    await repositories.checkOut(request);
    await repositories.addHistory(request);
    expect(git(request.destination, ["rev-list", "--count", "HEAD"])).toBe(count);
    expect(git(request.destination, ["status", "--porcelain"])).toBe("");
  });

  test("cleaning at any time takes nothing from an operation, and the next one fetches again", async () => {
    const cache = maintainCache(join(world.folder, "cache"));
    const cleaning = (async () => {
      for (let i = 0; i < 20; i++) await cache.clean();
    })();
    await Promise.all([world.checkOut(url("main")), world.checkOut(url(first)), cleaning]);
    const { tree } = await world.checkOut(url("main"));
    await cache.clean();
    expect(git(tree, ["status", "--porcelain"])).toBe("");
    expect(readdirSync(join(world.folder, "cache/v1"))).not.toContain("repositories");
  });

  test("a copy that was damaged is made again", async () => {
    await world.checkOut(url("main"));
    const copies = join(world.folder, "cache/v1/repositories");
    const [copy = ""] = readdirSync(copies);
    writeFileSync(join(copies, copy, "config"), "[core]\n\tsshCommand = false\n\tfsmonitor = false\n[broken");
    const object = blob(remote, "one\n");
    const file = join(copies, copy, "objects", object.slice(0, 2), object.slice(2));
    chmodSync(file, 0o600);
    writeFileSync(file, "no object");
    const { tree } = await world.checkOut(url("main"));
    expect(readFileSync(join(tree, "a.txt"), "utf8")).toBe("one\n");
  });

  test("variables of a hook's repository, and a user's configuration, change nothing of the files", async () => {
    commitFiles(remote, { "c.txt": "a\nb\n" });
    const global = join(world.folder, "gitconfig");
    writeFileSync(global, "[core]\n\tautocrlf = true\n");
    const env = {
      ...gitEnvironment,
      GIT_DIR: "/nowhere",
      GIT_WORK_TREE: "/nowhere",
      GIT_INDEX_FILE: "/nowhere/x",
      GIT_CONFIG_GLOBAL: global,
    };
    const { tree } = await world.checkOut(url("main"), { env });
    expect(readFileSync(join(tree, "c.txt"), "utf8")).toBe("a\nb\n");
  });

  test("another spelling of URLs in the user's configuration is followed", async () => {
    const global = join(world.folder, "gitconfig");
    writeFileSync(global, `[url "file://${remote}"]\n\tinsteadOf = file:///not/there\n`);
    const { commit } = await world.checkOut("git+file:///not/there@main", {
      env: { ...gitEnvironment, GIT_CONFIG_GLOBAL: global },
    });
    expect(commit).toBe(first);
  });
});

describe("hostile repositories", () => {
  const marker = () => join(world.folder, "was-run");

  test("neither hooks, filters nor watchers run", async () => {
    const run = `touch ${marker()}`;
    commitFiles(remote, {
      ".gitattributes": "* filter=evil\n",
      ".githooks/post-checkout": `#!/bin/sh\n${run}\n`,
      "f.txt": "x\n",
    });
    const global = join(world.folder, "gitconfig");
    writeFileSync(
      global,
      `[filter "evil"]\n\tsmudge = ${run}; cat\n\tprocess = ${run}\n[core]\n\thooksPath = .githooks\n\tfsmonitor = ${run}\n`,
    );
    const template = join(world.folder, "template");
    mkdirSync(join(template, "hooks"), { recursive: true });
    writeFileSync(join(template, "hooks/post-checkout"), `#!/bin/sh\n${run}\n`, { mode: 0o755 });
    const env = { ...gitEnvironment, GIT_CONFIG_GLOBAL: global, GIT_TEMPLATE_DIR: template };
    const { tree } = await world.checkOut(url("main"), { env });
    expect(readFileSync(join(tree, "f.txt"), "utf8")).toBe("x\n");
    expect(existsSync(marker())).toBe(false);
  });

  test.each([".GIT", ".Git", "git~1", ".git ", ".g\u200cit"])("a folder %j is refused", async (name) => {
    const inner = git(remote, ["mktree"], `100644 blob ${blob(remote, "[core]\n")}\tconfig\n`);
    commitTree(remote, [`040000 tree ${inner}\t${name}`], "evil");
    await expect(world.checkOut(url("evil"))).rejects.toMatchObject({ code: "MURRE_UNSAFE_REPOSITORY" });
  });

  test("links that lead out are left out and told; what git knows of the files stays right", async () => {
    symlinkSync("a.txt", join(remote, "inside"));
    symlinkSync("/etc/passwd", join(remote, "absolute"));
    symlinkSync("../../outside", join(remote, "above"));
    symlinkSync(".", join(remote, "here"));
    symlinkSync("here/here/here/../../..", join(remote, "winding"));
    symlinkSync(".git/config", join(remote, "configuration"));
    commitFiles(remote, {});
    const { tree } = await world.checkOut(url("main"));
    expect(readFileSync(join(tree, "inside"), "utf8")).toBe("one\n");
    for (const name of ["absolute", "above", "winding", "configuration"])
      expect(lstatSync(join(tree, name), { throwIfNoEntry: false })).toBeUndefined();
    expect(git(tree, ["status", "--porcelain"])).toBe("");
    expect(world.events.filter(({ type }) => type === "left-out")).toHaveLength(1);
  });

  test("submodules come with their own, by relative and absolute URLs", async () => {
    const [inner, middle] = [join(world.folder, "inner"), join(world.folder, "middle")];
    makeRepository(inner, { "inner.txt": "i\n" });
    makeRepository(middle, { "middle.txt": "m\n" });
    git(middle, ["submodule", "add", "--quiet", "../inner", "deep/in"]);
    commitFiles(middle, {});
    git(remote, ["submodule", "add", "--quiet", `file://${middle}`, "mid"]);
    commitFiles(remote, {});
    const { tree } = await world.checkOut(url("main"));
    expect(readFileSync(join(tree, "mid/deep/in/inner.txt"), "utf8")).toBe("i\n");
  });

  test.each([
    ["ext::sh -c 'touch was-run'", "sub"],
    ["--upload-pack=touch was-run", "sub"],
    ["../none/../../..", "sub"],
    [undefined, "sub"],
  ])("a submodule at %s is refused", async (place, path) => {
    const modules = place === undefined ? "" : `[submodule "x"]\n\tpath = ${path}\n\turl = ${JSON.stringify(place)}\n`;
    commitTree(
      remote,
      [`100644 blob ${blob(remote, modules)}\t.gitmodules`, `160000 commit ${first}\t${path}`],
      "evil",
    );
    await expect(world.checkOut(url("evil"))).rejects.toMatchObject({ code: "MURRE_UNSAFE_REPOSITORY" });
    expect(existsSync(marker())).toBe(false);
  });

  test("a submodule whose folder is a link, or git's own, is nowhere written", async () => {
    const outside = join(world.folder, "outside");
    mkdirSync(outside);
    const modules = blob(
      remote,
      `[submodule "x"]\n\tpath = link/sub\n\turl = file://${remote}\n[submodule "../../x"]\n\tpath = .git/hooks\n\turl = file://${remote}\n`,
    );
    const link = blob(remote, outside);
    commitTree(remote, [`100644 blob ${modules}\t.gitmodules`, `120000 blob ${link}\tlink`], "evil");
    const { tree } = await world.checkOut(url("evil"));
    expect(readdirSync(outside)).toEqual([]);
    expect(existsSync(join(tree, ".git/hooks"))).toBe(false);
  });
});
