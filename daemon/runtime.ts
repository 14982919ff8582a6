/** Whether this runtime can run us at all; asked before anything native is loaded. */
import { existsSync } from 'node:fs';
import { WaggleError } from '../protocol/wire/errors.ts';

const oldest = [22, 14] as const;

/** Throws `runtimeTooOld` or `unsupportedPlatform` with what to do. `node`: `22.14.0`. */
export function checkRuntime(node: string): void {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1]))
    throw new WaggleError(
      'runtimeTooOld',
      `Waggle needs Node ${oldest.join('.')} or newer; this is ${node}.`,
      { fix: 'Update the editor, or install a newer Node.' },
    );
  if (process.platform === 'linux' && existsSync('/etc/alpine-release'))
    throw new WaggleError(
      'unsupportedPlatform',
      'Waggle does not run on Alpine: its terminals need glibc.',
    );
}
