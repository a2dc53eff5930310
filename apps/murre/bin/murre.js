#!/usr/bin/env node
import module from "node:module";

// Node >= 22.1 keeps the compiled code of the bundle between runs.
module.enableCompileCache?.();
const { main } = await import("../dist/murre-cli.js");
await main();
