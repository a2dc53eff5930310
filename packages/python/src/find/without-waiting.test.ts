import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeMachine } from "../../test/fake-machine.ts";
import { findInterpreter } from "./find-interpreter.ts";
import { withoutWaiting } from "./without-waiting.ts";

let machine: FakeMachine;
beforeEach(() => void (machine = new FakeMachine()));
afterEach(() => machine.remove());

/** A program at `path` that is this shell script. */
function script(path: string, text: string): string {
  const file = machine.write(path, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** One that answers the probe as a Python of this version, as `FakeMachine` has it. */
function python(path: string, version: string, before = ""): string {
  const file = machine.install(path, version);
  const answer = machine.answers.get(file);
  return script(path, `${before}\ncat <<'END'\n${answer}\nEND`);
}

const surroundings = (...folders: string[]) => {
  const { run: _, ...context } = machine.context({
    PATH: `${folders.map((folder) => join(machine.home, folder)).join(":")}:/usr/bin:/bin`,
  });
  return context;
};

function find(request: string | undefined, context = surroundings(), signal?: AbortSignal) {
  return withoutWaiting(context, signal, (full) => findInterpreter(request, full, { preference: "system" }));
}

describe.skipIf(process.platform === "win32")("a search that does not hold up the event loop", () => {
  test("finds what the one that waits finds, past what does not work, and runs each program once", async () => {
    script("a/python3", `echo x >> "${machine.home}/runs"; echo "Segmentation fault" >&2; exit 139`);
    python("b/python3.9", "3.9.1", `echo x >> "${machine.home}/runs"`);
    const good = python("c/python3.12", "3.12.4", `echo x >> "${machine.home}/runs"`);
    const context = surroundings("a", "b", "c");
    const { executable } = await find(">=3.12.2,<3.12.5", context);
    expect(executable).toBe(good);
    expect(findInterpreter(">=3.12.2,<3.12.5", context, { preference: "system" }).executable).toBe(good);
  });

  test("the event loop turns while a program takes its time", async () => {
    const file = python("slow", "3.11.7", `while [ ! -e "${machine.home}/go" ]; do sleep 0.02; done`);
    const found = find(file);
    // Only a turn of the event loop lets it go on.
    setTimeout(() => machine.write("go", ""), 20);
    expect((await found).version).toBe("3.11.7");
  });

  test.each([
    ["never answers", "sleep 600"],
    ["ignores SIGTERM", "trap '' TERM; sleep 600"],
    ["leaves a child that holds its output", "sleep 600 & wait"],
  ])("a program that %s is ended by the signal, whose reason it is", async (_, text) => {
    const file = script("python", `echo $$ > "${machine.home}/pid"; ${text}`);
    const controller = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 50);
    await expect(find(file, surroundings(), controller.signal)).rejects.toBe(reason);
  });

  test("a signal that is aborted already starts nothing", async () => {
    const file = script("python", `touch "${machine.home}/started"`);
    await expect(find(file, surroundings(), AbortSignal.abort("no"))).rejects.toBe("no");
  });

  test.each([
    ["ends with an error", "echo broken >&2; exit 3", /it ended with 3:\n {4}broken/],
    ["is ended by a signal", "kill -9 $$", /could not be run to its end:\n {4}ended by SIGKILL/],
    ["says nothing of the kind", "echo hello", /is not JSON:\n {4}hello/],
    ["says more than any interpreter", "yes", /could not be run to its end:[^]*said more than/],
  ])("a program that %s is told as by the one that waits", async (_, text, message) => {
    const file = script("python", text);
    await expect(find(file)).rejects.toThrow(message);
  });
});
