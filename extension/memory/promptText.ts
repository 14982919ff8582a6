/** What agents that start somewhere are told at once, how it reaches each of them and what it costs, as a page. Knows no editor. */
import type { MemoryPrompt, Reach } from '../../protocol/memory/memory.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';
import type { Translate } from '../translate.ts';

export function describePrompt(
  { text, tokens }: MemoryPrompt,
  agents: readonly Reach[],
  t: Translate,
): string {
  const told =
    text === ''
      ? t('There are no notes here, so agents are told nothing at their start.')
      : t(
          'This stands in the prompt of agents that start here, about {0} tokens each time:',
          tokens,
        );
  const ways = agents.map(({ label, way, detail }) => ({
    agent: toPlainLine(label, 60),
    said: `${nameWay(way, t)}: ${toPlainLine(detail, 300)}`,
  }));
  const width = Math.max(0, ...ways.map(({ agent }) => agent.length)) + 2;
  const lines = ways.map(({ agent, said }) => `  ${agent.padEnd(width)}${said}`);
  return [
    told,
    ...(text === '' ? [] : [toVisibleText(text).trimEnd()]),
    ...(lines.length === 0 ? [] : [t('How it reaches them'), lines.join('\n')]),
    '',
  ].join('\n\n');
}

function nameWay(way: Reach['way'], t: Translate): string {
  switch (way) {
    case 'prompt':
      return t('in its prompt');
    case 'file':
      return t('by a file that it reads');
    case 'tool':
      return t('only when it asks by its tools');
    case 'none':
      return t('not at all');
  }
}
