/**
 * What waits for the person, in a view of its own with a badge. Shows and answers entries of the daemon's registry; decides
 * nothing about what needs a person, and never opens by itself.
 */
import * as vscode from 'vscode';
import type { Need } from '../../protocol/attention/attention.ts';
import { needSchema } from '../../protocol/attention/attention.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { translate as t } from '../editor/editor.ts';
import type { Log } from '../log.ts';
import { NeedTree } from './needTree.ts';

export { watchSeen } from './seen.ts';

export interface AttentionOptions {
  readonly connection: DaemonConnection;
  readonly findSession: (id: string) => Session | undefined;
  readonly log: Log;
}

export interface AttentionFeature extends Disposable {
  readonly commands: CommandHandlers<'answerNeed'>;
  readonly needs: () => readonly Need[];
  readonly onDidChange: Event<void>;
}

export function createAttentionFeature(options: AttentionOptions): AttentionFeature {
  const { connection, log } = options;
  const owned = new DisposableStore();
  const changed = owned.add(new Emitter<void>());
  const tree = new NeedTree(options.findSession);
  const view = owned.add(vscode.window.createTreeView('waggle.needs', { treeDataProvider: tree }));
  let revision = -1;
  const show = (list: { readonly needs: readonly Need[]; readonly revision: number }): void => {
    if (list.revision < revision) return;
    revision = list.revision;
    tree.show(list.needs);
    const count = list.needs.length;
    view.badge = count === 0 ? undefined : { value: count, tooltip: t('{0} need you', count) };
    changed.fire();
  };
  owned.add(
    connection.onDidConnect((link) => {
      revision = -1;
      link.onEvent('attention/changed', show);
      link.call('attention/subscribe', {}).then(show, (error: unknown) => {
        log.warn('needs were not listed', errorMessageOf(error));
      });
    }),
  );
  return {
    commands: { answerNeed: (argument) => answer(connection, argument) },
    needs: () => tree.needs,
    onDidChange: changed.event,
    dispose: () => owned.dispose(),
  };
}

/** One action is taken at once, of several one is picked. The revision says which state the person saw. */
async function answer(connection: DaemonConnection, argument: unknown): Promise<void> {
  const parsed = needSchema.safeParse(argument);
  if (!parsed.success) return;
  const { id, revision, actions, text } = parsed.data;
  const rows = actions.map((action) => ({ label: toPlainLine(action.label, 64), id: action.id }));
  const chosen = await vscode.window.showQuickPick(rows, { title: toPlainLine(text, 120) });
  if (chosen === undefined) return;
  await connection.call('attention/answer', { id, action: chosen.id, revision });
}
