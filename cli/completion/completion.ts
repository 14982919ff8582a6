/** Completion scripts for bash, zsh and fish, made from the commands themselves. Names of sessions are asked for. */
import { CommandError } from '../output/output.ts';

export interface CompletedOption {
  readonly long: string;
  readonly description: string;
}

export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  readonly commands: readonly CompletedCommand[];
  /** Its first argument is a session. */
  readonly takesSession: boolean;
}

/** The command that prints the names of sessions, one per line. */
const namesCommand = 'session-names';

const shells = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** Throws CommandError `usage` for another shell. */
export function createCompletion(shell: string, commands: readonly CompletedCommand[]): string {
  const make = Object.entries(shells).find(([name]) => name === shell)?.[1];
  if (make === undefined) {
    throw new CommandError('usage', `There is no completion for "${shell}".`, 'bash, zsh or fish');
  }
  return make(commands);
}

function words(commands: readonly CompletedCommand[]): string {
  return commands.map(({ name }) => name).join(' ');
}

function longs(command: CompletedCommand): string {
  return command.options.map(({ long }) => long).join(' ');
}

function bashScript(commands: readonly CompletedCommand[]): string {
  const cases = commands.map((command) => {
    const next = [longs(command), words(command.commands)].filter((part) => part !== '').join(' ');
    const names = command.takesSession ? '; names=1' : '';
    return `    ${command.name}) list='${next}'${names} ;;`;
  });
  return `# waggle completion for bash: eval "$(waggle completion bash)"
_waggle() {
  local current=\${COMP_WORDS[COMP_CWORD]} list='' names='' name
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${words(commands)}' -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$list" -- "$current"))
  if [ -n "$names" ] && [ "$COMP_CWORD" -eq 2 ]; then
    while IFS= read -r name; do
      [[ $name == "$current"* ]] && COMPREPLY+=("$(printf %q "$name")")
    done < <(command waggle ${namesCommand} 2>/dev/null)
  fi
}
complete -o default -F _waggle waggle
`;
}

/** A text inside single quotes of zsh in which a colon separates nothing. */
function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(':', '\\:');
}

/** The same between the brackets that `_arguments` reads. */
function zshBracketed(text: string): string {
  return zshText(text).replaceAll('[', '\\[').replaceAll(']', '\\]');
}

function zshScript(commands: readonly CompletedCommand[]): string {
  const described = commands.map(
    ({ name, description }) => `    '${name}:${zshText(description)}'`,
  );
  const cases = commands.map((command) => {
    const options = command.options.map(
      ({ long, description }) => `'${long}[${zshBracketed(description)}]'`,
    );
    const first = command.takesSession ? ["'1:session:_waggle_sessions'"] : [];
    const nested = command.commands.length > 0 ? [`'1:command:(${words(command.commands)})'`] : [];
    const rest = ["'*:file:_files'"];
    const specs = [...options, ...first, ...nested, ...rest].join(' ');
    return `    ${command.name}) _arguments ${specs} ;;`;
  });
  return `#compdef waggle
# waggle completion for zsh: eval "$(waggle completion zsh)"
_waggle_sessions() {
  local -a names
  names=("\${(@f)$(command waggle ${namesCommand} 2>/dev/null)}")
  compadd -a names
}
_waggle() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _waggle waggle
`;
}

function fishText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function fishScript(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(
    ({ name, description, options, takesSession, commands: nested }) => {
      const seen = `-n '__fish_seen_subcommand_from ${name}'`;
      return [
        `complete -c waggle -f -n __fish_use_subcommand -a ${name} -d ${fishText(description)}`,
        ...options.map(
          (option) =>
            `complete -c waggle ${seen} -l ${option.long.slice(2)} -d ${fishText(option.description)}`,
        ),
        ...nested.map(
          (child) =>
            `complete -c waggle -f ${seen} -a ${child.name} -d ${fishText(child.description)}`,
        ),
        ...(takesSession
          ? [`complete -c waggle -f ${seen} -a '(command waggle ${namesCommand} 2>/dev/null)'`]
          : []),
      ];
    },
  );
  return `# waggle completion for fish: waggle completion fish | source\n${lines.join('\n')}\n`;
}
