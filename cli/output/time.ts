/** Times as people say them. */

const units = [
  { ms: 86_400_000, name: 'd' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'min' },
  { ms: 1000, name: 's' },
] as const;

/** `2 min`, `3 h`: the largest whole unit. */
function durationText(durationMs: number): string {
  const unit = units.find(({ ms }) => durationMs >= ms) ?? { ms: 1000, name: 's' };
  return `${Math.max(0, Math.floor(durationMs / unit.ms))} ${unit.name}`;
}

/** How long ago an instant of the wire was. */
export function agoText(instant: string, nowMs: number = Date.now()): string {
  return durationText(nowMs - Date.parse(instant));
}
