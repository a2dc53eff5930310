// One process of test/one-build.slow.test.ts: installs what it is told, and prints its events and how it ended, one document a line.
import { createInstaller } from "@murre/installer";
import { homedir } from "node:os";
import { join } from "node:path";

const [, , folder, name, requirement] = process.argv;
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const installer = createInstaller({
  cacheFolder: join(folder, "cache"),
  cwd: folder,
  home: homedir(),
  env: process.env,
  platform: process.platform,
  version: "0.0.0",
  readStandardInput: async () => "",
  threads: 1,
  buildLogFolder: join(folder, "logs"),
});
try {
  await installer.venv({ path: name });
  await installer.install({
    python: join(folder, name),
    indexUrl: join(folder, "index/simple"),
    ignoreConfiguration: true,
    requirements: [requirement],
    onEvent: say,
  });
  say({ type: "done" });
} catch (error) {
  say({ type: "failed", code: error.code, message: error.message });
}
