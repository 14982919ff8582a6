/** `waggle rules`: what is allowed without asking. */
import type { Rule } from '../../protocol/chat/permission.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { agoText, exitCodes, layOutTable } from '../output/output.ts';
import type { Cell, Column } from '../output/output.ts';
import { getByBeginning } from './open.ts';

const columns: readonly Column[] = [
  { title: 'ID', min: 12, max: 36 },
  { title: 'AGENT', min: 6, max: 10 },
  { title: 'WHERE', min: 10, max: 10 },
  { title: 'TOOL', min: 6, max: 24 },
  { title: 'USED', min: 4, max: 6 },
  { title: 'MADE', min: 6, max: 6 },
  { title: 'PATTERN', min: 0, max: 200 },
];

export async function showRules(
  context: CommandContext,
  { remove }: { readonly remove: string | undefined },
): Promise<number> {
  const { output } = context;
  const link = await context.connect();
  const { rules } = await link.call('chat/listRules', {});
  if (remove !== undefined) {
    const rule = getByBeginning(rules, ({ id }) => id, remove);
    await link.call('chat/removeRule', { ruleId: rule.id });
    output.result({ rule }, () => [
      `Asks again: ${toPlainLine(rule.tool)} ${toPlainLine(rule.pattern)}`,
    ]);
    return exitCodes.ok;
  }
  output.result({ rules }, () =>
    rules.length === 0
      ? ['Everything is asked.']
      : layOutTable({
          columns,
          rows: rules.map(rowOf),
          width: output.columns,
          paint: output.paint,
        }),
  );
  return exitCodes.ok;
}

function rowOf({ id, agent, sessionId, tool, uses, createdAt, pattern }: Rule): Cell[] {
  return [
    { text: id },
    { text: agent },
    { text: sessionId === null ? 'repository' : 'chat' },
    { text: toPlainLine(tool) },
    { text: String(uses) },
    { text: agoText(createdAt) },
    { text: toPlainLine(pattern, 200) },
  ];
}
