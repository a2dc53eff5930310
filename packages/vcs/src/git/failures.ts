import {
  GitAuthenticationFailed,
  GitFailed,
  GitNotFound,
  RepositoryNotFound,
  RepositoryUnreachable,
  UnsafeRepository,
  type GitFailure,
} from "../errors.ts";

const authentication =
  /authentication failed|could not read (?:username|password)|terminal prompts disabled|permission denied \(|invalid credentials|host key verification failed|returned error: (?:401|403)|access denied|http basic: /i;
const unreachable =
  /could not resolve host|couldn't resolve|failed to connect|couldn't connect|unable to connect|connection (?:refused|timed out|reset|closed)|operation timed out|operation too slow|network is unreachable|no route to host|early eof|the remote end hung up|name or service not known|temporary failure in name resolution|returned error: 5\d\d|empty reply from server|ssl_error_syscall|broken pipe/i;
const missing =
  /does not appear to be a git repository|repository not found|' not found|repository not exported|no such (?:repository|file or directory)|returned error: 404|could not be found/i;
const unsafe = /invalid path '|' not allowed|strange (?:hostname|pathname|port)/i;
const lfs = /'lfs' is not a git command/;

/** What was to be done. */
interface FailedRun {
  readonly repository: string;
  readonly task: string;
}

/** How it ended. */
interface FailedEnd {
  readonly status: number | string;
  readonly stderr: string;
  /** It was ended, because for so long nothing had come (milliseconds). */
  readonly silentMs?: number | undefined;
}

/** The error that says what git's messages mean. They are those of `LC_ALL=C`. */
export function failureOf({ repository, task }: FailedRun, end: FailedEnd): Error {
  const text = end.stderr;
  const failure: GitFailure = { repository, task, lastLines: lastLines(text) };
  if (end.silentMs !== undefined)
    return new RepositoryUnreachable(failure, `nothing came for ${end.silentMs / 1000} s`);
  if (lfs.test(text)) return new GitNotFound(repository, "git-lfs");
  if (unsafe.test(text))
    return new UnsafeRepository(
      repository,
      `${task} failed, because git refuses what it holds; git says:\n${failure.lastLines}`,
    );
  if (/dubious ownership/i.test(text)) return new GitFailed(failure, `code ${end.status}`);
  if (isAuthenticationFailure(end)) return new GitAuthenticationFailed(failure);
  if (missing.test(text)) return new RepositoryNotFound(failure);
  if (unreachable.test(text)) return new RepositoryUnreachable(failure);
  return new GitFailed(failure, typeof end.status === "number" ? `code ${end.status}` : end.status);
}

/** "Repository not exported" is what a server without users says, behind "access denied or". */
export function isAuthenticationFailure({ status, stderr }: Pick<FailedEnd, "status" | "stderr">): boolean {
  return status !== 0 && authentication.test(stderr) && !/repository not exported/i.test(stderr);
}

/** Without what shows progress. */
function lastLines(text: string): string {
  const lines = text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^(?:remote: )?[A-Z][a-z]+(?: [a-z]+)*:\s+\d+/.test(line));
  return lines.slice(-6).join("\n").slice(-2000);
}
