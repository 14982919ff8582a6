import type * as vscode from 'vscode';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPickLabel } from './message.ts';

export interface FollowOptions<T> {
  /** Rows for what is typed, trimmed. */
  readonly find: (query: string) => Promise<readonly T[]>;
  /** Told once for each question that failed; its row says so too. */
  readonly onFail: (reason: string) => void;
  /** Milliseconds without a key after which it is asked. */
  readonly settleMs: number;
  /** Other reasons to ask again. */
  readonly again?: vscode.Event<unknown>;
}

/** Fills a pick while one types: the latest question wins, however the answers come in. Returns what ends it. */
export function followPick<T extends vscode.QuickPickItem>(
  pick: vscode.QuickPick<T | vscode.QuickPickItem>,
  { find, onFail, settleMs, again }: FollowOptions<T>,
): () => void {
  let latest = 0;
  let timer: NodeJS.Timeout | undefined;
  const ask = async (): Promise<void> => {
    latest += 1;
    const own = latest;
    pick.busy = true;
    const rows = await find(pick.value.trim()).catch((error: unknown) => {
      onFail(errorMessageOf(error));
      return [{ label: toPickLabel(errorMessageOf(error)), alwaysShow: true }];
    });
    if (own !== latest) return;
    pick.items = rows;
    pick.busy = false;
  };
  const asked = pick.onDidChangeValue(() => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), settleMs);
  });
  const changed = again?.(() => void ask());
  void ask();
  return () => {
    latest += 1;
    clearTimeout(timer);
    asked.dispose();
    changed?.dispose();
  };
}
