// Makes environments at one path until it is told enough: node create-environment-process.mjs INTERPRETER.json PATH EXISTING ROUNDS
import { readFileSync } from "node:fs";
import { createEnvironment } from "../dist/environment/create-environment.js";

const [, , description, path, existing, rounds] = process.argv;
const interpreter = JSON.parse(readFileSync(description, "utf8"));
process.stdout.write("ready\n");
let made = 0;
for (let round = 0; round < Number(rounds); round++) {
  try {
    createEnvironment(path, interpreter, { murreVersion: "1.0", existing });
    made++;
  } catch (error) {
    if (error.code !== "MURRE_ENVIRONMENT_EXISTS") {
      process.stderr.write(`${error.stack}\n`);
      process.exitCode = 1;
      break;
    }
  }
}
process.stdout.write(`made ${made}\n`);
