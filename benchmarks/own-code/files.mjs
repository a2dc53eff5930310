// node benchmarks/own-code/files.mjs: ten requirement files with -e and git+ lines, in the shapes that public projects have, installed by murre, uv and pip.
// It says what differs; where murre differs from both others, or from the one that can do it at all, it ends with 1.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { commit, contents, inWorld, run, uv, write, writeProject } from "./world.mjs";

/** The lines of `requirements.txt`, and of files beside it. REPO, MONO and COMMIT stand for a repository, one of several projects, and its commit. */
const shapes = {
  "an application with its own project": ["-e .", "web==1.0"],
  "extras of the own project, constrained": ["-c constraints.txt", "-e .[dev,docs]"],
  "a file that includes another": ["-r base.txt", "check", "-e ./libs/plain"],
  "a fork at a tag, with #egg=": ["git+REPO@v1#egg=fork", "web"],
  "a fork at a commit, by its name": ["fork @ git+REPO@COMMIT", "six<2"],
  "an editable fork of a branch": ["-e git+REPO@main#egg=fork"],
  "a folder of a large repository": ["git+MONO@main#egg=part&subdirectory=packages/part"],
  "an editable folder of a large repository": ["-e git+MONO#egg=part&subdirectory=packages/part", "docs"],
  "a fork under a marker, and one that is not wanted": [
    "fork @ git+REPO ; python_version > '3'",
    "no @ git+REPO@nowhere ; python_version < '3'",
  ],
  "folders by path and URL": ["./libs/plain", "-e file://FOLDER/libs/other[more]", "# a comment", "six # any"],
};

const tools = {
  murre: (python, cache) => [
    ["murre", "pip", "install", "--no-config", "--python", python],
    { MURRE_CACHE_DIR: cache },
  ],
  uv: (python, cache) => [[uv, "pip", "install", "--no-config", "--python", python], { UV_CACHE_DIR: cache }],
  pip: (python, cache) => [[python, "-m", "pip", "install", "--cache-dir", cache], {}],
};

let faults = 0;
await inWorld(async (world, index) => {
  writeProject(join(world, "fork"), { name: "fork", version: "1.5", needs: ["six"] });
  writeProject(join(world, "mono"), { name: "whole", version: "1.0" });
  writeProject(join(world, "mono/packages/part"), {
    name: "part",
    version: "0.3",
    needs: ["web"],
    extras: { more: ["docs"] },
  });
  const commitId = commit(join(world, "fork"));
  commit(join(world, "mono"));
  for (const [at, [title, lines]] of Object.entries(shapes).entries()) {
    const outcomes = {};
    for (const [tool, commandOf] of Object.entries(tools)) {
      const root = join(world, `${at}-${tool}`);
      mkdirSync(root);
      writeProject(root, {
        name: "application",
        version: "2.0",
        needs: ["six"],
        extras: { dev: ["check"], docs: ["docs"] },
      });
      writeProject(join(root, "libs/plain"), { name: "plain", version: "0.1" });
      writeProject(join(root, "libs/other"), { name: "other", version: "0.2", extras: { more: ["docs"] } });
      const text = lines
        .join("\n")
        .replaceAll("REPO", pathToFileURL(join(world, "fork")).href)
        .replaceAll("MONO", pathToFileURL(join(world, "mono")).href);
      write(root, {
        "requirements.txt": `${text.replaceAll("COMMIT", commitId).replaceAll("FOLDER", root)}\n`,
        "base.txt": "web\n-e .\n",
        "constraints.txt": "six<2\n",
      });
      await run(["python3", "-m", "venv", join(root, "env")], root);
      const python = join(root, "env/bin/python");
      const [words, env] = commandOf(python, join(world, `cache-${tool}`));
      const ended = await run([...words, "--index-url", index, "-r", "requirements.txt"], root, env);
      const found = (await contents(python, world)).join("; ");
      outcomes[tool] =
        ended.code === 0
          ? found
          : `refused: ${ended.stderr.trim().split("\n").slice(0, 2).join(" ").replaceAll(world, "…")}`;
    }
    const { murre, ...others } = outcomes;
    const able = Object.values(others).filter((outcome) => !outcome.startsWith("refused"));
    const isRight = able.includes(murre) || (able.length === 0 && murre.startsWith("refused"));
    if (!isRight) faults += 1;
    const isSame = Object.values(others).every((outcome) => outcome === murre);
    console.log(`\n${at + 1}. ${title}: ${isSame ? "all three the same" : isRight ? "two the same" : "murre DIFFERS"}`);
    for (const [tool, outcome] of Object.entries(isSame ? { all: murre } : outcomes))
      console.log(`   ${tool.padEnd(6)} ${outcome}`);
  }
});
console.log(`\n${faults} of ${Object.keys(shapes).length} where murre stands alone`);
process.exitCode = faults === 0 ? 0 : 1;
