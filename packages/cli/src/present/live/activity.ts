import { basename } from "node:path";
import type { InstallerEvent } from "@murre/installer";
import { counted, formatBytes, formatElapsed } from "../format.ts";
import { joined, say, type Printable } from "../printable.ts";

/** Of downloads, builds and what is waited for, so many are shown each. */
const mostShown = 3;

/** The speed is that of so many milliseconds: a shorter time flickers, a longer one tells of what is over. */
const speedWindowMs = 3000;

interface Download {
  readonly version: string;
  readonly sizeBytes: number | undefined;
  receivedBytes: number;
}

interface Build {
  readonly hook: string;
  readonly logPath: string;
  readonly since: number;
}

/** Of a folder or a URL, what tells it from others in a narrow line; what stays names the whole. */
const lastPartOf = (source: string): string => basename(source) || source;

/** What an operation is doing, as its events tell. Times are milliseconds of the caller's clock. */
export class Activity {
  #resolving: { readonly since: number; projects: number; latest: string } | undefined;
  readonly #downloads = new Map<string, Download>();
  #begun = 0;
  #finishedBytes = 0;
  /** All that was known to be fetched; undefined as soon as one size is not known. */
  #totalBytes: number | undefined = 0;
  readonly #samples: { readonly at: number; readonly bytes: number }[] = [];
  readonly #builds = new Map<string, Build>();
  readonly #waits = new Map<string, number>();
  #placing: { readonly files: number; readonly distributions: number; placed: number } | undefined;
  #checking: Printable | undefined;

  take(event: InstallerEvent, now: number): void {
    switch (event.type) {
      case "resolving":
        this.#resolving ??= { since: now, projects: 0, latest: "" };
        this.#resolving.projects = event.projects;
        this.#resolving.latest = event.project;
        break;
      case "fetch-started":
        this.#begin(event, now);
        break;
      case "fetch-progress":
        this.#receive(event.name, event.receivedBytes, now);
        break;
      case "fetched":
        this.#finish(event.name);
        break;
      case "building":
        this.#builds.set(event.source, {
          hook: event.hook,
          logPath: event.logPath,
          since: this.#builds.get(event.source)?.since ?? now,
        });
        break;
      case "built":
        this.#builds.delete(event.source);
        break;
      case "waiting":
        if (!this.#waits.has(event.what)) this.#waits.set(event.what, now);
        break;
      case "placing":
        this.#waits.clear();
        this.#placing = { ...event, placed: 0 };
        break;
      case "placing-progress":
        if (this.#placing !== undefined) this.#placing.placed = event.files;
        break;
      case "verifying":
        this.#checking = say`Checking ${event.archives} of ${counted(event.of, "archive")} (${formatBytes(event.bytes)})`;
        break;
      case "resolved":
      case "prepared":
      case "changed":
      case "verified":
        this.#end();
    }
  }

  /** A step is over, with all that belonged to it. */
  #end(): void {
    this.#resolving = undefined;
    this.#placing = undefined;
    this.#checking = undefined;
    this.#waits.clear();
    this.#builds.clear();
    this.#downloads.clear();
    this.#samples.length = 0;
    this.#begun = 0;
    this.#finishedBytes = 0;
    this.#totalBytes = 0;
  }

  #begin({ name, version, sizeBytes }: Extract<InstallerEvent, { type: "fetch-started" }>, now: number): void {
    this.#downloads.set(name, { version, sizeBytes, receivedBytes: 0 });
    this.#begun++;
    this.#totalBytes =
      sizeBytes === undefined || this.#totalBytes === undefined ? undefined : this.#totalBytes + sizeBytes;
    if (this.#samples.length === 0) this.#samples.push({ at: now, bytes: this.#receivedBytes() });
  }

  #receive(name: string, receivedBytes: number, now: number): void {
    const download = this.#downloads.get(name);
    if (download === undefined) return;
    download.receivedBytes = receivedBytes;
    // A few samples a second are enough, however small the pieces are that arrive.
    const last = this.#samples.at(-1);
    if (last !== undefined && now - last.at < speedWindowMs / 10) return;
    this.#samples.push({ at: now, bytes: this.#receivedBytes() });
    while ((this.#samples[1]?.at ?? now) < now - speedWindowMs) this.#samples.shift();
  }

  #finish(name: string): void {
    const download = this.#downloads.get(name);
    if (download !== undefined) this.#finishedBytes += download.sizeBytes ?? download.receivedBytes;
    this.#downloads.delete(name);
  }

  #receivedBytes(): number {
    return [...this.#downloads.values()].reduce((sum, { receivedBytes }) => sum + receivedBytes, this.#finishedBytes);
  }

  /**
   * What is shown of it, the most general first; nothing where there is nothing to tell.
   * @param lastLine of a build's log
   */
  lines(now: number, lastLine: (path: string) => string | undefined): readonly Printable[] {
    return [
      ...this.#resolvingLines(now),
      ...this.#downloadLines(now),
      ...[...this.#builds].slice(0, mostShown).map(([source, { hook, logPath, since }]) => {
        const line = lastLine(logPath) ?? "";
        return say`Building ${lastPartOf(source)}: ${hook} (${formatElapsed(now - since)})${line === "" ? "" : "  "}${line}`;
      }),
      ...(this.#placing === undefined
        ? []
        : [
            say`Placing ${this.#placing.placed} of ${counted(this.#placing.files, "file")} of ${counted(this.#placing.distributions, "distribution")}`,
          ]),
      ...(this.#checking === undefined ? [] : [this.#checking]),
      ...[...this.#waits].slice(0, mostShown).map(([what, since]) => say`${formatElapsed(now - since)} ${what}`),
    ];
  }

  #resolvingLines(now: number): readonly Printable[] {
    // What a build requires is resolved as well, and is a part of the build.
    if (this.#resolving === undefined || this.#builds.size > 0) return [];
    const { since, projects, latest } = this.#resolving;
    return [say`Resolving ${counted(projects, "project")} (${formatElapsed(now - since)}): ${latest}`];
  }

  #downloadLines(now: number): readonly Printable[] {
    if (this.#downloads.size === 0) return [];
    const received = this.#receivedBytes();
    const amount =
      this.#totalBytes === undefined
        ? formatBytes(received)
        : `${formatBytes(received)} of ${formatBytes(this.#totalBytes)}`;
    const speed = this.#speed(received, now);
    const done = this.#begun - this.#downloads.size;
    const largest = [...this.#downloads]
      .toSorted(([, a], [, b]) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0))
      .slice(0, mostShown);
    return [
      say`Fetching ${done} of ${counted(this.#begun, "distribution")}: ${joined([amount, ...(speed === undefined ? [] : [`${formatBytes(speed)}/s`])], ", ")}`,
      ...largest.map(([name, { version, receivedBytes, sizeBytes }]) =>
        sizeBytes === undefined
          ? say`  ${name} ${version}: ${formatBytes(receivedBytes)}`
          : say`  ${name} ${version}: ${formatBytes(receivedBytes)} of ${formatBytes(sizeBytes)}`,
      ),
    ];
  }

  /** Bytes in a second; undefined before there is something to measure. */
  #speed(received: number, now: number): number | undefined {
    const [oldest] = this.#samples;
    if (oldest === undefined || now - oldest.at < 500 || received <= oldest.bytes) return undefined;
    return Math.round(((received - oldest.bytes) * 1000) / (now - oldest.at));
  }
}
