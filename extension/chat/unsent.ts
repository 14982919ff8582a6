/** Where a message that could not be sent goes back to: its page may be another one by then, or gone. */
import type { Draft, FromPage, PromptPart } from '../../protocol/chat/chatPage.ts';

export interface UnsentPages {
  /** The one that sent it. */
  readonly sender: object | undefined;
  /** The one that has the draft now; absent: it is kept for the next one. */
  readonly now: object | undefined;
}

/** `sender`: still there, and knows what it sent. `page`: another one, which is told. `drafts`: none. */
export function findUnsentPlace({ sender, now }: UnsentPages): 'sender' | 'page' | 'drafts' {
  if (now === undefined) return 'drafts';
  return now === sender ? 'sender' : 'page';
}

/** The text of its parts is in its text already. */
export function toUnsentDraft(message: Extract<FromPage, { type: 'send' }>): Draft {
  const { text, attachments } = message;
  const parts = attachments.map((image): PromptPart => ({
    ...{ kind: 'image', label: image.name, text: '' },
    image,
  }));
  return { text, parts };
}
