// Checks that every regular expression of the sources takes time in proportion to the text, by recheck, which builds the attack where one does not.
// What recheck says of an expression is kept below node_modules: it is asked once.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";
import { check } from "recheck";

const root = fileURLToPath(new URL("..", import.meta.url));
const house = JSON.parse(readFileSync(join(root, "scripts/house.json"), "utf8"));
const { version } = JSON.parse(readFileSync(join(root, "node_modules/recheck/package.json"), "utf8"));
const keptAt = join(root, `node_modules/.cache/murre-expressions-${version}.json`);

/** Where each expression stands. Those that are put together from texts are held by the tests that count the work of each reader. */
function expressionsOf(file, found) {
  const text = readFileSync(file, "utf8");
  const visit = (node) => {
    if (typeof node !== "object" || node === null) return;
    if (node.type === "Literal" && node.regex) {
      const place = `${relative(root, file)}:${text.slice(0, node.start).split("\n").length}`;
      found.set(node.raw, [...(found.get(node.raw) ?? []), place]);
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(parseSync(file, text).program);
}

function kept() {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(keptAt, "utf8"))));
  } catch {
    return new Map();
  }
}

const found = new Map();
for (const folder of house.order)
  for (const entry of readdirSync(join(root, folder, "src"), { recursive: true }))
    if (entry.endsWith(".ts") && !/\.(?:test|d|test\.data)\.ts$/.test(entry))
      expressionsOf(join(root, folder, "src", entry), found);

const known = kept();
const verdicts = {};
for (const expression of found.keys()) {
  const end = expression.lastIndexOf("/");
  const { status, complexity } =
    known.get(expression) ?? (await check(expression.slice(1, end), expression.slice(end + 1)));
  verdicts[expression] = { status, complexity: { summary: complexity?.summary } };
}
mkdirSync(dirname(keptAt), { recursive: true });
writeFileSync(keptAt, JSON.stringify(verdicts));

const bad = Object.entries(verdicts).filter(([, { status }]) => status !== "safe");
for (const [expression, { status, complexity }] of bad)
  console.error(
    `${found.get(expression).join(", ")}: ${expression} is ${status} (${complexity.summary ?? "not decided in time"})`,
  );
if (bad.length > 0) process.exitCode = 1;
else console.log(`${found.size} expressions take time in proportion to the text`);
