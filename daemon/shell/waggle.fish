# Run by an interactive fish of a Waggle session after the person's own configuration (docs/shell-integration.md).

if status is-interactive; and set -q WAGGLE_SHELL_NONCE; and functions -q fish_prompt
    set -g __waggle_nonce $WAGGLE_SHELL_NONCE
    set -e WAGGLE_SHELL_NONCE
    set -g __waggle_at ''
    set -g __waggle_exit ''

    # Writes text as the value of an OSC: `\` and `;` and control characters as \xHH, at most 2,000 characters.
    function __waggle_escape
        string sub -l 2000 -- "$argv[1]" | string replace -a '\\' '\\x5c' | string replace -a ';' '\\x3b' \
            | string replace -a \e '\\x1b' | string replace -a \a '\\x07' | string replace -a \t '\\x09' \
            | string replace -ar '[[:cntrl:]]' '' | string join '\\x0a'
    end

    # Fish 4 marks prompts and commands itself.
    set -g __waggle_marks 1
    if test (string split . -- $version)[1] -ge 4
        set -e __waggle_marks
    end

    function __waggle_preexec --on-event fish_preexec
        set -l text (__waggle_escape "$argv[1]")
        set -g __waggle_at 1
        printf '\e]633;E;%s;%s\a\e]7502;%s;run;%s\a' "$text" $__waggle_nonce $__waggle_nonce "$text"
        set -q __waggle_marks; and printf '\e]133;C\a'
    end

    function __waggle_postexec --on-event fish_postexec
        set -g __waggle_exit $status
        set -g __waggle_at ''
        set -q __waggle_marks; and printf '\e]133;D;%s\a' $__waggle_exit
    end

    function __waggle_waits
        printf '\e]7502;%s;prompt;%s;%s\a' $__waggle_nonce "$__waggle_exit" (__waggle_escape "$PWD")
        set -g __waggle_at 0
    end

    # After every command and every cancelled line; repaints do not come here.
    function __waggle_before --on-event fish_prompt
        if test "$__waggle_at" = 0; and set -q __waggle_marks
            printf '\e]133;D\a'
        end
        __waggle_waits
        if set -q __waggle_marks
            set -l url (string escape --style=url -- "$PWD")
            printf '\e]7;file://%s%s\a\e]133;A\a' $hostname "$url"
        end
    end

    functions -c fish_prompt __waggle_own_prompt
    # The person's prompt comes first, so that it sees the status of the last command. A second Ctrl+C cuts the events above
    # short, and then the prompt says what they did not.
    function fish_prompt
        set -l code $status
        __waggle_own_prompt
        if test "$__waggle_at" != 0
            test "$__waggle_at" = 1; and set -g __waggle_exit $code
            __waggle_waits
        end
        set -q __waggle_marks; and printf '\e]133;B\a\e]633;B\a'
    end
end
