import { escapeBatch, quoteCsh, quoteFish, quoteNu, quotePosix, quotePowerShell, quotePython } from "./shell-quote.ts";

/** What the activation scripts of one environment say. */
export interface Activation {
  /** The environment's absolute path; undefined where the scripts have to find it themselves, because it may be moved. */
  readonly prefix: string | undefined;
  /** Shown before the shell's prompt, in brackets. */
  readonly prompt: string;
  /** `bin` or `Scripts`. */
  readonly scripts: string;
  /** The site-packages folders as seen from the scripts' folder, with `/`. */
  readonly sitePackages: readonly string[];
}

/**
 * The scripts by file name. All follow the convention of `venv`: they set VIRTUAL_ENV and VIRTUAL_ENV_PROMPT, put the
 * scripts' folder before PATH, put PYTHONHOME away, change the prompt unless VIRTUAL_ENV_DISABLE_PROMPT is set, and define
 * `deactivate`, which undoes that.
 */
export function activationScripts(activation: Activation): Readonly<Record<string, string>> {
  return {
    activate: posixScript(activation),
    "activate.fish": fishScript(activation),
    // csh tells a script nothing of where it is.
    ...(activation.prefix === undefined ? {} : { "activate.csh": cshScript(activation.prefix, activation) }),
    "Activate.ps1": powerShellScript(activation),
    "activate.bat": activateBatch(activation),
    "deactivate.bat": deactivateBatch(),
    "activate.nu": nuScript(activation),
    "activate_this.py": pythonScript(activation),
  };
}

