import type { Found, search } from '../../protocol/search/search.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { ChatFeature } from '../chat/chat.ts';
import { fold, snippetIn, toMatch, toWords } from '../chat/chat.ts';
import type { AllSessions } from '../session/session.ts';
import type { Indexing } from './indexing.ts';
import { toPlainLines } from './outputText.ts';

type Methods = (typeof search)['methods'];

export interface FindingContext {
  readonly sessions: Pick<AllSessions, 'find' | 'readOutput' | 'keepsOutput'>;
  readonly chats: Pick<ChatFeature, 'search'>;
  readonly indexing: Indexing;
}

const aroundBytes = 96 * 1024;

/** The best of chats and of terminals in turn: what each index calls good cannot be compared with the other. */
export async function find(
  context: FindingContext,
  params: ParamsOut<Methods['search/find']>,
): Promise<ResultIn<Methods['search/find']>> {
  const { query, sessionId, limit, in: where } = params;
  const words = toWords(query);
  if (words.length === 0) return { found: [], bytesLeft: context.indexing.bytesLeft };
  const [said, written] = await Promise.all([
    where === 'output' ? [] : findSaid(context, { query, sessionId, limit }),
    where === 'chat' ? [] : findWritten(context, words, { sessionId, limit }),
  ]);
  const found = Array.from({ length: Math.max(said.length, written.length) }, (_none, at) =>
    [said[at], written[at]].filter((one) => one !== undefined),
  );
  return { found: found.flat().slice(0, limit), bytesLeft: context.indexing.bytesLeft };
}

interface Where {
  readonly sessionId: SessionId | undefined;
  readonly limit: number;
}

async function findSaid(
  { chats }: FindingContext,
  { query, sessionId, limit }: Where & { readonly query: string },
): Promise<Found[]> {
  const found = await chats.search({ query, limit, ...(sessionId && { sessionId }) });
  return found.map(({ position, kind, sessionId: id, at, line }) => ({
    ...{ sessionId: sessionIdSchema.parse(id), at, line },
    place: { in: 'chat', position, kind },
  }));
}

/** A piece whose output is kept no more is not shown. */
async function findWritten(
  { indexing, sessions }: FindingContext,
  words: readonly string[],
  { sessionId, limit }: Where,
): Promise<Found[]> {
  await indexing.pass();
  const match = toMatch(words);
  const pieces = await indexing.store.find({ match, sessionId: sessionId ?? null, limit });
  const found: Found[] = [];
  for (const { sessionId: of, generation, seq, end, at } of pieces) {
    const id = sessionIdSchema.safeParse(of).data;
    const row = id && sessions.find(id);
    if (row === undefined || !sessions.keepsOutput(row)) continue;
    const maxBytes = Math.max(1, end - seq);
    const page = await sessions.readOutput(row.id, { generation, from: seq, maxBytes });
    const text = toPlainLines(page.data.toString('utf8')).join('\n');
    if (page.data.length === 0 || page.from >= end) continue;
    const place = { in: 'output', generation, seq, end } as const;
    found.push({ sessionId: row.id, place, at, line: snippetIn(text, words) });
  }
  return found;
}

/** @throws WaggleError `notFound` when nothing is kept there any more. */
export async function readOutput(
  { sessions }: FindingContext,
  { sessionId, generation, seq, query }: ParamsOut<Methods['search/readOutput']>,
): Promise<ResultIn<Methods['search/readOutput']>> {
  const row = sessions.find(sessionId);
  if (row === undefined) throw new WaggleError('notFound', 'There is no such session.');
  const start = Math.max(0, seq - aroundBytes);
  const before = await sessions.readOutput(sessionId, {
    ...{ generation, from: start },
    maxBytes: Math.max(1, seq - start),
  });
  const after = await sessions.readOutput(sessionId, {
    ...{ generation, from: seq },
    maxBytes: aroundBytes,
  });
  if (after.data.length === 0)
    throw new WaggleError('notFound', 'That output is not kept any more.');
  const isBefore = seq > 0 && before.from < seq;
  const earlier = isBefore ? toPlainLines(before.data.toString('utf8')) : [];
  const later = toPlainLines(after.data.toString('utf8'));
  const words = toWords(query).map(fold);
  const at = later.findIndex((line) => words.every((word) => fold(line).includes(word)));
  const some = later.findIndex((line) => words.some((word) => fold(line).includes(word)));
  const line = earlier.length + Math.max(0, at === -1 ? some : at);
  return { lines: [...earlier, ...later], line };
}
