/** Tells the daemon what the person has seen in this window, so that it no longer counts as waiting. */
import * as vscode from 'vscode';
import type { Need } from '../../protocol/attention/attention.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore, toDisposable } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { Log } from '../log.ts';
import { SeenWatch } from './seenWatch.ts';

export interface SeenOptions {
  readonly connection: DaemonConnection;
  readonly attention: {
    readonly needs: () => readonly Need[];
    readonly onDidChange: Event<void>;
  };
  readonly terminals: {
    readonly visible: ReadonlySet<string>;
    readonly onDidChange: Event<void>;
  };
  readonly log: Log;
}

export function watchSeen({ connection, attention, terminals, log }: SeenOptions): Disposable {
  const owned = new DisposableStore();
  const watch = owned.add(
    new SeenWatch({
      needs: attention.needs,
      visible: () => (vscode.window.state.focused ? terminals.visible : new Set()),
      schedule(run, delayMs) {
        const timer = setTimeout(run, delayMs);
        return toDisposable(() => clearTimeout(timer));
      },
      seen({ id, revision }) {
        connection
          .call('attention/answer', { id, action: 'dismiss', revision })
          // Somebody else answered, or it changed meanwhile: then it is looked at anew.
          .catch((error: unknown) => log.debug('not taken as seen', errorMessageOf(error)));
      },
    }),
  );
  const update = (): void => watch.update();
  owned.add(attention.onDidChange(update));
  owned.add(terminals.onDidChange(update));
  owned.add(vscode.window.onDidChangeWindowState(update));
  owned.add(vscode.window.tabGroups.onDidChangeTabs(update));
  owned.add(vscode.window.onDidChangeActiveTerminal(update));
  return owned;
}
