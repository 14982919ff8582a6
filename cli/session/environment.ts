/** The environment that a session gets from the terminal that starts it. The daemon takes out what must not go along. */
import { CommandError } from '../output/output.ts';

/** This terminal's variables, then the given ones. Throws CommandError `usage` for one without `=`. */
export function environmentOf(
  env: NodeJS.ProcessEnv,
  pairs: readonly string[],
): Record<string, string> {
  const own = Object.entries(env).flatMap(([key, value]) =>
    value === undefined || key === '' ? [] : [[key, value] as const],
  );
  const given = pairs.map((pair) => {
    const cut = pair.indexOf('=');
    if (cut < 1) throw new CommandError('usage', `--env ${pair} is not KEY=value.`);
    return [pair.slice(0, cut), pair.slice(cut + 1)] as const;
  });
  return Object.fromEntries([...own, ...given]);
}
