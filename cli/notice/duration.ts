import { CommandError } from '../output/output.ts';

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const longestMs = 365 * 86_400_000;

/** `90s`, `30m`, `1h30m`, `2d` in milliseconds. Throws CommandError `usage` for what is none. */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d{1,6})([smhd])/g)];
  const ms = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (unitMs[unit ?? ''] ?? 0),
    0,
  );
  const isWhole = parts.map(([part]) => part).join('') === text;
  if (!isWhole || ms <= 0 || ms > longestMs)
    throw new CommandError('usage', 'How long is 90s, 30m, 1h30m or 2d, a year at most.');
  return ms;
}
