// A folder to upload to a service that runs Python 3.12 on ARM, made on any machine: no such Python has to be there.
// node serverless.mjs FOLDER REQUIREMENT…
import { createMurre } from "murre";

const [folder, ...requirements] = process.argv.slice(2);
const murre = createMurre();
const where = { pythonVersion: "3.12", pythonPlatform: "aarch64-manylinux_2_28" };

// Nothing can be built for another platform, so that what has no wheel is an error here and not on the service.
const { distributions } = await murre.resolve({ ...where, requirements, onlyBinary: [":all:"] });
for (const { name, version, filename } of distributions) console.log(`${name} ${version}: ${filename}`);

const { added } = await murre.install({ ...where, requirements, onlyBinary: [":all:"], target: folder });
console.log(`${added.length} in ${folder}`);
