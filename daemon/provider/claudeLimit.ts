/** How much of a person's plan is used, as Claude Code is told by its server. */
import type { LimitLine } from './claudeLine.ts';
import type { PlanLimitSeen } from './event.ts';

type Info = NonNullable<LimitLine['rate_limit_info']>;

const names: Readonly<Record<string, string>> = {
  five_hour: '5 hours',
  seven_day: '7 days',
  seven_day_opus: '7 days (Opus)',
  seven_day_sonnet: '7 days (Sonnet)',
  overage: 'extra usage',
};

/** All windows that it tells; versions that tell one only tell the one that is nearest to its end. */
export function planLimitsIn(info: Info): PlanLimitSeen[] {
  const { unifiedWindows = {}, rateLimitType, status } = info;
  const listed = Object.entries(unifiedWindows);
  const single = {
    ...info,
    utilization: info.utilization ?? (status === 'rejected' ? 1 : undefined),
  };
  const windows: [string, Pick<Info, 'utilization' | 'resetsAt'>][] =
    listed.length > 0 || rateLimitType === undefined ? listed : [[rateLimitType, single]];
  return windows.flatMap(([type, { utilization, resetsAt }]) => {
    if (utilization === undefined || utilization < 0) return [];
    const name = names[type] ?? type.replaceAll('_', ' ');
    const usedPercent = Math.round(utilization * 100);
    return [{ name, usedPercent, resetsAt: toInstant(resetsAt) }];
  });
}

function toInstant(seconds: number | undefined): string | null {
  const ms = (seconds ?? Number.NaN) * 1000;
  return ms > 0 && ms < 4e12 ? new Date(ms).toISOString() : null;
}
