// The floor in Node: the same mkdir and link calls in one plain loop, and nothing else. Usage: floor.mjs LIST TARGET
import { linkSync, mkdirSync, readFileSync } from "node:fs";

const [list, target] = process.argv.slice(2);
for (const line of readFileSync(list, "utf8").split("\n")) {
  if (line.startsWith("D ")) mkdirSync(`${target}/${line.slice(2)}`);
  else if (line.startsWith("L ")) {
    const tab = line.indexOf("\t");
    linkSync(line.slice(2, tab), `${target}/${line.slice(tab + 1)}`);
  }
}
