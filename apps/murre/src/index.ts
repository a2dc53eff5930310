export { createMurre, type MurreSettings } from "./create-murre.ts";
export { version } from "./version.ts";
export type {
  ChangeOptions,
  ChangeReport,
  IndexOptions,
  InstalledPin,
  InstalledReport,
  InstallerEvent,
  InstallOptions,
  ListOptions,
  OnEvent,
  OperationContext,
  Operations,
  Pin,
  PythonOptions,
  SyncOptions,
  VenvOptions,
  VenvReport,
} from "@murre/installer";
