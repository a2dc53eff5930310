// Runs one namespace's share of a storm: node controller.mjs '<StormOptions as JSON>'; prints the report as JSON.
import { runStorm } from "@murre/test-kit";

process.stdout.write(JSON.stringify(await runStorm(JSON.parse(process.argv[2]))), () => process.exit(0));
