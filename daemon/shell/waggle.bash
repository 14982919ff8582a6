# Sourced by an interactive bash of a Waggle session in place of ~/.bashrc (docs/shell-integration.md). It reads the
# person's own startup files, then marks prompts and commands. No DEBUG trap is used.

# Functions come before the person's files: aliases made there must not change what they say.

# Writes text as the value of an OSC: `\` and `;` and control characters as \xHH, at most 2,000 characters.
__waggle_escape() {
  local LC_ALL=C text=${1:0:2000} out='' char hex i
  if [[ $text != *[[:cntrl:]\;\\]* ]]; then
    __waggle_escaped=$text
    return 0
  fi
  for ((i = 0; i < ${#text}; i++)); do
    char=${text:i:1}
    case $char in
      [[:cntrl:]\;\\])
        builtin printf -v hex '\\x%02x' "'$char"
        out+=$hex
        ;;
      *) out+=$char ;;
    esac
  done
  __waggle_escaped=$out
}

# Writes a path as a file URL's path.
__waggle_encode() {
  local LC_ALL=C text=$1 out='' char hex i
  if [[ $text != *[!a-zA-Z0-9/._~-]* ]]; then
    __waggle_encoded=$text
    return 0
  fi
  for ((i = 0; i < ${#text}; i++)); do
    char=${text:i:1}
    case $char in
      [a-zA-Z0-9/._~-]) out+=$char ;;
      *)
        builtin printf -v hex '%%%02X' "'$char"
        # Bytes above 127 come out as negative numbers on some systems.
        out+=%${hex: -2}
        ;;
    esac
  done
  __waggle_encoded=$out
}

# First of what runs before a prompt: the exit code is still there, and is there again for those who come after.
__waggle_before() {
  local status=$?
  local -
  set +x +u +e
  if [[ $__waggle_at == [1-9]* ]]; then
    builtin printf '\e]133;D;%s\a' "$status"
    __waggle_exit=$status
  elif [[ $__waggle_at == 0 ]]; then
    builtin printf '\e]133;D\a'
  fi
  __waggle_at=0
  return "$status"
}

# Last of what runs before a prompt: whatever made PS1 anew is done.
__waggle_after() {
  local status=$?
  local -
  set +x +u +e
  local plain=$PS1
  plain=${plain//"$__waggle_mark_start"/}
  plain=${plain//"$__waggle_mark_input"/}
  PS1=$__waggle_mark_start$plain$__waggle_mark_input
  __waggle_entry=$(HISTTIMEFORMAT='' history 1 2>/dev/null)
  if [[ $PWD != "$__waggle_told" ]]; then
    __waggle_encode "$PWD"
    __waggle_told=$PWD
  fi
  __waggle_escape "$PWD"
  builtin printf '\e]7;file://%s%s\a\e]7502;%s;prompt;%s;%s\a' "${HOSTNAME-}" "$__waggle_encoded" \
    "$__waggle_nonce" "$__waggle_exit" "$__waggle_escaped"
  return "$status"
}

# Runs in the subshell of PS0, after a line was read and before it runs. History does not take every line: an entry that
# stood there before is not said, unless it can only be a repetition.
__waggle_run() {
  local LC_ALL=C entry text=''
  entry=$(HISTTIMEFORMAT='' history 1 2>/dev/null)
  if [[ $entry != "$__waggle_entry" || (-o history && -z ${HISTIGNORE-} && ${HISTCONTROL-} == ignoredups) ]]; then
    text=${entry#"${entry%%[! ]*}"}
    text=${text#"${text%%[!0-9]*}"}
    text=${text#\*}
    text=${text#"${text%%[! ]*}"}
  fi
  __waggle_escaped=''
  if [[ -n $text ]]; then
    __waggle_escape "$text"
    builtin printf '\e]633;E;%s;%s\a' "$__waggle_escaped" "$__waggle_nonce"
  fi
  builtin printf '\e]7502;%s;run;%s\a\e]133;C\a' "$__waggle_nonce" "$__waggle_escaped"
}

__waggle_begin() {
  __waggle_at='' __waggle_exit='' __waggle_told='' __waggle_encoded='' __waggle_escaped='' __waggle_entry=''
  __waggle_none=('')
  __waggle_mark_start='\[\e]133;A\a\]'
  __waggle_mark_input='\[\e]133;B\a\e]633;B\a\]'
}

__waggle_hook() {
  # Older ones (macOS has 3.2) have no PS0 and would seem to wait at their prompt while a command runs.
  if ((BASH_VERSINFO[0] < 4 || (BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] < 4))); then
    return 0
  fi
  # The subscript is evaluated in the shell itself, the rest in a subshell: the one way to remember without a trap.
  PS0='${__waggle_none[__waggle_at=1,0]}$(__waggle_run)'${PS0-}
  if [[ "$(declare -p PROMPT_COMMAND 2>/dev/null)" == 'declare -a'* ]]; then
    PROMPT_COMMAND=(__waggle_before "${PROMPT_COMMAND[@]}" __waggle_after)
  else
    PROMPT_COMMAND=$'__waggle_before\n'${PROMPT_COMMAND-}$'\n__waggle_after'
  fi
}

__waggle_login=${WAGGLE_SHELL_LOGIN-}
__waggle_nonce=${WAGGLE_SHELL_NONCE-}
unset WAGGLE_SHELL_NONCE WAGGLE_SHELL_LOGIN
if [[ $- == *i* ]]; then
  if [[ -n $__waggle_login ]]; then
    # What bash itself reads as a login shell. It ran as none, so that this file is read.
    [[ -r /etc/profile ]] && . /etc/profile
    if [[ -r ~/.bash_profile ]]; then
      . ~/.bash_profile
    elif [[ -r ~/.bash_login ]]; then
      . ~/.bash_login
    elif [[ -r ~/.profile ]]; then
      . ~/.profile
    fi
  elif [[ -r ~/.bashrc ]]; then
    . ~/.bashrc
  fi
  if [[ -n $__waggle_nonce ]]; then
    __waggle_begin
    __waggle_hook
  fi
fi
unset -f __waggle_begin __waggle_hook
unset __waggle_login
