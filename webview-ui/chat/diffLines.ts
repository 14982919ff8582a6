import { diffLines } from 'diff';
import type { FileChange } from '../../protocol/chat/permission.ts';

export interface DiffLine {
  /** `skipped`: `text` is how many lines are left out there. */
  readonly kind: 'same' | 'added' | 'removed' | 'skipped';
  readonly text: string;
}

const around = 3;
/** Comparing longer texts takes too long: they are shown as removed and added. */
const compareMax = 400_000;

/** With `isWhole` no line is left out. */
export function listLines({ before, after }: FileChange, isWhole: boolean): DiffLine[] {
  const old = before ?? '';
  const isLong = old.length + after.length > compareMax;
  const found = isLong ? undefined : diffLines(old, after, { maxEditLength: 4000 });
  const parts = found ?? [
    { value: old, removed: true, added: false },
    { value: after, removed: false, added: true },
  ];
  const lines = parts.flatMap(({ value, added, removed }): DiffLine[] => {
    const kind = added ? 'added' : removed ? 'removed' : 'same';
    return toLines(value).map((text) => ({ kind, text }));
  });
  return isWhole ? lines : leaveOut(lines);
}

function toLines(text: string): string[] {
  if (text === '') return [];
  return text.replace(/\n$/, '').split('\n');
}

function leaveOut(lines: readonly DiffLine[]): DiffLine[] {
  const near = new Set<number>();
  for (const [index, { kind }] of lines.entries()) {
    if (kind === 'same') continue;
    for (let at = index - around; at <= index + around; at += 1) near.add(at);
  }
  const shown: DiffLine[] = [];
  let skipped = 0;
  const endSkip = (): void => {
    if (skipped > 0) shown.push({ kind: 'skipped', text: String(skipped) });
    skipped = 0;
  };
  for (const [index, line] of lines.entries()) {
    if (!near.has(index)) {
      skipped += 1;
      continue;
    }
    endSkip();
    shown.push(line);
  }
  endSkip();
  return shown;
}
