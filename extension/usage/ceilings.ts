/** "Set Usage Ceiling…": for what, and how much; those that hold can be removed there too. */
import * as vscode from 'vscode';
import type { Ceiling } from '../../protocol/usage/usage.ts';
import { toPickLabel, translate as t } from '../editor/editor.ts';
import { nameOf, readSessionId } from '../session/session.ts';
import type { UsageOptions } from './usageOptions.ts';
import { describeCeiling, parseAmount } from './usageText.ts';

type Options = Pick<UsageOptions, 'connection' | 'sessions'>;

interface Kind extends vscode.QuickPickItem {
  readonly per?: 'session' | 'day';
  readonly sessionId?: string;
  readonly remove?: Ceiling;
}

/** `argument`: the session that it is about. */
export async function changeCeilings(options: Options, argument: unknown): Promise<void> {
  const { connection } = options;
  const { ceilings } = await connection.call('usage/listCeilings', {});
  const placeHolder = t('Stop sessions when they have used so much');
  const rows = listRows(options, ceilings, readSessionId(argument));
  const kind = await vscode.window.showQuickPick(rows, { placeHolder });
  if (kind === undefined) return;
  if (kind.remove !== undefined) {
    await connection.call('usage/removeCeiling', { ceilingId: kind.remove.id });
    vscode.window.setStatusBarMessage(t('The ceiling is removed.'), 4000);
    return;
  }
  const { per = 'session', sessionId } = kind;
  const amount = await askForAmount(kind.label);
  if (amount === undefined) return;
  const of = sessionId === undefined ? {} : { sessionId };
  const { ceiling } = await connection.call('usage/setCeiling', { per, ...of, ...amount });
  const said = describeCeiling(ceiling, (id) => nameIn(options, id), t);
  vscode.window.setStatusBarMessage(t('Stops at {0}', said), 4000);
}

function listRows(
  options: Options,
  ceilings: readonly Ceiling[],
  sessionId: string | undefined,
): Kind[] {
  const own: Kind[] =
    sessionId === undefined
      ? []
      : [{ label: toPickLabel(t("For '{0}'…", nameIn(options, sessionId))), sessionId }];
  const held = ceilings.map((remove): Kind => {
    const said = describeCeiling(remove, (id) => nameIn(options, id), t);
    return { label: toPickLabel(t('Remove: {0}', said)), remove };
  });
  return [
    ...own,
    { label: t('For Each Session…'), per: 'session' },
    { label: t('For a Day, All Sessions Together…'), per: 'day' },
    ...held,
  ];
}

async function askForAmount(title: string): Promise<ReturnType<typeof parseAmount>> {
  const text = await vscode.window.showInputBox({
    title,
    prompt: t('As money $5, as tokens 200k or 1.5M. Tokens from the cache do not count.'),
    validateInput: (value) =>
      value === '' || parseAmount(value) !== undefined ? undefined : t('That is no amount.'),
  });
  return text === undefined ? undefined : parseAmount(text);
}

function nameIn({ sessions }: Options, sessionId: string): string {
  const session = sessions.get(sessionId);
  return session === undefined ? sessionId : nameOf(session);
}
