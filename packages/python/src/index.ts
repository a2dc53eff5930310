export { findInterpreter, type FindOptions } from "./find-interpreter.ts";
export { findPinnedInterpreter, type PinnedInterpreter } from "./find-pinned.ts";
export { findPythonVersionFile, type PythonVersionFile } from "./python-version-file.ts";
export type {
  InstallationSchemes,
  Interpreter,
  ProbeCache,
  ProgramResult,
  PythonContext,
  RunProgram,
} from "./interpreter.ts";
export { parsePythonRequest, type PythonRequest } from "./python-request.ts";
export { probeInterpreter } from "./probe.ts";
export { deriveEnvironment } from "./derive-environment.ts";
export { compileBytecode, type CompileOptions, type CompileReport } from "./compile-bytecode.ts";
export { readLauncherStubs, type LauncherStubs } from "./launcher-stubs.ts";
export { createEnvironment, type EnvironmentOptions } from "./create-environment.ts";
export { recoverEnvironment } from "./environment-swap.ts";
export type { DirectUrl } from "./direct-url.ts";
export {
  readAllInstalled,
  readDirectUrl,
  readInstalled,
  readInstalledEntryPoints,
  readInstalledMetadata,
  readInstalledRecord,
  readInstaller,
  readRequested,
  type InstalledDistribution,
} from "./installed.ts";
export {
  BrokenEnvironment,
  BytecodeNotCompiled,
  EnvironmentExists,
  EnvironmentNotCreated,
  InterpreterFailed,
  InvalidPythonRequest,
  NoInterpreter,
  UnreadableDistribution,
  UnsupportedPython,
  type RejectedCandidate,
} from "./errors.ts";
