/** The turn of a chat that a button, a menu or another extension means; undefined when it names none. */
export function readTurn(argument: unknown): number | undefined {
  if (typeof argument !== 'object' || argument === null || !('turn' in argument)) return undefined;
  const { turn } = argument;
  return typeof turn === 'number' && Number.isSafeInteger(turn) && turn >= 1 ? turn : undefined;
}
