import type { VcsUrl } from "../url/vcs-url.ts";
import { isLocalUrl } from "@murre/pep508";

type Variables = Readonly<Record<string, string | undefined>>;

/** Where and how one run of git works besides what its arguments say. */
export type GitSettings = readonly (readonly [key: string, value: string])[];

/** Variables that say in which repository git works, and what there (`git rev-parse --local-env-vars`): a hook of git may have started this process. */
const ofARepository = [
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_COMMON_DIR",
  "GIT_CONFIG",
  "GIT_DIR",
  "GIT_GRAFT_FILE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_INTERNAL_SUPER_PREFIX",
  "GIT_NAMESPACE",
  "GIT_NO_REPLACE_OBJECTS",
  "GIT_OBJECT_DIRECTORY",
  "GIT_PREFIX",
  "GIT_QUARANTINE_PATH",
  "GIT_REPLACE_REF_BASE",
  "GIT_SHALLOW_FILE",
  "GIT_WORK_TREE",
];

/** What holds for every run: no hook, no watcher, no filter is started, and nothing that a repository says makes git leave its folder. */
const always: GitSettings = [
  ["advice.detachedHead", "false"],
  ["core.fsmonitor", "false"],
  ["core.hooksPath", "/dev/null"],
  ["core.protectHFS", "true"],
  ["core.protectNTFS", "true"],
  ["fetch.recurseSubmodules", "false"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  // Only folders of this process are worked in; that a mounted one shows another owner is no reason to refuse it.
  ["safe.directory", "*"],
  ["submodule.recurse", "false"],
];

/** The arguments that go before every command of git. */
export const commonArguments: readonly string[] = always.flatMap(([key, value]) => ["-c", `${key}=${value}`]);

function common(variables: Variables): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = { ...variables, LC_ALL: "C", LANGUAGE: undefined };
  for (const name of ofARepository) env[name] = undefined;
  return env;
}

/** For what happens in files alone: no configuration of the machine or the user has a say, so that a tree is the same everywhere, and no filter of theirs runs. */
export function localEnvironment(variables: Variables): Record<string, string | undefined> {
  const env = common(variables);
  for (const name of Object.keys(env))
    if (/^GIT_CONFIG_(?:COUNT|PARAMETERS|KEY_\d+|VALUE_\d+)$/.test(name)) env[name] = undefined;
  return {
    ...env,
    GIT_ALLOW_PROTOCOL: "none",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_TERMINAL_PROMPT: "0",
  };
}

/** What over which git speaks with repositories; what came over the network leads to no files of this machine. */
export function allowedProtocols(url: VcsUrl): string {
  return isLocalUrl(url.repository) ? "https:http:ssh:git:file" : "https:http:ssh:git";
}

/**
 * For what speaks with a server: with the user's configuration, because it has proxies, other spellings of URLs and credential helpers. Nobody is
 * asked anything. Credentials of the URL go to its own host, by a helper of the shell that git brings along: no command line and no file has them,
 * as no other helper is told of them.
 * @param from who says the password: the URL, where it is empty if there is none in it, or the user's own helpers
 */
export function networkEnvironment(
  variables: Variables,
  url: VcsUrl,
  sshCommand: string | undefined,
  more: GitSettings = [],
  from: "url" | "helpers" = "url",
): Record<string, string | undefined> {
  const env: Record<string, string | undefined> = {
    ...common(variables),
    GCM_INTERACTIVE: "never",
    GIT_ALLOW_PROTOCOL: allowedProtocols(url),
    GIT_ASKPASS: "",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_TERMINAL_PROMPT: "0",
    SSH_ASKPASS_REQUIRE: "never",
  };
  if (sshCommand !== undefined) env["GIT_SSH_COMMAND"] = sshCommand;
  const settings = [...more];
  if (url.credentials !== undefined) {
    const { protocol, host } = new URL(url.repository);
    const section = `credential.${protocol}//${host}`;
    settings.push([`${section}.username`, url.credentials.username]);
    if (from === "url") {
      env["MURRE_GIT_USERNAME"] = url.credentials.username;
      env["MURRE_GIT_PASSWORD"] = url.credentials.password;
      // An empty one takes those away that were named before: they would answer first, and keep what has worked.
      settings.push([`${section}.helper`, ""], [`${section}.helper`, helper]);
    }
  }
  return addSettings(env, settings);
}

const helper = `!f() { test "$1" = get && printf 'username=%s\\npassword=%s\\n' "$MURRE_GIT_USERNAME" "$MURRE_GIT_PASSWORD"; }; f`;

/** Behind those that the user's own variables have. */
function addSettings(
  env: Record<string, string | undefined>,
  settings: GitSettings,
): Record<string, string | undefined> {
  const known = Number(env["GIT_CONFIG_COUNT"] ?? "0");
  let count = Number.isSafeInteger(known) && known > 0 ? known : 0;
  for (const [key, value] of settings) {
    env[`GIT_CONFIG_KEY_${count}`] = key;
    env[`GIT_CONFIG_VALUE_${count}`] = value;
    count += 1;
  }
  if (count > 0) env["GIT_CONFIG_COUNT"] = String(count);
  return env;
}
