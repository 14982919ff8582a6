/** Amounts as people write and read them. Pure. */
import type { Ceiling, UsageSum } from '../../protocol/usage/usage.ts';
import { CommandError } from '../output/output.ts';

export type Amount = { readonly usd: number } | { readonly tokens: number };

const factors: Readonly<Record<string, number>> = { '': 1, k: 1000, m: 1_000_000 };

/** `$5`, `2.50usd`; `200000`, `200k`, `1.5M` tokens. @throws CommandError `usage`. */
export function parseAmount(text: string): Amount {
  const money = /^(?:\$(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?) ?usd)$/i.exec(text.trim());
  const usd = Number(money?.[1] ?? money?.[2] ?? Number.NaN);
  if (usd > 0) return { usd };
  const [, count = '', factor = ''] = /^(\d+(?:\.\d+)?)([km]?)$/i.exec(text.trim()) ?? [];
  const tokens = Math.round(Number(count) * (factors[factor.toLowerCase()] ?? 0));
  if (count !== '' && tokens > 0) return { tokens };
  throw new CommandError('usage', 'That is no amount.', 'As money $5, as tokens 200k or 1.5M.');
}

/** `12.3k`, `1.5M`: three digits at most. */
export function tokensText(count: number): string {
  if (count < 1000) return String(count);
  const [value, unit] = count < 999_500 ? [count / 1000, 'k'] : [count / 1_000_000, 'M'];
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)}${unit}`;
}

/** `$1.20`; with `+` when something has no price; nothing when all has none. */
export function costText({ costUsd, unpricedTokens }: UsageSum): string {
  if (costUsd === 0 && unpricedTokens > 0) return 'unknown';
  const rest = unpricedTokens > 0 ? '+' : '';
  return `$${costUsd > 0 && costUsd < 0.01 ? '0.01' : costUsd.toFixed(2)}${rest}`;
}

export function ceilingText({ tokens, usd }: Pick<Ceiling, 'tokens' | 'usd'>): string {
  return tokens === null ? `$${(usd ?? 0).toFixed(2)}` : `${tokensText(tokens)} tokens`;
}
