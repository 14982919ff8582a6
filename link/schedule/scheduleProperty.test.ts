/** Planned times against an oracle that knows nothing of ours: it looks at every minute and asks what the clock shows. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { nextTime } from './schedule.ts';

const isLong = process.env['WAGGLE_TEST_LONG'] === '1';
const minute = 60_000;
const day = 1440 * minute;

const zones = [
  ...['UTC', 'Europe/Berlin', 'Europe/London', 'Europe/Lisbon', 'Europe/Athens', 'Europe/Moscow'],
  ...['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles'],
  ...['Australia/Lord_Howe', 'Africa/Casablanca', 'Pacific/Chatham', 'Asia/Gaza', 'Asia/Beirut'],
  ...['America/Santiago', 'America/Asuncion', 'America/Havana', 'America/Nuuk', 'Africa/Cairo'],
  ...['Asia/Tokyo', 'Asia/Kolkata', 'Asia/Kathmandu', 'Asia/Jerusalem', 'Asia/Nicosia'],
  ...['Australia/Sydney', 'Australia/Adelaide', 'Australia/Brisbane', 'Australia/Hobart'],
  ...[
    'Pacific/Auckland',
    'Pacific/Apia',
    'Pacific/Kiritimati',
    'Pacific/Norfolk',
    'Pacific/Easter',
  ],
  ...[
    'America/St_Johns',
    'America/Halifax',
    'America/Anchorage',
    'America/Adak',
    'America/Phoenix',
  ],
  ...[
    'America/Sao_Paulo',
    'America/Bogota',
    'America/Miquelon',
    'America/Tijuana',
    'America/Thule',
  ],
  ...['Atlantic/Azores', 'Atlantic/Bermuda', 'Atlantic/Canary', 'Antarctica/Troll'],
  ...['Europe/Chisinau', 'Europe/Dublin', 'Europe/Istanbul', 'Europe/Kyiv', 'Europe/Madrid'],
  ...['Europe/Paris', 'Europe/Rome', 'Europe/Stockholm', 'Asia/Shanghai', 'Asia/Tehran'],
  ...['Asia/Dhaka', 'America/Toronto'],
];

type OracleClock = (at: number) => number;

const clocks = new Map<string, OracleClock>();

function clockOf(zone: string): OracleClock {
  const clock = clocks.get(zone) ?? createClock(zone);
  clocks.set(zone, clock);
  return clock;
}

/** The oracle's clock: offsets by quarter of an hour, read as text of a far away locale. */
function createClock(zone: string): OracleClock {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const known = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / (15 * minute)) * 15 * minute;
    let offset = known.get(quarter);
    if (offset === undefined) {
      offset = Date.parse(`${format.format(quarter).replace(' ', 'T')}Z`) - quarter;
      known.set(quarter, offset);
    }
    return at + offset;
  };
}

interface Pattern {
  readonly text: string;
  readonly isEveryHour: boolean;
  matches(wall: number): boolean;
}

/** Numbers that are the same for the same seed (mulberry32). */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function choose(
  random: (below: number) => number,
  [from, to]: readonly [number, number],
  count: number,
) {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(from + random(to - from + 1));
  return [...chosen].toSorted((a, b) => a - b);
}

function createPattern(random: (below: number) => number): Pattern {
  const minutes = choose(random, [0, 59], 1 + random(2));
  const hours = random(3) === 0 ? undefined : choose(random, [0, 4], 1 + random(2));
  const dayKind = random(4);
  const days = dayKind === 1 ? choose(random, [1, 31], 12) : undefined;
  const weekdays = dayKind >= 2 ? choose(random, [0, 6], 3 + random(4)) : undefined;
  const months = random(4) === 0 ? choose(random, [1, 12], 6) : undefined;
  const list = (set: number[] | undefined): string => set?.join(',') ?? '*';
  return {
    text: `${list(minutes)} ${list(hours)} ${list(days)} ${list(months)} ${list(weekdays)}`,
    isEveryHour: hours === undefined,
    matches(wall) {
      const passed = Math.floor(wall / minute);
      if (!minutes.includes(passed % 60)) return false;
      if (hours?.includes(Math.floor(passed / 60) % 24) === false) return false;
      const at = new Date(wall);
      return (
        (days?.includes(at.getUTCDate()) ?? true) &&
        (months?.includes(at.getUTCMonth() + 1) ?? true) &&
        (weekdays?.includes(at.getUTCDay()) ?? true)
      );
    },
  };
}

