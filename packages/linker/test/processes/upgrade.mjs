// Upgrades `a` of an environment that the test has made in this folder, as the test's own `change` does, in a process of its own: `node upgrade.mjs FOLDER`.
import { decodeWheelManifest } from "@murre/cache";
import { environmentState, openFolders, planChange, planRemoval, viewEnvironment, withWriter } from "@murre/linker";
import { takeLease } from "@murre/locking";
import { parseRecord } from "@murre/wheel";
import { readFileSync } from "node:fs";

const [, , folder] = process.argv;
const env = `${folder}/env`;
const site = `${env}/lib/site-packages`;
const destination = {
  schemes: { purelib: site, platlib: site, scripts: `${env}/bin`, headers: `${env}/include`, data: env },
  executable: "/env/bin/python",
  platform: "linux",
  boundary: env,
};
const recorded = (name) => {
  const distInfo = `${site}/${name}-1.0.dist-info`;
  const record = parseRecord(readFileSync(`${distInfo}/RECORD`, "utf8"));
  return { name, version: "1.0", sitePackages: site, distInfo, record };
};
const filesFolder = `${folder}/store-2.0/a/pkg`;
const manifest = decodeWheelManifest(readFileSync(`${filesFolder}/../manifest`));
const wheel = {
  name: "a",
  version: "2.0",
  requested: false,
  entry: { id: "a", sha256: "0".repeat(64), filesFolder, manifest },
};

const lease = takeLease(`${folder}/cache`);
const options = { lease, subject: env, command: "test", platform: "linux", isTemporary: false };
await withWriter(environmentState(destination), options, (writer) => {
  const folders = openFolders(destination);
  const view = viewEnvironment(folders, () => [recorded("b")]);
  const removal = planRemoval(recorded("a"), folders, () => false);
  const plan = planChange(destination, [wheel], [removal], view, writer.renames);
  return writer.commit(plan, { mode: "hardlink", workers: undefined, validate: () => true });
});
lease.release();
