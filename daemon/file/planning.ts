/**
 * What may be put back to how it was before a turn. What the turns of the session and its own restores did is ours; every
 * other difference on the way is somebody else's, and never overwritten unasked. Pure.
 */
import { createHash } from 'node:crypto';
import type { RestoreConflict } from '../../protocol/file/file.ts';
import type { Entry } from './state.ts';

/** One thing of ours that may have changed files, in the order of time. */
export interface Step {
  readonly before: ReadonlyMap<string, string>;
  readonly after: ReadonlyMap<string, string>;
}

export interface PlannedFile {
  readonly path: string;
  readonly now: Entry;
  /** What it goes back to. */
  readonly target: Entry;
  /** Undefined: it is as our last step left it. */
  readonly conflict: RestoreConflict['reason'] | undefined;
}

/** `steps`: from the turn on, the turn first. `now`: what stands there. Files that are as they were are left out. */
export function planFiles(
  steps: readonly Step[],
  now: ReadonlyMap<string, string>,
  paths: readonly string[],
): PlannedFile[] {
  return paths.flatMap((path) => {
    const target = steps[0]?.before.get(path);
    const stands = now.get(path);
    if (isSame(target, stands)) return [];
    let expected = target;
    let wasTouched = false;
    for (const { before, after } of steps) {
      if (!isSame(before.get(path), expected)) wasTouched = true;
      expected = after.get(path);
    }
    const conflict = !isSame(stands, expected)
      ? 'changedSince'
      : wasTouched
        ? 'changedBetween'
        : undefined;
    return [{ path, now: stands, target, conflict }];
  });
}

/** Where the bytes are kept says nothing about what they are. */
export function isSame(left: Entry, right: Entry): boolean {
  return left?.replace(/ raw$/, '') === right?.replace(/ raw$/, '');
}

/** Names exactly what was seen. */
export function planIdOf(turn: number, files: readonly PlannedFile[]): string {
  const seen = files.map(({ path, now, target, conflict }) => [path, now, target, conflict]);
  return createHash('sha256')
    .update(JSON.stringify([turn, seen]))
    .digest('hex');
}
