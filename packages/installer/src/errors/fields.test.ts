import { describe, expect, test } from "vitest";
import {
  BuildOptionInvalid,
  HashRequired,
  NothingRequired,
  ResolutionOptionInvalid,
  UnsupportedRequirement,
  type InstallerError,
} from "../errors.ts";

describe("what an error says in words, its fields say to a program", () => {
  test.each<[InstallerError, string, object]>([
    [
      new HashRequired("demo", "it has none", "a.txt:3"),
      "a.txt:3: demo: it has none",
      { requirement: "demo", origin: "a.txt:3" },
    ],
    [
      new HashRequired("git+https://me:secret@host/x", "no hash", "the command line"),
      "the command line: git+https://me:****@host/x: no hash",
      { requirement: "git+https://me:****@host/x", origin: "the command line" },
    ],
    [
      new UnsupportedRequirement("demo @ https://me:secret@host/x.egg", "an egg", "a.txt:3"),
      "a.txt:3: demo @ https://me:****@host/x.egg: an egg",
      { requirement: "demo @ https://me:****@host/x.egg", origin: "a.txt:3" },
    ],
    [
      new NothingRequired(["a.txt", "b.txt"]),
      "a.txt, b.txt: no requirement is in there",
      { files: ["a.txt", "b.txt"] },
    ],
    [
      new BuildOptionInvalid("--build-timeout", "-1", "expected seconds"),
      "--build-timeout -1: expected seconds",
      { option: "--build-timeout", value: "-1" },
    ],
    [
      new ResolutionOptionInvalid("--python-version", "three", "expected a version"),
      "--python-version three: expected a version",
      { option: "--python-version", value: "three" },
    ],
    [
      new ResolutionOptionInvalid("MURRE_RESOLUTION", "newest", "expected one of highest, lowest"),
      "MURRE_RESOLUTION=newest: expected one of highest, lowest",
      { option: "MURRE_RESOLUTION", value: "newest" },
    ],
  ])("%s", (error, message, fields) => {
    expect(error.message).toContain(message);
    expect(error).toMatchObject(fields);
  });
});
