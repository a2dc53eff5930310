import fs from "node:fs";
import { join } from "node:path";
import { parentPort } from "node:worker_threads";
import { lock } from "proper-lockfile";
import { heartbeatPath, type HeartbeatReply, type HeartbeatRequest } from "./heartbeat.ts";
import { fileSystemNow } from "./probe-file.ts";

// Runs as a worker thread, and only there. proper-lockfile keeps a folder's mtime fresh, and notices when it was taken away.

/** The shortest age that a judge calls dead is 30 s: six beats may be missed. */
const beatMs = 5000;
const compromisedMs = 30_000;

const stops = new Map<string, () => Promise<void>>();
const wanted = new Set<string>();

parentPort?.on("message", (request: HeartbeatRequest) => {
  if ("stop" in request) return void stop(request.stop);
  wanted.add(request.start);
  void start(request.root, request.start);
});

async function start(root: string, lease: string): Promise<void> {
  const leasePath = join(root, "leases", lease);
  const lost = (): void => {
    const reply: HeartbeatReply = { lost: lease };
    if (wanted.delete(lease)) parentPort?.postMessage(reply);
  };
  try {
    await fs.promises.mkdir(join(root, "heartbeats"), { recursive: true, mode: 0o775 });
    const release = await lock(leasePath, {
      realpath: false,
      lockfilePath: heartbeatPath(root, lease),
      stale: compromisedMs,
      update: beatMs,
      fs: fileSystemTime(root, leasePath),
      onCompromised: lost,
    });
    stops.set(lease, release);
    if (!wanted.has(lease)) await stop(lease);
  } catch {
    if (!fs.existsSync(leasePath)) lost();
    // A heartbeat that cannot begin (a full disk) is no verdict. It is tried again, as its absence looks like a death from afar.
    else if (wanted.has(lease)) setTimeout(() => void start(root, lease), beatMs);
  }
}

async function stop(lease: string): Promise<void> {
  wanted.delete(lease);
  const release = stops.get(lease);
  stops.delete(lease);
  // Rejects when the folder is gone already, as the main thread removes it itself.
  await release?.().catch(() => {});
}

/**
 * The file system's functions for proper-lockfile, with two changes.
 * Its beats are stamped with the clock of the file system (read from a probe file) instead of this machine's: judges compare mtimes on that
 * file system, never with a clock. proper-lockfile itself sees the times that it asked for.
 * And a beat fails with ENOENT when the lease's own file is gone: the verdict is that unlink, not the heartbeat's end.
 */
function fileSystemTime(root: string, leasePath: string): typeof fs {
  const written = new Map<number, Date>();
  return {
    ...fs,
    utimes: (path: string, _atime: Date, mtime: Date, done: (error: Error | null) => void) => {
      try {
        fs.statSync(leasePath);
        const now = fileSystemNow(root);
        fs.utimesSync(path, now, now);
        written.clear();
        written.set(fs.statSync(path).mtimeMs, mtime);
        done(null);
      } catch (error) {
        done(error as Error);
      }
    },
    stat: (path: string, done: (error: Error | null, stats?: fs.Stats) => void) => {
      fs.stat(path, (error, stats) => {
        if (error !== null) return done(error);
        const asked = written.get(stats.mtimeMs);
        if (asked !== undefined) stats.mtime = asked;
        done(null, stats);
      });
    },
  } as unknown as typeof fs;
}
