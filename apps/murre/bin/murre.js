#!/usr/bin/env node
"use strict";
const { join } = require("node:path");
const dist = join(__dirname, "../dist");
require(join(dist, "start.cjs")).start(dist, process.argv.slice(2));
