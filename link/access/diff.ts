/** A change of a text as the lines that a person reads: what goes, what comes, and a little around it. Pure. */

interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

const around = 3;

/** The first and the last line that differ, everything between, and three lines on each side. */
export function diffLines(before: string, after: string): DiffLine[] {
  const [old, now] = [toLines(before), toLines(after)];
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const mark = (sign: DiffLine['sign'], lines: readonly string[]): DiffLine[] =>
    lines.map((text) => ({ sign, text: text.replace(/\r$/, '') }));
  return [
    ...mark(' ', old.slice(Math.max(0, head - around), head)),
    ...mark('-', old.slice(head, old.length - tail)),
    ...mark('+', now.slice(head, now.length - tail)),
    ...mark(' ', old.slice(old.length - tail, old.length - tail + around)),
  ];
}

function toLines(text: string): string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
