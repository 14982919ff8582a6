# Read first by a zsh of a Waggle session, whose ZDOTDIR leads here (docs/shell-integration.md). It puts ZDOTDIR back at
# once, so that zsh itself reads the person's files, and begins to mark at the first prompt.

if [[ -n ${WAGGLE_ZDOTDIR+set} ]]; then
  'builtin' 'export' ZDOTDIR="$WAGGLE_ZDOTDIR"
else
  'builtin' 'unset' ZDOTDIR
fi
'builtin' 'typeset' -g __waggle_nonce="${WAGGLE_SHELL_NONCE-}"
'builtin' 'unset' WAGGLE_ZDOTDIR WAGGLE_SHELL_NONCE

if [[ -o interactive && -n $__waggle_nonce ]]; then
  # Writes text as the value of an OSC: `\` and `;` and control characters as \xHH, at most 2,000 characters.
  __waggle_escape() {
    'builtin' 'emulate' -L zsh
    'builtin' 'setopt' extended_glob
    'builtin' 'local' text="${1[1,2000]}" match mbegin mend
    __waggle_escaped="${text//(#m)[[:cntrl:]\;\\]/\\x${(l:2::0:)$(([##16]#MATCH))}}"
  }

  # Writes a path as a file URL's path.
  __waggle_encode() {
    'builtin' 'emulate' -L zsh
    'builtin' 'setopt' extended_glob no_multibyte
    'builtin' 'local' match mbegin mend
    __waggle_encoded="${1//(#m)[^a-zA-Z0-9\/._~-]/%${(l:2::0:)$(([##16]#MATCH))}}"
  }

  __waggle_precmd() {
    'builtin' 'local' -i code=$?
    'builtin' 'emulate' -L zsh
    if [[ $__waggle_at == 1 ]]; then
      'builtin' 'printf' '\e]133;D;%d\a' $code
      __waggle_exit=$code
    elif [[ $__waggle_at == 0 ]]; then
      'builtin' 'printf' '\e]133;D\a'
    fi
    __waggle_at=0
    # Always the last one: themes make their prompts in these hooks too.
    precmd_functions=("${(@)precmd_functions:#__waggle_precmd}" __waggle_precmd)
    if [[ $PS1 != *"$__waggle_mark_input"* ]]; then
      PS1="$__waggle_mark_start${PS1//"$__waggle_mark_start"/}$__waggle_mark_input"
    fi
    if [[ $PWD != "$__waggle_told" ]]; then
      __waggle_encode "$PWD"
      __waggle_told="$PWD"
    fi
    __waggle_escape "$PWD"
    'builtin' 'printf' '\e]7;file://%s%s\a\e]7502;%s;prompt;%s;%s\a' "$HOST" "$__waggle_encoded" \
      "$__waggle_nonce" "$__waggle_exit" "$__waggle_escaped"
  }

  __waggle_preexec() {
    'builtin' 'emulate' -L zsh
    __waggle_at=1
    __waggle_escape "$1"
    'builtin' 'printf' '\e]633;E;%s;%s\a\e]7502;%s;run;%s\a\e]133;C\a' \
      "$__waggle_escaped" "$__waggle_nonce" "$__waggle_nonce" "$__waggle_escaped"
  }

  'builtin' 'typeset' -g __waggle_at='' __waggle_exit='' __waggle_told='' __waggle_encoded='' __waggle_escaped=''
  'builtin' 'typeset' -g __waggle_mark_start=$'%{\e]133;A\a%}' __waggle_mark_input=$'%{\e]133;B\a\e]633;B\a%}'
  'builtin' 'typeset' -ga precmd_functions preexec_functions
  precmd_functions+=(__waggle_precmd)
  preexec_functions+=(__waggle_preexec)
else
  'builtin' 'unset' __waggle_nonce
fi

# Last, so that what the person's file defines or ends changes nothing above.
if [[ -r ${ZDOTDIR:-$HOME}/.zshenv && ${ZDOTDIR:-$HOME}/.zshenv != "${(%):-%x}" ]]; then
  'builtin' '.' "${ZDOTDIR:-$HOME}/.zshenv"
fi
