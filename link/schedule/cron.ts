/**
 * Cron in a time zone: a thin layer over croner, which knows the pattern and the calendar. This one knows clocks that are
 * set: a named hour that a gap swallows runs at the gap's end, one that comes twice runs at the first; a pattern for every
 * hour goes with the clock that passes.
 */
import { Cron } from 'croner';
import { instantsOf, offsetOf, transitionIn, wallOf } from './zone.ts';

const dayMs = 86_400_000;
/** No clock was ever set by more; bounds the search beside an instant. */
const longestShift = 25 * 3_600_000;

export interface CronTimes {
  /** The first planned time after an instant; undefined when there is none any more. */
  next(after: number): number | undefined;
}

export type ParsedCron =
  | { readonly ok: true; readonly times: CronTimes }
  | { readonly ok: false; readonly reason: string };

/** The pattern in a clock that is never set. */
interface Walls {
  /** The first matching wall time after one. */
  after(wall: number): number | undefined;
}

const nicknames: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

/** Fields with seconds first, nicknames resolved; undefined when their number is wrong. */
export function cronFields(pattern: string): readonly string[] | undefined {
  const text = pattern.trim().toLowerCase();
  const fields = (nicknames[text] ?? text).split(/\s+/);
  if (fields.length === 5) {
    return ['0', ...fields];
  }
  return fields.length === 6 ? fields : undefined;
}

function isEveryHour(field: string): boolean {
  return ['*', '*/1', '?', '0-23', '0-23/1'].includes(field);
}

function wallsOf(fields: readonly string[]): Walls {
  const cron = new Cron(fields.join(' ').toUpperCase(), { utcOffset: 0, mode: '6-part' });
  return {
    after(wall) {
      return cron.nextRun(new Date(wall))?.getTime();
    },
  };
}

/** A named hour: each wall time once, at its first instant, or at the end of the gap it falls into. */
function namedHour(walls: Walls, zone: string): CronTimes {
  return {
    next(after) {
      let wall = walls.after(wallOf(zone, after));
      while (wall !== undefined) {
        const [first] = instantsOf(zone, wall);
        const at = first ?? endOfGap(zone, wall);
        if (at > after) {
          return at;
        }
        wall = walls.after(
          first === undefined ? endOfGapWall(zone, wall) : secondPassEnd(zone, after),
        );
      }
      return undefined;
    },
  };
}

/** The last wall second that a clock, set back shortly before `after`, shows twice. */
function secondPassEnd(zone: string, after: number): number {
  const set = transitionIn(zone, after - longestShift, after) ?? after;
  return Math.max(set + offsetOf(zone, set - 1000), wallOf(zone, after) + 1000) - 1000;
}

/** The last wall second that the gap around this one swallows. */
function endOfGapWall(zone: string, wall: number): number {
  return Math.max(wall, wallOf(zone, endOfGap(zone, wall)) - 1000);
}

/** The instant at which a clock jumps over this wall time. */
function endOfGap(zone: string, wall: number): number {
  return transitionIn(zone, wall - dayMs * 1.5, wall + dayMs * 1.5) ?? wall;
}

/** Every hour: each instant whose wall time matches. */
function everyHour(walls: Walls, zone: string): CronTimes {
  return {
    next(after) {
      const plain = nextInClock(walls, zone, after);
      const end = Math.min(plain ?? Infinity, after + longestShift);
      const set = transitionIn(zone, after, end);
      if (set === undefined) {
        return plain;
      }
      const again = walls.after(wallOf(zone, set) - 1000);
      const second =
        again === undefined ? undefined : instantsOf(zone, again).find((at) => at >= set);
      return Math.min(second ?? Infinity, plain ?? Infinity);
    },
  };
}

function nextInClock(walls: Walls, zone: string, after: number): number | undefined {
  let wall = walls.after(wallOf(zone, after));
  while (wall !== undefined) {
    const at = instantsOf(zone, wall).find((each) => each > after);
    if (at !== undefined) {
      return at;
    }
    wall = walls.after(endOfGapWall(zone, wall));
  }
  return undefined;
}

/** Reads a pattern; the zone is known to be one. `reason`: a sentence that says what is wrong. */
export function parseCron(pattern: string, zone: string): ParsedCron {
  const fields = cronFields(pattern);
  if (fields === undefined) {
    return { ok: false, reason: 'A cron pattern has five fields, or six with seconds first.' };
  }
  try {
    const walls = wallsOf(fields);
    const hour = fields[2] ?? '*';
    return { ok: true, times: isEveryHour(hour) ? everyHour(walls, zone) : namedHour(walls, zone) };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return `The cron pattern cannot be read: ${text.replace(/^CronPattern:\s*/, '')}`;
}