/** Shells expand their prompt each time they show it, so a prompt of that name must not hold anything to expand. */
function shown(prompt: string): string {
  return prompt.replaceAll(/[$`\\%!\r\n]/g, "");
}

/** Each shell has its own name for the file that it reads, which is no syntax to the others. */
const ownPlace = `if [ -n "\${BASH_VERSION:-}" ]; then
    eval '_VIRTUAL_SCRIPT="\${BASH_SOURCE[0]}"'
elif [ -n "\${ZSH_VERSION:-}" ]; then
    eval '_VIRTUAL_SCRIPT="\${(%):-%x}"'
elif [ -n "\${KSH_VERSION:-}" ]; then
    eval '_VIRTUAL_SCRIPT="\${.sh.file}"'
else
    echo "this shell does not say which file it reads, and the environment may be moved: use bash, zsh or ksh" >&2
    return 1
fi
VIRTUAL_ENV=$(dirname -- "$(dirname -- "$(realpath -- "$_VIRTUAL_SCRIPT")")")
unset _VIRTUAL_SCRIPT`;

/** Works under `set -eu`, and after the `activate` of another environment, whose `deactivate` it calls first. */
function posixScript({ prefix, prompt, scripts }: Activation): string {
  return `# Read this file from bash, zsh or any POSIX shell: . ${scripts}/activate
# The command deactivate undoes it.

deactivate() {
    if [ -n "\${_OLD_VIRTUAL_PATH:-}" ]; then
        PATH="$_OLD_VIRTUAL_PATH"
        export PATH
        unset _OLD_VIRTUAL_PATH
    fi
    if [ -n "\${_OLD_VIRTUAL_PYTHONHOME:-}" ]; then
        PYTHONHOME="$_OLD_VIRTUAL_PYTHONHOME"
        export PYTHONHOME
        unset _OLD_VIRTUAL_PYTHONHOME
    fi
    if [ -n "\${_OLD_VIRTUAL_PS1+set}" ]; then
        PS1="$_OLD_VIRTUAL_PS1"
        unset _OLD_VIRTUAL_PS1
    fi
    hash -r 2>/dev/null || true
    unset VIRTUAL_ENV
    unset VIRTUAL_ENV_PROMPT
    if [ "\${1:-}" != nondestructive ]; then
        unset -f deactivate
    fi
}

deactivate nondestructive

${prefix === undefined ? ownPlace : `VIRTUAL_ENV=${quotePosix(prefix)}`}
# The shells of Cygwin and MSYS want paths of their own form.
case "\${OSTYPE:-}" in
    cygwin* | msys*) VIRTUAL_ENV=$(cygpath "$VIRTUAL_ENV") ;;
esac
export VIRTUAL_ENV
VIRTUAL_ENV_PROMPT=${quotePosix(prompt)}
export VIRTUAL_ENV_PROMPT

_OLD_VIRTUAL_PATH="$PATH"
PATH="$VIRTUAL_ENV/${scripts}:$PATH"
export PATH

if [ -n "\${PYTHONHOME:-}" ]; then
    _OLD_VIRTUAL_PYTHONHOME="$PYTHONHOME"
    unset PYTHONHOME
fi

if [ -z "\${VIRTUAL_ENV_DISABLE_PROMPT:-}" ]; then
    _OLD_VIRTUAL_PS1="\${PS1-}"
    PS1=${quotePosix(`(${shown(prompt)}) `)}"\${PS1-}"
fi

hash -r 2>/dev/null || true
`;
}

function fishScript({ prefix, prompt, scripts }: Activation): string {
  return `# Read this file from fish: source ${scripts}/activate.fish
# The command deactivate undoes it.

function deactivate -d 'Leave the virtual environment'
    if set -q _OLD_VIRTUAL_PATH
        set -gx PATH $_OLD_VIRTUAL_PATH
        set -e _OLD_VIRTUAL_PATH
    end
    if set -q _OLD_VIRTUAL_PYTHONHOME
        set -gx PYTHONHOME $_OLD_VIRTUAL_PYTHONHOME
        set -e _OLD_VIRTUAL_PYTHONHOME
    end
    if functions -q _old_virtual_fish_prompt
        functions -e fish_prompt
        functions -c _old_virtual_fish_prompt fish_prompt
        functions -e _old_virtual_fish_prompt
    end
    set -e VIRTUAL_ENV
    set -e VIRTUAL_ENV_PROMPT
    if test "$argv[1]" != nondestructive
        functions -e deactivate
    end
end

deactivate nondestructive

set -gx VIRTUAL_ENV ${prefix === undefined ? "(dirname (dirname (realpath (status -f))))" : quoteFish(prefix)}
set -gx VIRTUAL_ENV_PROMPT ${quoteFish(prompt)}

set -g _OLD_VIRTUAL_PATH $PATH
set -gx PATH "$VIRTUAL_ENV/${scripts}" $PATH

if set -q PYTHONHOME
    set -g _OLD_VIRTUAL_PYTHONHOME $PYTHONHOME
    set -e PYTHONHOME
end

if test -z "$VIRTUAL_ENV_DISABLE_PROMPT"; and functions -q fish_prompt
    functions -c fish_prompt _old_virtual_fish_prompt
    function fish_prompt
        # The prompt may show how the last command ended.
        set -l last_status $status
        printf '(%s) ' "$VIRTUAL_ENV_PROMPT"
        echo "exit $last_status" | source
        _old_virtual_fish_prompt
    end
end
`;
}

function cshScript(prefix: string, { prompt, scripts }: Activation): string {
  return `# Read this file from csh or tcsh: source ${scripts}/activate.csh
# The command deactivate undoes it.

alias deactivate 'test $?_OLD_VIRTUAL_PATH != 0 && setenv PATH "$_OLD_VIRTUAL_PATH" && unset _OLD_VIRTUAL_PATH; test $?_OLD_VIRTUAL_PYTHONHOME != 0 && setenv PYTHONHOME "$_OLD_VIRTUAL_PYTHONHOME" && unset _OLD_VIRTUAL_PYTHONHOME; test $?_OLD_VIRTUAL_PROMPT != 0 && set prompt="$_OLD_VIRTUAL_PROMPT" && unset _OLD_VIRTUAL_PROMPT; unsetenv VIRTUAL_ENV; unsetenv VIRTUAL_ENV_PROMPT; rehash; test "\\!:*" != nondestructive && unalias deactivate'

deactivate nondestructive

setenv VIRTUAL_ENV ${quoteCsh(prefix)}
setenv VIRTUAL_ENV_PROMPT ${quoteCsh(prompt)}

set _OLD_VIRTUAL_PATH="$PATH"
setenv PATH "\${VIRTUAL_ENV}/${scripts}:\${PATH}"

if ( $?PYTHONHOME ) then
    set _OLD_VIRTUAL_PYTHONHOME="$PYTHONHOME"
    unsetenv PYTHONHOME
endif

if ( ! $?VIRTUAL_ENV_DISABLE_PROMPT && $?prompt ) then
    set _OLD_VIRTUAL_PROMPT="$prompt"
    set prompt=${quoteCsh(`(${shown(prompt)}) `)}"$prompt"
endif

rehash
`;
}

function powerShellScript({ prefix, prompt, scripts }: Activation): string {
  return `# Read this file from PowerShell: . ${scripts}/Activate.ps1
# The command deactivate undoes it.

function global:deactivate([switch] $NonDestructive) {
    if (Test-Path Variable:global:_OLD_VIRTUAL_PATH) {
        $env:PATH = $global:_OLD_VIRTUAL_PATH
        Remove-Variable _OLD_VIRTUAL_PATH -Scope Global
    }
    if (Test-Path Variable:global:_OLD_VIRTUAL_PYTHONHOME) {
        $env:PYTHONHOME = $global:_OLD_VIRTUAL_PYTHONHOME
        Remove-Variable _OLD_VIRTUAL_PYTHONHOME -Scope Global
    }
    if (Test-Path Function:_old_virtual_prompt) {
        $function:prompt = $function:_old_virtual_prompt
        Remove-Item Function:_old_virtual_prompt
    }
    foreach ($name in 'VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT') {
        if (Test-Path "Env:$name") { Remove-Item "Env:$name" }
    }
    if (-not $NonDestructive) { Remove-Item Function:deactivate }
}

deactivate -NonDestructive

$env:VIRTUAL_ENV = ${prefix === undefined ? "Split-Path -Parent $PSScriptRoot" : quotePowerShell(prefix)}
$env:VIRTUAL_ENV_PROMPT = ${quotePowerShell(prompt)}

$global:_OLD_VIRTUAL_PATH = $env:PATH
$env:PATH = (Join-Path $env:VIRTUAL_ENV ${quotePowerShell(scripts)}) + [System.IO.Path]::PathSeparator + $env:PATH

if (Test-Path Env:PYTHONHOME) {
    $global:_OLD_VIRTUAL_PYTHONHOME = $env:PYTHONHOME
    Remove-Item Env:PYTHONHOME
}

if (-not $env:VIRTUAL_ENV_DISABLE_PROMPT) {
    $function:global:_old_virtual_prompt = $function:prompt
    function global:prompt {
        "($env:VIRTUAL_ENV_PROMPT) " + (_old_virtual_prompt)
    }
}
`;
}

function activateBatch({ prefix, prompt, scripts }: Activation): string {
  return `@rem Run this file from cmd.exe: ${scripts}\\activate.bat
@rem The command deactivate undoes it.
@if defined _OLD_VIRTUAL_PATH set "PATH=%_OLD_VIRTUAL_PATH%"
@if defined _OLD_VIRTUAL_PROMPT set "PROMPT=%_OLD_VIRTUAL_PROMPT%"
@if defined _OLD_VIRTUAL_PYTHONHOME set "PYTHONHOME=%_OLD_VIRTUAL_PYTHONHOME%"

${prefix === undefined ? '@for %%i in ("%~dp0..") do @set "VIRTUAL_ENV=%%~fi"' : `@set "VIRTUAL_ENV=${escapeBatch(prefix)}"`}
@set "VIRTUAL_ENV_PROMPT=${escapeBatch(prompt)}"

@set "_OLD_VIRTUAL_PATH=%PATH%"
@set "PATH=%VIRTUAL_ENV%\\${scripts};%PATH%"

@set _OLD_VIRTUAL_PYTHONHOME=
@if defined PYTHONHOME set "_OLD_VIRTUAL_PYTHONHOME=%PYTHONHOME%"
@set PYTHONHOME=

@if not defined PROMPT set "PROMPT=$P$G"
@set "_OLD_VIRTUAL_PROMPT=%PROMPT%"
@if not defined VIRTUAL_ENV_DISABLE_PROMPT set "PROMPT=(%VIRTUAL_ENV_PROMPT%) %PROMPT%"
`.replaceAll("\n", "\r\n");
}

function deactivateBatch(): string {
  return `@if defined _OLD_VIRTUAL_PATH set "PATH=%_OLD_VIRTUAL_PATH%"
@if defined _OLD_VIRTUAL_PROMPT set "PROMPT=%_OLD_VIRTUAL_PROMPT%"
@if defined _OLD_VIRTUAL_PYTHONHOME set "PYTHONHOME=%_OLD_VIRTUAL_PYTHONHOME%"
@set _OLD_VIRTUAL_PATH=
@set _OLD_VIRTUAL_PROMPT=
@set _OLD_VIRTUAL_PYTHONHOME=
@set VIRTUAL_ENV=
@set VIRTUAL_ENV_PROMPT=
`.replaceAll("\n", "\r\n");
}

/** Nushell forgets what an overlay set when the overlay is hidden, so leaving needs no code. */
function nuScript({ prefix, prompt, scripts }: Activation): string {
  return `# Use this file from nushell: overlay use ${scripts}/activate.nu
# The command deactivate undoes it.

export-env {
    ${prefix === undefined ? "const virtual_env = (path self | path dirname | path dirname)" : `let virtual_env = ${quoteNu(prefix)}`}
    let prompt = ${quoteNu(prompt)}
    let path_name = (if "Path" in $env { "Path" } else { "PATH" })
    let old_path = ($env | get $path_name)
    let folders = (if ($old_path | describe) == "string" { $old_path | split row (char esep) } else { $old_path })
    load-env {
        $path_name: ($folders | prepend ($virtual_env | path join ${quoteNu(scripts)}))
        VIRTUAL_ENV: $virtual_env
        VIRTUAL_ENV_PROMPT: $prompt
    }
    if "PYTHONHOME" in $env { hide-env PYTHONHOME }
    if not ("VIRTUAL_ENV_DISABLE_PROMPT" in $env) {
        let old_prompt = ($env.PROMPT_COMMAND? | default "")
        let new_prompt = (if ($old_prompt | describe) == "closure" {
            {|| $"\\(($prompt)\\) (do $old_prompt)" }
        } else {
            {|| $"\\(($prompt)\\) ($old_prompt)" }
        })
        load-env { PROMPT_COMMAND: $new_prompt }
    }
}

export alias deactivate = overlay hide activate
`;
}

/** For programs that embed Python: the running interpreter sees the environment's modules first. */
function pythonScript({ prompt, sitePackages }: Activation): string {
  return `"""Makes a running interpreter see this environment.

exec(compile(open(path).read(), path, "exec"), {"__file__": path})
"""

import os
import site
import sys

scripts = os.path.dirname(os.path.abspath(__file__))
prefix = os.path.dirname(scripts)

os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])
os.environ["VIRTUAL_ENV"] = prefix
os.environ["VIRTUAL_ENV_PROMPT"] = ${quotePython(prompt)}

before = list(sys.path)
for folder in ${`[${sitePackages.map(quotePython).join(", ")}]`}:
    site.addsitedir(os.path.normpath(os.path.join(scripts, folder)))
sys.path[:] = [path for path in sys.path if path not in before] + before

sys.real_prefix = sys.prefix
sys.prefix = prefix
`;
}
