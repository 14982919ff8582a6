import * as vscode from 'vscode';
import type { FileMoment } from '../../protocol/file/file.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { DaemonConnection } from '../daemon/daemon.ts';
import { translate as t } from '../editor/editor.ts';

const scheme = 'waggle-file';

export interface KeptFile {
  readonly sessionId: string;
  readonly path: string;
  /** Where it stands, or stood: the name that a diff shows. */
  readonly target: vscode.Uri;
  readonly at: FileMoment;
}

/** Files as they were, for the left side of a diff. The name keeps its ending, so that the editor knows the language. */
export class KeptFiles implements vscode.TextDocumentContentProvider, Disposable {
  readonly #connection: DaemonConnection;
  readonly #owned = new DisposableStore();
  /** A side on which there is no file. */
  readonly nothing = vscode.Uri.from({ scheme, path: '/-', query: '' });

  constructor(connection: DaemonConnection) {
    this.#connection = connection;
    this.#owned.add(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
  }

  uriOf({ sessionId, path, target, at }: KeptFile): vscode.Uri {
    const moment = typeof at === 'string' ? at : `${at.side}-${at.turn}`;
    const query = new URLSearchParams({ session: sessionId, at: moment, file: path });
    return vscode.Uri.from({ scheme, path: target.path, query: query.toString() });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    if (uri.query === '') return '';
    const query = new URLSearchParams(uri.query);
    const sessionId = sessionIdSchema.parse(query.get('session'));
    const at = readMoment(query.get('at') ?? '');
    const path = query.get('file') ?? '';
    const { data } = await this.#connection.call('file/read', { sessionId, path, at });
    const bytes = Buffer.from(data ?? '', 'base64');
    return bytes.includes(0) ? t('This file is no text.') : bytes.toString('utf8');
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

function readMoment(text: string): FileMoment {
  const [, side, turn] = /^(before|after)-(\d+)$/.exec(text) ?? [];
  if (side !== 'before' && side !== 'after') return 'start';
  return { turn: Number(turn), side };
}
