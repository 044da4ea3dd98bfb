/**
 * The scripts that make a shell complete the words of `tokentray`. They hold no command and no option, so that they never grow old: for
 * each Tab they ask `tokentray complete-words`, which answers what to do in its first line and the words in the others.
 */
const bash = `# Completion of tokentray for bash. To have it in every new shell, add this line to ~/.bashrc:
#   eval "$(tokentray completion bash)"
# or keep it where bash-completion looks:
#   tokentray completion bash > ~/.local/share/bash-completion/completions/tokentray

_tokentray() {
  local line kind= at
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $kind ]]; then kind=$line; else COMPREPLY+=("$line"); fi
  done < <(command tokentray complete-words bash "--line=\${COMP_LINE:0:COMP_POINT}" "--breaks=$COMP_WORDBREAKS" 2>/dev/null)
  case $kind in
    hosts) COMPREPLY=($(compgen -A hostname -- "$2")) ;;
    files) compopt -o default 2>/dev/null ;;
    commands)
      for ((at = 1; at < COMP_CWORD; at += 1)); do [[ \${COMP_WORDS[at]} == -- ]] && break; done
      if declare -F _command_offset >/dev/null; then _command_offset $((at + 1))
      elif ((at + 1 == COMP_CWORD)); then COMPREPLY=($(compgen -c -- "$2"))
      else compopt -o default 2>/dev/null
      fi ;;
  esac
}
complete -F _tokentray tokentray
`

const zsh = `#compdef tokentray
# Completion of tokentray for zsh. To have it in every new shell, add this line to ~/.zshrc, behind the one with compinit:
#   eval "$(tokentray completion zsh)"
# or keep it in a folder of your $fpath:
#   tokentray completion zsh > ~/.zsh/completions/_tokentray

_tokentray() {
  local line tab=$'\\t'
  local -a lines found shown before
  before=("\${(@Q)words[2,CURRENT-1]}")
  ((CURRENT > 2)) || before=()
  lines=("\${(@f)$(command tokentray complete-words zsh "--current=\${(Q)PREFIX}" "\${before[@]}" 2>/dev/null)}")
  case $lines[1] in
    hosts) _hosts ;;
    files)
      [[ $PREFIX == --*=* ]] && compset -P '*='
      _files ;;
    commands)
      local at=$words[(i)--]
      shift $at words
      ((CURRENT -= at))
      _normal ;;
    words)
      for line in "\${(@)lines[2,-1]}"; do
        found+=("\${line%%$tab*}")
        shown+=("\${line/$tab/  -- }")
      done
      compadd -l -d shown -a found ;;
  esac
}
if [[ $funcstack[1] == _tokentray ]]; then _tokentray "$@"; else compdef _tokentray tokentray; fi
`

const fish = `# Completion of tokentray for fish. To have it in every new shell:
#   tokentray completion fish > ~/.config/fish/completions/tokentray.fish

function __tokentray_words
    set -l before (commandline -opc)
    set -e before[1]
    set -l current (commandline -ct)
    set -l lines (command tokentray complete-words fish "--current=$current" $before 2>/dev/null)
    switch "$lines[1]"
        case hosts
            __fish_print_hostnames
        case files
            __fish_complete_path $current
        case commands
            set -l at (contains -i -- -- $before)
            set -e before[1..$at]
            complete -C (string join ' ' -- (string escape -- $before) $current)
        case words
            set -e lines[1]
            printf '%s\\n' $lines
    end
end
complete -c tokentray -f -a '(__tokentray_words)'
`

const powershell = `# Completion of tokentray for PowerShell. To have it in every new shell, add this line to the file that $PROFILE names:
#   tokentray completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName tokentray -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { if ($null -ne $_.Value) { [string]$_.Value } else { $_.Extent.Text } })
    $kind, $lines = @(tokentray complete-words powershell "--current=$wordToComplete" @before 2>$null)
    if ($kind -ne 'words') { return }
    foreach ($line in $lines) {
        $word, $about = $line -split "\`t", 2
        if (-not $about) { $about = $word }
        [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $about)
    }
}
`

export const completionScripts = { bash, zsh, fish, powershell } as const

export type CompletionShell = keyof typeof completionScripts
