import { openCache } from "../operation/open-cache.ts";
import { hasState } from "@murre/linker";
import { accessTo, changeExclusively } from "../environment/environment-access.ts";
import type { RecoverOptions } from "../api/inspection-options.ts";
import { probeCache } from "../operation/probe-cache.ts";
import type { RecoverReport } from "../api/reports.ts";
import type { InstallerSettings } from "../api/settings.ts";
import { describeTarget, findTarget } from "../operation/target-environment.ts";

/** `murre pip check --recover`: brings an interrupted change to its end, clears away what the dead left, and does nothing else. */
export async function recoverEnvironment(settings: InstallerSettings, options: RecoverOptions): Promise<RecoverReport> {
  options.signal?.throwIfAborted();
  const messages: string[] = [];
  const cache = openCache(settings, options.onEvent);
  try {
    const target = await findTarget(settings, options, probeCache(cache, options.signal), "any");
    const { onEvent = () => {} } = options;
    describeTarget(target, onEvent);
    const access = accessTo(target, {
      ...options,
      onEvent: (event) => {
        if (event.type === "recovered" || event.type === "warning") messages.push(event.message);
        onEvent(event);
      },
    });
    if (hasState(access.state)) {
      const { version, platform } = settings;
      const isTemporary = options.target !== undefined;
      await changeExclusively(access, { lease: cache.lease, version, platform, isTemporary }, async () => {});
    }
    return { environment: target.folder, recovered: messages };
  } finally {
    cache.end();
  }
}
