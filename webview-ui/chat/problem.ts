/** What is wrong and what to do about it; and what is too much for one message, which is seen before it is sent. */
import type { Attachment } from '../../protocol/chat/entry.ts';
import { attachmentsMost, textMost } from '../../protocol/chat/saying.ts';
import { requestMaxBytes } from '../../protocol/wire/rpc.ts';
import { t } from './words.ts';

export interface Problem {
  readonly text: string;
  readonly fix: string;
}

/** For what goes along in the same request: ids, and where programs are found. */
const otherBytes = 32 * 1024;

/** Why it cannot be said in one message; undefined: it can. */
export function findExcess(
  text: string,
  attachments: readonly Pick<Attachment, 'name' | 'mediaType' | 'data'>[] = [],
): Problem | undefined {
  if (attachments.length > attachmentsMost) {
    return {
      text: t('{0} pictures are too many for one message; your text stays.', attachments.length),
      fix: t('Take some out: it holds {0}. Send the others in the next one.', attachmentsMost),
    };
  }
  const bytes = new TextEncoder().encode(JSON.stringify({ text, attachments })).length;
  const mostBytes = requestMaxBytes - otherBytes;
  if (text.length <= textMost && bytes <= mostBytes) return undefined;
  const isOfPictures = attachments.length > 0 && text.length <= textMost;
  return {
    text: t(
      'The message is too large ({0} KB of {1}); your text stays.',
      Math.ceil(bytes / 1024),
      Math.floor(mostBytes / 1024),
    ),
    fix: isOfPictures
      ? t('Take a picture out and send it in the next message.')
      : t('Shorten the text, or save it to a file and name that with @.'),
  };
}
