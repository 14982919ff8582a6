/**
 * Shells that say where they are and what they run: which script of ours a shell is started with. The scripts lie beside
 * this file and are copied into the program directory. Starts nothing itself; other programs are never touched.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface ShellStart {
  readonly argv: readonly string[];
  /** What the shell inherits. */
  readonly environment: Readonly<Record<string, string>>;
  /** Directory of the scripts. */
  readonly scripts: string;
  /** Says that a mark is the shell's own; the shell forgets the variable that brings it. */
  readonly nonce: string;
}

export interface MarkedStart {
  readonly argv: readonly string[];
  /** On top of what is inherited. */
  readonly environment: Readonly<Record<string, string>>;
}

const scripts: Readonly<Record<string, string>> = {
  bash: 'waggle.bash',
  zsh: 'zsh/.zshenv',
  fish: 'waggle.fish',
};
const plainArguments = new Set(['-l', '--login', '-i', '--interactive']);
const loginArguments = new Set(['-l', '--login']);
const offValues = new Set(['0', 'false', 'off', 'no']);

/**
 * How the shell is started with our marks; undefined when it is none that we know, got arguments that say more, or when
 * its script is gone: a shell that is sent to a file which is not there reads none of the person's either.
 */
export function markShell(start: ShellStart): MarkedStart | undefined {
  const [program, ...rest] = start.argv;
  if (program === undefined || !rest.every((argument) => plainArguments.has(argument)))
    return undefined;
  const script = scripts[basename(program)];
  if (script === undefined || !existsSync(join(start.scripts, script))) return undefined;
  const nonce = { WAGGLE_SHELL_NONCE: start.nonce };
  switch (basename(program)) {
    case 'bash':
      return markBash(program, rest, start);
    case 'zsh': {
      const own = start.environment['ZDOTDIR'];
      const given = own === undefined ? {} : { WAGGLE_ZDOTDIR: own };
      const environment = { ...nonce, ...given, ZDOTDIR: join(start.scripts, 'zsh') };
      return { argv: start.argv, environment };
    }
    case 'fish': {
      const script = join(start.scripts, 'waggle.fish').replaceAll(/[\\']/g, String.raw`\$&`);
      return { argv: [...start.argv, '--init-command', `source '${script}'`], environment: nonce };
    }
    default:
      return undefined;
  }
}

/** A login bash reads no file that one can name: ours reads in its place what a login shell reads. */
function markBash(program: string, rest: readonly string[], start: ShellStart): MarkedStart {
  const isLogin = rest.some((argument) => loginArguments.has(argument));
  const others = rest.filter((argument) => !loginArguments.has(argument));
  return {
    argv: [program, '--init-file', join(start.scripts, 'waggle.bash'), ...others],
    environment: {
      WAGGLE_SHELL_NONCE: start.nonce,
      ...(isLogin ? { WAGGLE_SHELL_LOGIN: '1' } : {}),
    },
  };
}

/** Whether `WAGGLE_SHELL_INTEGRATION` of the opener asks for a shell without marks. */
export function isMarkingOff(environment: Readonly<Record<string, string | undefined>>): boolean {
  return offValues.has((environment['WAGGLE_SHELL_INTEGRATION'] ?? '').toLowerCase());
}
