/** How memory reaches agents: the prompt, the way of each agent, the embeddings. */
import { embeddingProviders } from '../../protocol/memory/embedding.ts';
import type { EmbeddingStatus } from '../../protocol/memory/memory.ts';
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
  readonly reindex: boolean;
}

export async function setEmbeddings(
  context: CommandContext,
  { provider, url, model, keyVariable, reindex }: EmbeddingOptions,
): Promise<number> {
  const change = {
    ...(provider === undefined
      ? {}
      : { provider: toOneOf(provider, embeddingProviders, 'provider') }),
    ...(url === undefined ? {} : { url: url === 'default' ? null : url }),
    ...(model === undefined ? {} : { model: model === 'default' ? null : model }),
    ...(keyVariable === undefined ? {} : { keyVariable }),
  };
  const link = await context.connect();
  const { status } = await link.call('memory/embeddings', {
    ...(Object.keys(change).length === 0 ? {} : { change }),
    ...(reindex ? { reindex: 'all' as const } : {}),
  });
  context.output.result({ status }, () => statusLines(status));
  return exitCodes.ok;
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
