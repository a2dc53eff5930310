import { describe, expect, test } from "vitest";
import { NothingRequired } from "../errors.ts";
import { describeError } from "./project-list.ts";

const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write" });

describe("what failed of one project is told with a code", () => {
  test.each<[string, unknown, string, string]>([
    ["its own", new NothingRequired(["a.txt"]), "MURRE_NOTHING_REQUIRED", "a.txt: "],
    ["that of the file system's refusals", full, "MURRE_FILE_SYSTEM", "the batches before it are installed"],
    ["one for all that have none", new TypeError("x is no function"), "MURRE_UNKNOWN", "x is no function"],
    ["the same where the code is no text", Object.assign(new Error("odd"), { code: 7 }), "MURRE_UNKNOWN", "odd"],
    ["the same for what is no error", "thrown", "MURRE_UNKNOWN", "thrown"],
  ])("%s", (_, error, code, message) => {
    const told = describeError(error);
    expect(told.code).toBe(code);
    expect(told.message).toContain(message);
  });
});
