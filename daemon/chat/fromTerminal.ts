import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { ChatLaunch } from '../agent/agent.ts';
import type { SessionRow } from '../session/session.ts';
import { readConversation } from '../transcript/transcript.ts';
import { Filling } from './importing.ts';
import type { LiveChat } from './liveChat.ts';

export interface FromTerminal {
  /** What was chosen there, as far as it is not more than a chat begins with. */
  readonly chosen: Partial<Pick<ChatLaunch, 'model' | 'mode'>>;
}

/** Modes of a terminal that go along; what is wider asks again. */
const carriedModes = new Set(['default', 'acceptEdits', 'plan', 'ask', 'readOnly', 'workspace']);

/**
 * Puts into the journal what was said in the terminal, from the agent's own transcript; from where it was interrupted, when
 * it was. Of an agent whose transcript nobody reads it is said that something is missing. The caller flushes, with what says
 * that it is done.
 */
export async function fillFromTerminal(chat: LiveChat, row: SessionRow): Promise<FromTerminal> {
  const id = row.conversations.at(-1)?.id;
  const { terminal, lentDraft, filled } = chat.kept;
  const since = terminal?.since ?? '';
  const filling = new Filling(chat, { name: `terminal/${since}`, filled });
  let prompts = 0;
  const read =
    id === undefined
      ? undefined
      : await readConversation(
          { agent: row.agent, directory: row.agentDirectory ?? '', id },
          {
            since,
            async take(said) {
              if (said.who === 'person') prompts += 1;
              await filling.write(said);
            },
          },
        );
  filling.end();
  if (read === undefined && chat.kept.terminal !== null) tellMissing(chat, row);
  if (prompts === 0 && lentDraft !== '' && chat.kept.draft === '') chat.patch({ draft: lentDraft });
  chat.patch({ lentDraft: '' });
  return { chosen: chosenIn(chat, read ?? {}) };
}

function chosenIn(
  chat: LiveChat,
  { mode, model }: { readonly mode?: string | undefined; readonly model?: string | undefined },
): FromTerminal['chosen'] {
  const isWide = mode !== undefined && !carriedModes.has(mode);
  if (isWide) {
    const text = `In the terminal it worked in mode ${toPlainLine(mode, 40)}; here it asks first. Choose the mode anew if you want more.`;
    chat.journal.apply({ type: 'notice', key: `mode/${chat.journal.end}`, text });
  }
  const [narrow = null] = chat.provider.modes.map(({ id }) => id);
  return {
    ...(mode === undefined ? {} : { mode: isWide ? narrow : mode }),
    ...(model === undefined ? {} : { model }),
  };
}

function tellMissing(chat: LiveChat, row: SessionRow): void {
  const text = 'What was said in the terminal is known to the agent, but not shown here.';
  const key = `terminal/${row.generation}/missing`;
  chat.journal.apply({ type: 'notice', key, text });
}

/** The agent keeps something that would be missing in a new conversation. */
export function wasSaid({ kept }: LiveChat, { conversations, agent }: SessionRow): boolean {
  const isUnread = agent !== 'claude' && agent !== 'codex';
  return kept.turns > 0 || (isUnread && conversations.length > 0);
}
