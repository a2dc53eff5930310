import { describe, expect, test } from "vitest";
import type { Interpreter } from "../interpreter/interpreter.ts";
import { describeRequest, mismatch, parsePythonRequest, writtenRequest } from "./python-request.ts";

describe("a -p argument is a version, specifiers, an implementation, a name or a path", () => {
  test.each([
    [undefined, { kind: "any" }],
    ["3", { kind: "version", release: [3], freeThreaded: false }],
    ["3.12", { kind: "version", release: [3, 12], freeThreaded: false }],
    ["3.12.1", { kind: "version", release: [3, 12, 1], freeThreaded: false }],
    ["312", { kind: "version", release: [3, 12], freeThreaded: false }],
    ["3.13t", { kind: "version", release: [3, 13], freeThreaded: true }],
    ["pypy", { kind: "version", implementation: "pypy", freeThreaded: false }],
    ["pypy@3.10", { kind: "version", implementation: "pypy", release: [3, 10], freeThreaded: false }],
    ["cpython3.11", { kind: "version", implementation: "cpython", release: [3, 11], freeThreaded: false }],
    ["pypy3", { kind: "version", implementation: "pypy", release: [3], freeThreaded: false }],
    ["cp311", { kind: "version", implementation: "cpython", release: [3, 11], freeThreaded: false }],
    ["PP3.10", { kind: "version", implementation: "pypy", release: [3, 10], freeThreaded: false }],
    ["cp", { kind: "name", executable: "cp" }],
    ["any", { kind: "any" }],
    ["default", { kind: "any" }],
    ["3.14rc2", { kind: "version", release: [3, 14, 0], prerelease: "rc2", freeThreaded: false }],
    ["3.14.0a1t", { kind: "version", release: [3, 14, 0], prerelease: "a1", freeThreaded: true }],
    ["3.13+freethreaded", { kind: "version", release: [3, 13], freeThreaded: true }],
    [
      "cpython-3.12.1-linux-x86_64-gnu",
      { kind: "version", implementation: "cpython", release: [3, 12, 1], freeThreaded: false },
    ],
    ["python3.11", { kind: "name", executable: "python3.11", release: [3, 11] }],
    ["python", { kind: "name", executable: "python", release: [] }],
    ["mypython", { kind: "name", executable: "mypython" }],
    ["./env", { kind: "path", path: "./env" }],
    [".venv", { kind: "path", path: ".venv" }],
    ["~/env", { kind: "path", path: "~/env" }],
    [" 3.12 ", { kind: "version", release: [3, 12], freeThreaded: false }],
    ["/my folders/env ", { kind: "path", path: "/my folders/env " }],
    ["/usr/bin/python3", { kind: "path", path: "/usr/bin/python3" }],
    ["C:\\Python312\\python.exe", { kind: "path", path: "C:\\Python312\\python.exe" }],
  ])("%s", (text, expected) => {
    expect(parsePythonRequest(text)).toEqual(expected);
  });
  test("specifiers are a set of PEP 440", () => {
    const request = parsePythonRequest(">=3.9,<3.12");
    expect(request.kind === "version" && request.specifiers?.contains("3.11.7")).toBe(true);
    expect(describeRequest(request)).toMatch(/^Python /);
  });
  test.each(["", "  ", ">=3.x", "~=3"])("%j is refused with the forms that are understood", (text) => {
    expect(() => parsePythonRequest(text)).toThrow(
      expect.objectContaining({ code: "MURRE_INVALID_PYTHON_REQUEST", message: expect.stringContaining("3.12.1") }),
    );
  });
});

describe("a pre-release is what its release will be, unless the request names one (uv)", () => {
  test.each([
    ["3.14", "3.14.0rc2", true],
    ["3.14.0", "3.14.0rc2", true],
    ["3.14.0rc2", "3.14.0rc2", true],
    ["3.14rc1", "3.14.0rc2", false],
    ["3.14.0rc2", "3.14.0", false],
    ["cpython@3.14rc2", "3.14.0rc2", true],
    [">=3.14", "3.14.0rc2", true],
    ["<3.14", "3.14.0rc2", false],
    [">=3.13,<3.15", "3.14.0a1", true],
    [">=3.14.0rc3", "3.14.0rc2", false],
    ["<3.14.0rc3", "3.14.0rc2", true],
    [">=3.14.1", "3.14.0rc2", false],
    ["python3.14", "3.14.0rc2", true],
  ])("%s and %s: %s", (request, version, fits) => {
    const interpreter = { version, implementation: "cpython", tagTarget: {} } as Interpreter;
    expect(mismatch(parsePythonRequest(request), interpreter) === undefined).toBe(fits);
  });
});

describe("a .python-version has one way of writing a request (uv)", () => {
  test.each([
    ["312", "3.12"],
    [" 3.11 ", "3.11"],
    ["3.13t", "3.13+freethreaded"],
    ["3.14.0rc2", "3.14rc2"],
    ["python3.11", "3.11"],
    ["python3", "3"],
    ["cpython3.11", "cpython@3.11"],
    ["cp311", "cpython@3.11"],
    ["CPython", "cpython"],
    ["pypy3.10", "pypy@3.10"],
    ["cpython-3.11-linux-x86_64-gnu", "cpython-3.11-linux-x86_64-gnu"],
    [">=3.8, <3.12", ">=3.8,<3.12"],
    ["any", "any"],
    ["/usr/bin/python3", "/usr/bin/python3"],
    ["./env", "./env"],
    ["python", undefined],
    ["foo", undefined],
    ["3.11,<3.12", undefined],
  ])("%s: %s", (request, expected) => {
    expect(writtenRequest(request)).toBe(expected);
  });
});
