import type * as errors from "./errors.ts";

type ClassOf = typeof errors;

/** One of murre's errors. */
export type MurreError = InstanceType<ClassOf[keyof ClassOf]>;

/** What `error.code` may be; none is ever renamed. A failed build that another process made has that one's code. */
export type ErrorCode = InstanceType<ClassOf[Exclude<keyof ClassOf, "SharedBuildFailure">]>["code"];
