/** Colours of a terminal, by what they say. */

const codes = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  orange: 33,
  blue: 34,
} as const;
export type Style = keyof typeof codes;

/** Escape sequences only where a person sees them. */
export function createPaint(colored: boolean): (text: string, style: Style) => string {
  if (!colored) return (text) => text;
  return (text, style) => `\u001b[${codes[style]}m${text}\u001b[0m`;
}

/** A terminal that is not dumb, and NO_COLOR (https://no-color.org) not set to anything. */
export function wantsColor(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  const { NO_COLOR: noColor, TERM: terminal } = env;
  return isTerminal && (noColor === undefined || noColor === '') && terminal !== 'dumb';
}
