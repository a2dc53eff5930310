import type { MarkerEnvironment } from "./marker-expression.ts";

/** CPython 3.11 on Debian 12, whose `platform_release` is no version. */
export const debian: MarkerEnvironment = {
  os_name: "posix",
  sys_platform: "linux",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  platform_release: "6.1.0-18-amd64",
  platform_system: "Linux",
  platform_version: "#1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1",
  python_version: "3.11",
  python_full_version: "3.11.7",
  implementation_name: "cpython",
  implementation_version: "3.11.7",
};
