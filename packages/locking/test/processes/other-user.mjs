// node other-user.mjs PRIVATE SHARED hold|try [refuse]: what another uid may do with a root that is not its own, and with one that all may write to.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { acquireLock, takeLease } from "../../dist/index.js";

const [privateRoot, sharedRoot, how, refuse] = process.argv.slice(2);
process.umask(0);
if (refuse !== undefined) refuseWritingIn(privateRoot);

const refusal = async (action) => {
  try {
    await action();
    return "allowed";
  } catch ({ code, cause }) {
    return `${code} ${cause?.code}`;
  }
};

const lease = takeLease(sharedRoot);
const folder = join(sharedRoot, "lock");
if (how === "hold") {
  await acquireLock({ folder, lease, mode: "write" });
  process.stdout.write("holds\n");
  setInterval(() => {}, 1000);
} else {
  const said = [
    await refusal(() => takeLease(privateRoot)),
    await refusal(() => acquireLock({ folder: join(privateRoot, "lock"), lease, mode: "read" })),
    await refusal(() => acquireLock({ folder, lease, mode: "write", timeoutMs: 300 })),
  ];
  process.stdout.write(JSON.stringify(said));
}

function refuseWritingIn(folder) {
  for (const call of ["openSync", "mkdirSync", "linkSync"]) {
    const original = fs[call];
    fs[call] = (path, ...rest) => {
      if (String(call === "linkSync" ? rest[0] : path).startsWith(`${folder}/`))
        throw Object.assign(new Error("EACCES"), { code: "EACCES", syscall: call });
      return original(path, ...rest);
    };
  }
  syncBuiltinESMExports();
}
