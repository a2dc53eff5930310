export { readmeExample, runReadmeExample, type ReadmeExample } from "./readme-example.ts";
export { temporaryFolder } from "./temporary-folder.ts";
export { makeWheel, writeWheel } from "./make-wheel.ts";
export {
  wheelFile,
  wheelFilename,
  wheelMetadata,
  wheelStem,
  type MemberContent,
  type RecordRow,
  type WheelSpec,
  type ZipForm,
} from "./wheel-spec.ts";
export { makeZip, type ZipMember } from "./make-zip.ts";
export { corruptMember, memberPlaces, patchMember, type MemberPatch, type MemberPlace } from "./patch-zip.ts";
export { indexedWheel, provenanceBy, writeIndex, type IndexedFile, type IndexOptions } from "./write-index.ts";
export { serveFolder, type Failure, type FolderServer, type ServedRequest, type ServeOptions } from "./serve-folder.ts";
export { countWork, superlinearInputs, type WorkCase } from "./count-work.ts";
export { runStorm, seededRandom, type StormOptions, type StormReport } from "./storm.ts";
export { serveProxy, type ProxyOptions, type ProxyServer } from "./serve-proxy.ts";
export { selfSigned } from "./self-signed.ts";
export { hostileWheelName, hostileWheels } from "./hostile-wheels.ts";
export { hostileSdists, type HostileSdist } from "./hostile-sdists.ts";
export type { HostileArchive, HostileJob } from "./hostile-zips.ts";
export { rawZip, type RawZipForm, type RawZipMember } from "./raw-zip.ts";
export { gnuLong, makeTarGz, pax, rawTar, type RawTarMember, type RawTarPart } from "./raw-tar.ts";
export {
  bytesReader,
  codesOf,
  fileReader,
  fuzzReader,
  mustRead,
  problemWith,
  shown,
  textReader,
  type FuzzedReader,
  type FuzzOptions,
} from "./fuzz-reader.ts";
export { mutate, mutationKinds, type Mutation } from "./mutations.ts";
export { withRightChecksums, withRightCrcs } from "./right-sums.ts";
export { guidedFuzz, type Finding, type GuidedOptions, type GuidedReport } from "./guided-fuzz.ts";
