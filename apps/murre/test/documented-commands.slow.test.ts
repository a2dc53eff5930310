import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandsOfPip } from "./commands-of-pip.test.data.ts";
import { commandsOfUv } from "./commands-of-uv.test.data.ts";
import { typed } from "./documented-commands.ts";
import { DocumentedWorld, surprises } from "./documented-world.ts";

const documentedPages = [...commandsOfUv, ...commandsOfPip];
let world: DocumentedWorld;
beforeAll(async () => void (world = await DocumentedWorld.open()));
afterAll(() => world.close());

// What is documented for a POSIX shell.
describe.skipIf(process.platform === "win32").concurrent.each(documentedPages)("$page", ({ commands }) => {
  test.each(commands)("$command", async (one) => {
    const isRefused = "refused" in one;
    const expected = isRefused ? { ...one, code: 2, expects: "", says: /^error: /m } : one;
    const { folder, result } = await world.run(expected);
    expect(surprises(expected, folder, result)).toEqual([]);
    expect(result.stderr).toContain(isRefused ? `error: ${one.refused} (MURRE_USAGE)\n` : "");
  });
});

test("every row looks at something", () => {
  const all = documentedPages.flatMap(({ commands }) => commands);
  expect(all.length).toBeGreaterThanOrEqual(60);
  const looks = ["refused", "installed", "prints", "says", "writes", "code"];
  expect(all.filter((one) => !looks.some((key) => key in one))).toEqual([]);
});

test("the document", async () => {
  const code = (text: string) =>
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => `\`${line.replaceAll("|", "\\|")}\``)
      .join("<br>");
  const sections = documentedPages.map(({ page, commands }) => {
    const rows = commands.map((one) => {
      const outcome = "refused" in one ? `absent: ${one.refused}` : one.expects;
      return `| ${code(one.command)} | ${code(typed(one.command))} | ${outcome} |\n`;
    });
    return `\n## ${page}\n\n| documented | typed | what comes of it |\n|---|---|---|\n${rows.join("")}`;
  });
  const document = `# Commands as the documentation of pip and uv has them

Whoever copies a command from there writes \`murre\` before \`pip\`, or for \`uv\`. Each of these is run by \`apps/murre/test/documented-commands.slow.test.ts\`
against a small index, repositories and folders of the same names, and what it leaves is compared with what stands here; \`vitest -u\` writes this page. What is absent ends
with exit code 2 and the sentence that stands here.
${sections.join("")}`;
  await expect(document).toMatchFileSnapshot("../../../docs/commands-of-pip-and-uv.md");
});
