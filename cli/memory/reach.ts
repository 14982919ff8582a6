/** How memory reaches agents: the prompt, the way of each agent, the embeddings. */
import { readFileSync } from 'node:fs';
import { embeddingProviders } from '../../protocol/memory/embedding.ts';
import type { EmbeddingStatus } from '../../protocol/memory/memory.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';
import { toOneOf } from './looking.ts';
import type { PlaceOptions } from './place.ts';
import { findPlace } from './place.ts';

export async function showPrompt(context: CommandContext, options: PlaceOptions): Promise<number> {
  const link = await context.connect();
  const place = await findPlace(context, link, options);
  const prompt = await link.call('memory/prompt', { place });
  context.output.result(prompt, () => (prompt.text === '' ? [] : [toVisibleText(prompt.text)]));
  context.output.note(
    prompt.text === ''
      ? 'Nothing is put into prompts here.'
      : `${prompt.characters} characters, about ${prompt.tokens} tokens.`,
  );
  return exitCodes.ok;
}

const ways = {
  prompt: 'in its prompt',
  file: 'by a file it reads',
  tool: 'by a tool it calls',
  none: 'not',
} as const;

export async function showReach(context: CommandContext): Promise<number> {
  const link = await context.connect();
  const found = await link.call('memory/reach', {});
  context.output.result(found, () =>
    found.agents.flatMap(({ label, way, detail }) => [
      `${toPlainLine(label)}: ${ways[way]}`,
      `  ${toPlainLine(detail, 500)}`,
    ]),
  );
  return exitCodes.ok;
}

export interface EmbeddingOptions {
  readonly provider: string | undefined;
  readonly url: string | undefined;
  readonly model: string | undefined;
  readonly keyVariable: string | undefined;
  /** A file that holds the key, `-` for standard input, `none` to forget it. */
  readonly keyFrom: string | undefined;
  readonly reindex: boolean;
  readonly retry: boolean;
}

export async function setEmbeddings(
  context: CommandContext,
  options: EmbeddingOptions,
): Promise<number> {
  const { provider, url, model, keyVariable, keyFrom, reindex, retry } = options;
  const change = {
    ...(provider === undefined
      ? {}
      : { provider: toOneOf(provider, embeddingProviders, 'provider') }),
    ...(url === undefined ? {} : { url: url === 'default' ? null : url }),
    ...(model === undefined ? {} : { model: model === 'default' ? null : model }),
    ...(keyVariable === undefined
      ? {}
      : { keyVariable: keyVariable === 'none' ? null : keyVariable }),
    ...(keyFrom === undefined ? {} : { key: readKey(keyFrom) }),
  };
  const link = await context.connect();
  const { status } = await link.call('memory/embeddings', {
    ...(Object.keys(change).length === 0 ? {} : { change }),
    ...(reindex || retry ? { reindex: reindex ? ('all' as const) : ('missing' as const) } : {}),
  });
  context.output.result({ status }, () => statusLines(status));
  return exitCodes.ok;
}

const keyMaxChars = 4096;
const standardInput = 0;

/** Never an argument: those can be read by every program of this machine. */
function readKey(from: string): string | null {
  if (from === 'none') return null;
  const text = readFileSync(from === '-' ? standardInput : from, 'utf8').trim();
  if (text === '' || text.length > keyMaxChars)
    throw new WaggleError('badRequest', 'That holds no key.', {
      fix: 'Give a file with the key alone, or - and the key on standard input.',
    });
  return text;
}

function statusLines({
  settings,
  state,
  dimension,
  done,
  total,
  problem,
}: EmbeddingStatus): string[] {
  if (settings.provider === 'off')
    return [
      'Facts are found by words; no embedding provider is set, and nothing is sent anywhere.',
    ];
  const size = dimension === null ? '' : `, ${dimension} dimensions`;
  return [
    `${settings.provider}: ${toPlainLine(settings.model ?? 'default model')}${size}; ${state}, ${done} of ${total} facts`,
    ...(problem === null ? [] : [`  ${toPlainLine(problem, 500)}`]),
  ];
}
