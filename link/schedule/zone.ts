/** Wall time and instants of a time zone, out of the runtime's own zone tables. Says nothing about schedules. */

const dayMs = 86_400_000;

/** Reads of one zone; making a formatter costs more than a thousand uses of it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  let found = formatters.get(zone);
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formatters.set(zone, found);
  }
  return found;
}

/** Whether the runtime knows it; offsets like `+02:00` are no zones, for they know no daylight saving. */
export function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) {
    return false;
  }
  try {
    formatterOf(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) {
      return false;
    }
    throw error;
  }
}

/** The zone of this machine. */
export function localZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Wall time of an instant, as the milliseconds that UTC would show it at; whole seconds. */
export function wallOf(zone: string, at: number): number {
  const seconds = Math.floor(at / 1000) * 1000;
  if (zone === 'UTC') {
    return seconds;
  }
  const text = formatterOf(zone).format(seconds);
  const [month, day, year, hour, minute, second] = text.split(/\D+/).map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}

/** What the zone's clock is ahead of UTC. */
export function offsetOf(zone: string, at: number): number {
  return wallOf(zone, at) - Math.floor(at / 1000) * 1000;
}

/** The instants at which the zone's clock shows this: none in a gap, two where it is set back. Ascending. */
export function instantsOf(zone: string, wall: number): readonly number[] {
  const offsets = new Set([offsetOf(zone, wall - dayMs), offsetOf(zone, wall + dayMs)]);
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((at) => wallOf(zone, at) === wall)
    .sort((a, b) => a - b);
}

/** The first instant in (`from`, `to`] from which another offset holds; undefined when there is none. The span holds one at most. */
export function transitionIn(zone: string, from: number, to: number): number | undefined {
  const before = offsetOf(zone, from);
  if (to <= from || offsetOf(zone, to) === before) {
    return undefined;
  }
  let low = Math.floor(from / 1000);
  let high = Math.ceil(to / 1000);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetOf(zone, middle * 1000) === before) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high * 1000;
}
