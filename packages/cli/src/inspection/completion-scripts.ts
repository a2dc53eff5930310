import type { CommandPath } from "./command-paths.ts";

export const shells = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof shells)[number];

/** What makes a shell complete the words of murre's commands, and names of files otherwise. Ends with a line feed. */
export function completionScript(shell: Shell, paths: readonly CommandPath[]): string {
  return { bash, zsh, fish, powershell }[shell](paths);
}

/** The table that bash and zsh look into: the words behind each path. */
function cases(paths: readonly CommandPath[], variable: string): string {
  return paths
    .map(({ path, commands, options }) => `    "${path}") ${variable}="${[...commands, ...options].join(" ")}" ;;\n`)
    .join("");
}

/** The path is as many of the leading words as are commands. */
function known(paths: readonly CommandPath[]): string {
  return paths
    .filter(({ path }) => path !== "")
    .map(({ path }) => `"${path}"`)
    .join("|");
}

function bash(paths: readonly CommandPath[]): string {
  return `# murre completion bash >> ~/.bashrc
_murre() {
  local word="\${COMP_WORDS[COMP_CWORD]}" path="" next words i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in -*) continue ;; esac
    next="\${path:+$path }\${COMP_WORDS[i]}"
    case "$next" in ${known(paths)}) path="$next" ;; esac
  done
  case "$path" in
${cases(paths, "words")}  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _murre murre
`;
}

function zsh(paths: readonly CommandPath[]): string {
  return `#compdef murre
# murre completion zsh > "\${fpath[1]}/_murre"
_murre() {
  local at="" next given found
  for given in "\${(@)words[2,CURRENT-1]}"; do
    [[ "$given" == -* ]] && continue
    next="\${at:+$at }$given"
    case "$next" in ${known(paths)}) at="$next" ;; esac
  done
  case "$at" in
${cases(paths, "found")}  esac
  compadd -- \${=found}
  _files
}
compdef _murre murre
`;
}

function fish(paths: readonly CommandPath[]): string {
  const lines = paths.flatMap(({ path, commands, options }) => {
    const when = `-n '__murre_at "${path}"'`;
    return [
      ...commands.map((name) => `complete -c murre ${when} -f -a ${name}\n`),
      ...options.map((option) => `complete -c murre ${when} -l ${option.slice(2)}\n`),
    ];
  });
  const all = paths.map(({ path }) => `'${path}'`).join(" ");
  return `# murre completion fish > ~/.config/fish/completions/murre.fish
function __murre_at
  set -l paths ${all}
  set -l at ''
  for word in (commandline -opc)[2..-1]
    string match -q -- '-*' $word; and continue
    set -l next (string trim -- "$at $word")
    contains -- $next $paths; and set at $next
  end
  test "$at" = "$argv[1]"
end
${lines.join("")}`;
}

function powershell(paths: readonly CommandPath[]): string {
  const table = paths
    .map(({ path, commands, options }) => `    '${path}' = '${[...commands, ...options].join(" ")}'\n`)
    .join("");
  return `# murre completion powershell >> $PROFILE
Register-ArgumentCompleter -Native -CommandName murre -ScriptBlock {
  param($word, $line, $position)
  $words = @{
${table}  }
  $at = ''
  foreach ($element in ($line.CommandElements | Select-Object -Skip 1)) {
    if ($element.Extent.EndOffset -ge $position -or "$element".StartsWith('-')) { continue }
    $next = "$at $element".Trim()
    if ($words.ContainsKey($next)) { $at = $next }
  }
  $words[$at] -split ' ' | Where-Object { $_ -like "$word*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}
