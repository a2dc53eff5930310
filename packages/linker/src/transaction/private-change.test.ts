import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { first, second } from "../../test/committed-change.ts";
import { makeEnvironment } from "../../test/environment.ts";
import { mend, mendAfterEach, onCall } from "../../test/faulty-fs.ts";
import { changePrivately } from "./private-change.ts";

mendAfterEach();

describe("a change of an environment that nobody else knows", () => {
  test("is like any other, and leaves no state", async () => {
    const [alone, beside] = [makeEnvironment(), makeEnvironment()];
    const counts = await changePrivately(alone.plan([first]));
    expect(counts.cloned + counts.linked + counts.copied).toBe(6);
    await changePrivately(alone.plan([second], ["a"]));
    await beside.change([first]);
    await beside.change([second], ["a"]);
    expect(alone.snapshot()).toEqual(beside.snapshot());
    expect(existsSync(alone.state.folder)).toBe(false);
  });

  test.each<[string, Parameters<typeof onCall>[0], string]>([
    ["made ready", "writeFileSync", "RECORD"],
    ["carried out", "renameSync", "new.py"],
    ["carried out, at its last step", "renameSync", "a-2.0.dist-info"],
  ])("that is refused while it is %s is taken back, and leaves no state", async (_, call, name) => {
    const { plan, snapshot, state, site } = makeEnvironment();
    await changePrivately(plan([first]));
    const before = snapshot();
    const next = plan([second], ["a"]);
    onCall(call, (path, to) =>
      (call === "renameSync" ? to === `${site}/${name}` : path.endsWith(name)) ? "EDQUOT" : undefined,
    );
    await expect(changePrivately(next)).rejects.toMatchObject({
      code: "MURRE_LINK_FAILED",
      message: expect.stringContaining("EDQUOT"),
    });
    mend();
    expect([snapshot(), existsSync(state.folder)]).toEqual([before, false]);
    await changePrivately(plan([second], ["a"]));
    expect([readFileSync(`${site}/new.py`, "utf8"), readdirSync(site).includes("a-1.0.dist-info")]).toEqual([
      "2",
      false,
    ]);
  });
});
