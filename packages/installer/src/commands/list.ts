import {
  readDirectUrl,
  readInstalled,
  readInstalledName,
  readInstaller,
  type DirectUrl,
  type InstalledDistribution,
  type Interpreter,
} from "@murre/python";
import { tryParseVersion } from "@murre/pep440";
import { isValidName, normalizeName, type MarkerEnvironment } from "@murre/pep508";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { directReference } from "../wanted/direct-url-info.ts";
import type { OnEvent } from "../api/events.ts";
import type { ListOptions } from "../api/inspection-options.ts";
import type { InstalledPin, InstalledReport } from "../api/reports.ts";
import { requiredNames } from "../environment/installed-needs.ts";
import { foldersRead, withReadOperation } from "../environment/read-operation.ts";
import type { InstallerSettings } from "../api/settings.ts";

/** `murre pip list`. Writes nothing into the environment. */
export async function listInstalled(settings: InstallerSettings, options: ListOptions): Promise<InstalledReport> {
  const origins = new Origins();
  const report = await readReport(settings, options, origins).finally(() => origins.tell(options.onEvent));
  return options.freshness === undefined ? report : withFreshness(settings, options, report);
}

async function readReport(
  settings: InstallerSettings,
  options: ListOptions,
  origins: Origins,
): Promise<InstalledReport> {
  const leftOut = new Set([
    ...(options.excludeEditable === true ? [true] : []),
    ...(options.onlyEditable === true ? [false] : []),
  ]);
  const excluded = new Set<string>((options.exclude ?? []).map(normalizeName));
  const { environment, interpreter, pins } = await withReadOperation(settings, options, (target) => {
    const { interpreter } = target;
    const installed = readInstalled(foldersRead(target, options, settings));
    const required =
      options.notRequired === true ? requiredBySome(installed, interpreter.markerEnvironment) : new Set();
    const pins = installed
      .map((distribution) => describeInstalled(distribution, origins))
      .filter(({ editableLocation }) => !leftOut.has(editableLocation !== undefined))
      .filter(({ name }) => !excluded.has(name) && !required.has(name))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return { environment: target.folder, interpreter, pins };
  });
  const distributions = await withReferences(pins, interpreter, settings, options.signal);
  const { orderFiles } = options;
  if (orderFiles === undefined) return { environment, distributions };
  const { frozenOrder } = await import("../report/frozen-order.ts");
  return { environment, distributions, lines: frozenOrder(orderFiles, distributions, settings, options.onEvent) };
}

async function withReferences(
  pins: readonly InstalledPin[],
  { isVirtual, prefix }: Interpreter,
  settings: InstallerSettings,
  signal: AbortSignal | undefined,
): Promise<readonly InstalledPin[]> {
  if (pins.every(({ editableLocation }) => editableLocation === undefined)) return pins;
  const ownFolder = isVirtual ? join(prefix, "src") : undefined;
  const { withReference } = await import("../environment/clone-references.ts");
  return Promise.all(pins.map((pin) => withReference(pin, ownFolder, settings, signal)));
}

/** Only what is out of date, or what is not, with the newest version. What no index has is neither. */
async function withFreshness(
  settings: InstallerSettings,
  options: ListOptions,
  { environment, distributions }: InstalledReport,
): Promise<InstalledReport> {
  const { newestVersions } = await import("../report/newest-versions.ts");
  const newest = await newestVersions(settings, options, distributions);
  const compared = distributions.flatMap((distribution) => {
    const found = newest.get(distribution.name);
    if (found === undefined || found.isNewer !== (options.freshness === "outdated")) return [];
    return found.isNewer ? [{ ...distribution, latestVersion: found.version, latestKind: found.kind }] : [distribution];
  });
  return { environment, distributions: compared };
}

/** What some installed distribution requires here. */
function requiredBySome(
  installed: readonly InstalledDistribution[],
  environment: MarkerEnvironment,
): ReadonlySet<string> {
  return new Set(installed.flatMap((distribution) => requiredNames(distribution, environment)));
}

/** Where distributions came from (PEP 610). What cannot be read counts as from an index, as with pip, and is said once. */
export class Origins {
  readonly #unread = new Map<string, string>();

  of(distribution: InstalledDistribution): DirectUrl | undefined {
    try {
      return readDirectUrl(distribution);
    } catch (error) {
      this.#unread.set(distribution.normalizedName, (error as Error).message);
      return undefined;
    }
  }

  tell(onEvent: OnEvent = () => {}): void {
    for (const [name, reason] of this.#unread)
      onEvent({
        type: "warning",
        code: "MURRE_WARNING_DIRECT_URL",
        message: `${name}: where it came from cannot be read (${reason}); it is shown as from an index`,
      });
  }
}

export function describeInstalled(distribution: InstalledDistribution, origins: Origins): InstalledPin {
  const direct = origins.of(distribution);
  const installer = readInstaller(distribution);
  const editable = direct?.dir_info?.editable === true ? localPath(direct.url) : undefined;
  return {
    name: distribution.normalizedName,
    displayName: displayName(distribution),
    version: distribution.version,
    ...(tryParseVersion(distribution.version) === undefined ? { hasArbitraryVersion: true } : {}),
    location: distribution.sitePackages,
    ...(installer === undefined ? {} : { installer }),
    ...(editable === undefined ? {} : { editableLocation: editable }),
    ...(direct === undefined ? {} : { directUrl: directReference(direct) }),
  };
}

/** As METADATA writes it; where that cannot be read, which `check` reports, as the folder's name does. */
function displayName(distribution: InstalledDistribution): string {
  try {
    const name = readInstalledName(distribution);
    return isValidName(name) ? name : distribution.name;
  } catch {
    return distribution.name;
  }
}

/** A path that is more than one line, or of another host, stays a URL. */
function localPath(url: string): string {
  if (!url.startsWith("file:")) return url;
  try {
    const path = fileURLToPath(url);
    return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(path) ? url : path;
  } catch {
    return url;
  }
}
