import { isLocalUrl } from "@murre/pep508";
import { RepositoryOffline } from "../errors.ts";
import type { VcsUrl } from "../url/vcs-url.ts";
import { localEnvironment, networkEnvironment } from "./git-environment.ts";
import { isAuthenticationFailure } from "./failures.ts";
import { tryGit, type GitEnd, type GitRun } from "./run-git.ts";
import type { RepositoryServices } from "./services.ts";

/** Under which name a copy knows the repository; where that is, no file says. */
export const remote = "murre";

/** A host that has not answered for so long does not (milliseconds). git tells of its progress more often. */
const defaultSilenceMs = 120_000;

export type ObjectFormat = "sha1" | "sha256";

/** The whole name of a commit. */
export function isCommitId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

export function formatOf(commit: string): ObjectFormat {
  return commit.length === 64 ? "sha256" : "sha1";
}

/** A run that needs nothing but the files of a folder of this process. */
export function localRun(
  { env, platform, signal }: RepositoryServices,
  { shown }: VcsUrl,
  cwd: string,
  args: readonly string[],
  task: string,
): GitRun {
  return { args, cwd, task, env: localEnvironment(env), repository: shown, platform, signal };
}

/** A run that speaks with the repository. Its URL is in no argument: other users of the machine see those. @throws {RepositoryOffline} {GitNotFound} */
export async function tryRemote(
  services: RepositoryServices,
  url: VcsUrl,
  { args, cwd, task }: Pick<GitRun, "args" | "cwd" | "task">,
): Promise<GitEnd> {
  const { env, platform, signal, offline = false, silenceMs = defaultSilenceMs } = services;
  if (offline && !isLocalUrl(url.repository)) throw new RepositoryOffline(url.shown, task.replace(/^\w+ /, ""));
  const sshCommand = url.repository.startsWith("ssh:") ? await silentSsh(services, url, cwd) : undefined;
  const settings = [[`remote.${remote}.url`, url.repository] as const];
  const run = (from: "url" | "helpers") =>
    tryGit({
      args,
      cwd,
      task,
      env: networkEnvironment(env, url, sshCommand, settings, from),
      repository: url.shown,
      platform,
      signal,
      silenceMs,
    });
  const end = await run("url");
  // A user without a password may be a token, or somebody whose password a helper knows (git).
  return url.credentials?.password === "" && isAuthenticationFailure(end) ? run("helpers") : end;
}

/** ssh that asks for nothing; a command of the user's own is left as it is, and has no terminal. */
async function silentSsh(services: RepositoryServices, url: VcsUrl, cwd: string): Promise<string | undefined> {
  const { env, platform, signal } = services;
  if (env["GIT_SSH_COMMAND"] !== undefined || env["GIT_SSH"] !== undefined) return undefined;
  const { status } = await tryGit({
    args: ["config", "--get", "core.sshCommand"],
    cwd,
    task: "reading the configuration",
    env: networkEnvironment(env, url, undefined),
    repository: url.shown,
    platform,
    signal,
  });
  return status === 0 ? undefined : "ssh -o BatchMode=yes -o ConnectTimeout=30";
}
