import { beginCacheOperation, type CacheOperation } from "@murre/cache";
import type { OnEvent, WarningCode } from "../api/events.ts";
import type { InstallerSettings } from "../api/settings.ts";

/** Begins an operation on the cache of these settings; what the user should know of it becomes events. */
export function openCache(
  { cacheFolder, cachePlace = "named" }: InstallerSettings,
  onEvent: OnEvent | undefined,
  noCache = false,
): CacheOperation {
  const warn = (code: WarningCode, message: string) => onEvent?.({ type: "warning", code, message });
  if (cachePlace === "temporary" && !noCache)
    warn(
      "MURRE_WARNING_CACHE_TEMPORARY",
      `there is no home folder (HOME), so that the cache lies in ${cacheFolder}; MURRE_CACHE_DIR names another place`,
    );
  return beginCacheOperation(cacheFolder, {
    isPrivate: noCache,
    isDefault: cachePlace !== "named",
    onWarning: warn,
    onWaiting: (what) => onEvent?.({ type: "waiting", what }),
    onDebug: (message) => onEvent?.({ type: "debug", message }),
  });
}