/** Every minute of a span that is a planned time. */
function ask(
  pattern: Pattern,
  clock: OracleClock,
  [from, to]: readonly [number, number],
): number[] {
  const found: number[] = [];
  let newest = clock(from - 2 * day);
  for (let at = from - 2 * day + minute; at < to; at += minute) {
    const wall = clock(at);
    let isDue = pattern.matches(wall) && (pattern.isEveryHour || wall > newest);
    const jumped = wall - newest > minute && wall - clock(at - minute) > minute;
    if (jumped && !pattern.isEveryHour)
      for (let missed = newest + minute; missed < wall; missed += minute)
        isDue ||= pattern.matches(missed);
    newest = Math.max(newest, wall);
    if (isDue && at >= from) found.push(at);
  }
  return found;
}

function compare(zone: string, pattern: Pattern, [from, to]: readonly [number, number]): number {
  const clock = clockOf(zone);
  const expected = ask(pattern, clock, [from, to]);
  const schedule = { kind: 'cron', pattern: pattern.text, zone } as const;
  const seen: number[] = [];
  for (let at = nextTime(schedule, from - 1); at !== undefined && at < to;) {
    seen.push(at);
    at = nextTime(schedule, at);
  }
  const differing = seen.findIndex((at, index) => at !== expected[index]);
  const where = differing < 0 ? Math.min(seen.length, expected.length) : differing;
  const say = (at: number | undefined): string =>
    at === undefined ? 'none' : new Date(at).toISOString();
  assert.ok(
    differing < 0 && seen.length === expected.length,
    `${pattern.text} in ${zone}: ${say(seen[where])} instead of ${say(expected[where])}`,
  );
  return seen.length;
}

function transitionsOf(zone: string, from: number, to: number): number[] {
  const clock = clockOf(zone);
  const offset = (at: number): number => clock(at) - at;
  const found: number[] = [];
  for (let at = from; at < to; at += 6 * 60 * minute) {
    if (offset(at) === offset(at - 6 * 60 * minute)) continue;
    let set = at - 6 * 60 * minute;
    while (offset(set) === offset(at - 6 * 60 * minute)) set += 15 * minute;
    found.push(set);
  }
  return found;
}

describe('planned times of cron patterns', function () {
  this.timeout(isLong ? 3_600_000 : 300_000);
  const seed = isLong ? Math.floor(Math.random() * 2 ** 31) : 20_261_128;
  const random = createRandom(seed);
  const years = isLong ? 3 : 1;
  const begin = Date.UTC(2025, 0, 1);

  it(`are those that an oracle finds by looking at every minute (seed ${seed})`, () => {
    for (const zone of isLong ? zones : zones.slice(0, 12)) {
      const pattern = createPattern(random);
      assert.ok(compare(zone, pattern, [begin, begin + years * 365 * day]) > 0);
    }
  });

  it(`are those of the oracle around every setting of the clock of sixty zones (seed ${seed})`, () => {
    assert.equal(new Set(zones).size, 60);
    let count = 0;
    for (const zone of zones) {
      const patterns = Array.from({ length: isLong ? 20 : 2 }, () => createPattern(random));
      for (const at of transitionsOf(zone, begin, begin + years * 365 * day))
        for (const pattern of patterns) {
          compare(zone, pattern, [at - 2 * day, at + 2 * day]);
          count += 1;
        }
    }
    assert.ok(count > 100, `${count} settings were looked at`);
  });
});
