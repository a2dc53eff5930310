import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { attested, identity, indexOf, wheelOf, type Claims, type IndexWorld } from "./attested-index.ts";
import { succeeded } from "./command-world.ts";

describe("what is installed", () => {
  const installed = async (index: IndexWorld, ...words: string[]) => {
    const { python } = await index.world.environment("env");
    const from = ["--no-config", "-i", `${index.server.url}/simple/`];
    succeeded(await index.world.murre("pip", "install", "-p", python, ...from, ...words));
    index.server.forget();
    return async (...more: string[]) => {
      const { stdout, stderr } = succeeded(await index.world.murre("pip", "show", "-p", python, "alpha", ...more));
      const lines = stdout.split("\n").filter((line) => /^(?:Provenance|Published-by):/.test(line));
      return { lines, stderr, stdout };
    };
  };
  const placeOf = ({ server }: IndexWorld) => `${server.url}/files/${wheelOf("alpha")}.provenance`;

  test("is shown with where it is said who published it, and with who that was where that is asked", async () => {
    await using index = await indexOf({ alpha: attested("alpha") });
    const show = await installed(index, "alpha");
    expect((await show()).lines).toEqual([`Provenance: ${placeOf(index)}`]);
    expect(index.server.requests).toEqual([]);
    const lines = [`Provenance: ${placeOf(index)}`, "Published-by: GitHub, repository o/alpha, workflow r.yml"];
    expect(await show("--attestations")).toMatchObject({ lines, stderr: "" });
    expect(index.asked()).toHaveLength(1);
    // From now on it is known.
    expect((await show()).lines).toEqual(lines);
    expect((await show("--attestations", "--offline")).lines).toEqual(lines);
    expect(index.asked()).toHaveLength(1);
    const { distributions } = JSON.parse((await show("--json")).stdout) as { distributions: readonly unknown[] };
    expect(distributions).toMatchObject([{ provenance: placeOf(index), publishers: [identity("alpha")] }]);
  });

  test("is shown with it also where the resolution was remembered", async () => {
    await using index = await indexOf({ alpha: attested("alpha") });
    await installed(index, "alpha");
    const other = await index.world.environment("other");
    const from = ["--no-config", "-i", `${index.server.url}/simple/`];
    succeeded(await index.world.murre("pip", "install", "-p", other.python, ...from, "alpha"));
    const { stdout } = succeeded(await index.world.murre("pip", "show", "-p", other.python, "alpha"));
    expect(stdout).toContain(`Provenance: ${placeOf(index)}\n`);
  });

  test("is shown without it where nobody said it, or something else stands there now", async () => {
    await using index = await indexOf({ alpha: attested("alpha"), beta: {} });
    const show = await installed(index, "alpha", "beta");
    expect((await show("beta")).lines).toHaveLength(1);
    const site = /^Location: (.*)$/m.exec((await show()).stdout)?.[1];
    writeFileSync(join(site ?? "", "alpha-1.0.dist-info/direct_url.json"), "{}");
    expect((await show("--attestations")).lines).toEqual([]);
    expect(index.server.requests).toEqual([]);
  });

  test.each<[string, Claims, string]>([
    ["missing", { provenanceUrl: "../../files/none.provenance" }, "404"],
    ["no JSON", { provenance: "<html>" }, "it is no JSON"],
    ["no answer", { provenanceUrl: "http://127.0.0.1:9/x" }, "cannot be reached"],
  ])("is shown with one warning where that is %s", async (_, claims, reason) => {
    await using index = await indexOf({ alpha: claims });
    const show = await installed(index, "alpha");
    const { lines, stderr } = await show("--attestations", "--retries", "0");
    expect(lines).toEqual([expect.stringMatching(/^Provenance: http/)]);
    expect(stderr.match(/warning/g)).toHaveLength(1);
    expect(stderr).toContain(reason);
  });
});
