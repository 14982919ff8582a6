/** What agents that start somewhere are told at once, how it reaches each of them and what it costs, as a page. Knows no editor. */
import type { MemoryPrompt, Reach } from '../../protocol/memory/memory.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';
import type { Translate } from '../translate.ts';

const lineChars = 84;

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
  const lines = agents.flatMap(({ label, way, detail }) => [
    `  ${toPlainLine(label, 60)}: ${nameWay(way, t)}`,
    ...wrap(toPlainLine(detail, 600)).map((line) => `    ${line}`),
  ]);
  return [
    told,
    ...(text === '' ? [] : [toVisibleText(text).trimEnd()]),
    ...(lines.length === 0 ? [] : [t('How it reaches them'), lines.join('\n')]),
    '',
  ].join('\n\n');
}

/** Lines of at most `lineChars`, broken at spaces. */
function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    const longer = last === '' ? word : `${last} ${word}`;
    if (longer.length <= lineChars || last === '') lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function nameWay(way: Reach['way'], t: Translate): string {
  switch (way) {
    case 'prompt':
      return t('in its prompt');
    case 'file':
      return t('by a file that it reads');
    case 'tool':
      return t('when it asks by its tools');
    case 'none':
      return t('not at all');
  }
}
