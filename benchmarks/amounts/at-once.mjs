// at-once.mjs COMMANDS.json: runs all of these commands at once, and fails when one of them does. Its processor time, with what it waited for, is theirs.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

const commands = JSON.parse(readFileSync(process.argv[2], "utf8"));
const ends = commands.map(
  ({ file, args }) =>
    new Promise((resolve) => spawn(file, args, { stdio: ["ignore", "ignore", "inherit"] }).on("close", resolve)),
);
const codes = await Promise.all(ends);
process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
