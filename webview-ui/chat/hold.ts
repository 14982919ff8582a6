/** Where a component puts itself for who made it: a `ref` reaches elements only. */
export interface Hold<T> {
  current: T | null;
}

export function createHold<T>(): Hold<T> {
  return { current: null };
}
