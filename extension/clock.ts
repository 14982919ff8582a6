/** `08:12`, local. `at` is an ISO instant. */
export function describeClock(at: string): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
