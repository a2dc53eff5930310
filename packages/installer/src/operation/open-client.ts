import type { CacheOperation } from "@murre/cache";
import { createIndexClient, type IndexClient, type IndexClientOptions, type IndexEvent } from "@murre/index-client";
import { redactUrl } from "@murre/pep508";
import type { OnEvent } from "../api/events.ts";
import type { InstallerSettings } from "../api/settings.ts";
import type { IndexDecision, NetworkDecision } from "./decisions.ts";

export interface ClientContext {
  readonly settings: InstallerSettings;
  readonly network: NetworkDecision;
  readonly cache: CacheOperation;
  readonly onEvent: OnEvent;
  readonly signal: AbortSignal | undefined;
  /** Whose module `keyring` is asked where that was chosen. */
  readonly keyringPython?: () => string | Promise<string>;
  readonly locationOf?: NonNullable<IndexClientOptions["locationOf"]>;
}

const warningCodes = {
  "index-skipped": "MURRE_WARNING_INDEX_SKIPPED",
  "mixed-origins": "MURRE_WARNING_MIXED_ORIGINS",
  "newer-api": "MURRE_WARNING_NEWER_API",
  keyring: "MURRE_WARNING_KEYRING",
} as const;

/** Opens a client for these places, with its warnings as events. */
export function openIndexClient(
  { locations, strategy }: IndexDecision,
  { settings: { env, home, platform }, network, cache, onEvent, signal, locationOf, keyringPython }: ClientContext,
): IndexClient {
  const looked = new Set<string>();
  return createIndexClient(
    {
      locations,
      strategy,
      ...(locationOf === undefined ? {} : { locationOf }),
      documents: cache.documents,
      once: (request) => cache.documentOnce(request),
      env,
      home,
      platform,
      ...network,
      network: { ...network.network, keyringPython },
      onEvent: telling(onEvent),
      onLooking: (project) => onEvent({ type: "resolving", project, projects: looked.add(project).size }),
    },
    signal,
  );
}

/** What a client tells, as the operation's events. */
function telling(onEvent: OnEvent): (event: IndexEvent) => void {
  return (event) => {
    if (isWarning(event))
      onEvent({ type: "warning", code: warningCodes[event.kind], message: describeIndexEvent(event) });
    else onEvent({ type: "debug", message: describeIndexEvent(event) });
  };
}

type Warning = Extract<IndexEvent, { kind: keyof typeof warningCodes }>;

function isWarning(event: IndexEvent): event is Warning {
  return Object.hasOwn(warningCodes, event.kind) && !(event.kind === "keyring" && !event.isNamed);
}

export function describePlaces({ locations, strategy }: IndexDecision, onEvent: OnEvent): void {
  for (const { url, origin } of locations)
    onEvent({ type: "debug", message: `looking in ${redactUrl(url)}${origin === undefined ? "" : ` (${origin})`}` });
  onEvent({ type: "debug", message: `combining indexes by ${strategy}` });
}

function describeIndexEvent(event: IndexEvent): string {
  switch (event.kind) {
    case "index-skipped":
      return `going on without ${event.url}: ${event.error.message}`;
    case "mixed-origins":
      return (
        `${event.project}: its files come from ${event.hosts.join(" and ")}; whoever registers the name in the public ` +
        "index can replace a private project of that name. Give --index-strategy first-index to take only the first"
      );
    case "retry":
      return `${event.url}: attempt ${event.attempt} failed (${event.reason}); the next one in ${Math.round(event.delayMs)} ms`;
    case "keyring":
      return event.text;
    case "newer-api":
      return `${event.url}: speaks version ${event.version} of the simple API, which is newer than murre knows`;
    case "ranges-unsupported":
      return `${event.url}: the server knows no byte ranges; metadata comes from whole files`;
  }
}
