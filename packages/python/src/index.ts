export { answersRequest } from "./find/answers-request.ts";
export { environmentFolders } from "./find/candidates.ts";
export { findInterpreter, type FindOptions } from "./find/find-interpreter.ts";
export { findPinnedInterpreter, type PinnedInterpreter } from "./find/find-pinned.ts";
export { interpreterKey, type InterpreterKey } from "./find/interpreter-key.ts";
export {
  listInterpreters,
  type InterpreterList,
  type ListedInterpreter,
  type ListInterpretersOptions,
} from "./find/list-interpreters.ts";
export { withoutWaiting } from "./find/without-waiting.ts";
export { findPythonVersionFile, type PythonVersionFile } from "./find/python-version-file.ts";
export type {
  InstallationSchemes,
  Interpreter,
  ProbeCache,
  ProgramResult,
  PythonContext,
  RunProgram,
} from "./interpreter/interpreter.ts";
export { parsePythonRequest, writtenRequest, type PythonRequest } from "./find/python-request.ts";
export { probeInterpreter } from "./interpreter/probe.ts";
export { userSchemesOf } from "./interpreter/user-schemes.ts";
export { deriveEnvironment } from "./interpreter/derive-environment.ts";
export { compileBytecode, type CompileOptions, type CompileReport } from "./installed/compile-bytecode.ts";
export { readLauncherStubs, type LauncherStubs } from "./interpreter/launcher-stubs.ts";
export { createEnvironment, isRelocatable, type EnvironmentOptions } from "./environment/create-environment.ts";
export { recoverEnvironment } from "./environment/environment-swap.ts";
export type { DirectUrl } from "./installed/direct-url.ts";
export {
  readAllInstalled,
  readDirectUrl,
  readInstalled,
  readInstalledEntryPoints,
  readInstalledMetadata,
  readInstalledName,
  readInstalledRecord,
  readInstaller,
  readRequested,
  type InstalledDistribution,
} from "./installed/installed.ts";
export {
  BrokenEnvironment,
  BytecodeNotCompiled,
  EnvironmentExists,
  EnvironmentNotCreated,
  InterpreterFailed,
  InvalidPythonRequest,
  NoInterpreter,
  PythonError,
  UnreadableDistribution,
  UnsupportedPython,
  type PythonErrorCode,
  type RejectedCandidate,
} from "./errors.ts";
