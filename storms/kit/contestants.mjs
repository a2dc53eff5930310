// murre and uv doing the same, with the same places: each command as its file and its arguments.
import { spawnSync } from "node:child_process";
import { murreBin } from "./processes.mjs";

/** uv: UV_BINARY, else the PATH's; undefined where there is none. */
export function findUv() {
  const file = process.env.UV_BINARY ?? "uv";
  return spawnSync(file, ["--version"]).status === 0 ? file : undefined;
}

const words = (text) => text.split(" ");

/** @param {{ indexes: string[], findLinks: string[] }} places */
export const murre = (places) => ({
  name: "murre",
  sync: (requirements, environment, cache) => ({
    file: process.execPath,
    args: [
      murreBin,
      "pip",
      "sync",
      requirements,
      "-p",
      environment,
      "--cache-dir",
      cache,
      "-q",
      ...murrePlaces(places),
    ],
  }),
  resolve: (requirements, environment, cache) => ({
    file: process.execPath,
    args: [
      murreBin,
      ...words("pip install --dry-run --json --only-binary :all: -q --resolve-anew"),
      "-r",
      requirements,
      "-p",
      environment,
      "--cache-dir",
      cache,
      ...murrePlaces(places),
    ],
  }),
  install: (words, environment, cache) => ({
    file: process.execPath,
    args: [murreBin, "pip", "install", ...words, "-p", environment, "--cache-dir", cache, "-q", ...murrePlaces(places)],
  }),
  list: (environment, cache) => ({
    file: process.execPath,
    args: [murreBin, "pip", "list", "-p", environment, "--cache-dir", cache],
  }),
  uninstall: (name, environment, cache) => ({
    file: process.execPath,
    args: [murreBin, "pip", "uninstall", name, "-y", "-q", "-p", environment, "--cache-dir", cache],
  }),
  verify: (cache) => ({ file: process.execPath, args: [murreBin, "cache", "verify", "--cache-dir", cache] }),
  clean: (cache, ...words) => ({
    file: process.execPath,
    args: [murreBin, "cache", "clean", ...words, "--cache-dir", cache],
  }),
  prune: (cache, ...words) => ({
    file: process.execPath,
    args: [murreBin, "cache", "prune", ...words, "--cache-dir", cache],
  }),
  version: () => ({ file: process.execPath, args: [murreBin, "--version"] }),
  venv: (python, environment, cache) => ({
    file: process.execPath,
    args: [murreBin, "venv", environment, "-p", python, "--cache-dir", cache, "-q"],
  }),
});

function murrePlaces({ indexes, findLinks }) {
  const [base, ...extra] = indexes;
  return [
    "--no-config",
    ...(base === undefined ? ["--no-index"] : ["--index-url", base]),
    ...extra.flatMap((url) => ["--extra-index-url", url]),
    ...findLinks.flatMap((place) => ["--find-links", place]),
  ];
}

export const uv = (file, { indexes, findLinks }) => {
  const [base, ...extra] = indexes;
  const places = [
    "--no-config",
    ...(base === undefined ? ["--no-index"] : ["--default-index", base]),
    ...extra.flatMap((url) => ["--index", url]),
    ...findLinks.flatMap((place) => ["--find-links", place]),
    "--index-strategy",
    "unsafe-best-match",
  ];
  return {
    name: "uv",
    sync: (requirements, environment, cache) => ({
      file,
      args: ["pip", "sync", requirements, "-p", environment, "--cache-dir", cache, "-q", ...places],
    }),
    resolve: (requirements, environment, cache) => ({
      file,
      args: [
        ...words("pip install --dry-run --only-binary :all: -q"),
        "-r",
        requirements,
        "-p",
        environment,
        "--cache-dir",
        cache,
        ...places,
      ],
    }),
    install: (words, environment, cache) => ({
      file,
      args: ["pip", "install", ...words, "-p", environment, "--cache-dir", cache, "-q", ...places],
    }),
    list: (environment, cache) => ({ file, args: ["pip", "list", "-p", environment, "--cache-dir", cache] }),
    uninstall: (name, environment, cache) => ({
      file,
      args: ["pip", "uninstall", name, "-q", "--no-config", "-p", environment, "--cache-dir", cache],
    }),
    clean: (cache, ...words) => ({ file, args: ["cache", "clean", ...words, "--no-config", "--cache-dir", cache] }),
    prune: (cache, ...words) => ({ file, args: ["cache", "prune", ...words, "--no-config", "--cache-dir", cache] }),
    version: () => ({ file, args: ["--version"] }),
    /** Prints `NAME==VERSION` lines. */
    pins: (requirements, environment, cache) => ({
      file,
      args: [
        ...words("pip compile --no-header --no-annotate --only-binary :all: -q"),
        requirements,
        "-p",
        environment,
        "--cache-dir",
        cache,
        ...places,
      ],
    }),
    venv: (python, environment, cache) => ({
      file,
      args: ["venv", "--no-config", "-q", "-p", python, environment, "--cache-dir", cache],
    }),
  };
};
