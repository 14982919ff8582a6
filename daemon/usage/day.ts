/** The day of an instant in the calendar of this machine, as `2026-11-28`. Pure but for the zone. */
export function dayOf(ms: number): string {
  const date = new Date(ms);
  const part = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${part(date.getMonth() + 1)}-${part(date.getDate())}`;
}

/** The first of so many days up to that of the instant. */
export function firstOfDays(ms: number, days: number): string {
  const date = new Date(ms);
  // Noon is on the same day whatever the clocks were set by meanwhile.
  return dayOf(
    new Date(date.getFullYear(), date.getMonth(), date.getDate() - days + 1, 12).getTime(),
  );
}
