/** `waggle answer`: what agents ask, and a person's answer to it. */
import type { Permission } from '../../protocol/chat/permission.ts';
import type { Answer } from '../../protocol/chat/permission.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, agoText, exitCodes } from '../output/output.ts';
import { linesOfAsked } from './entryLines.ts';
import { getByBeginning } from './open.ts';
import { parseReply } from './reply.ts';

export interface AnswerOptions {
  readonly id: string | undefined;
  readonly words: readonly string[];
  /** Pattern of a rule that is made with it. */
  readonly always: string | undefined;
  readonly scope: string | undefined;
  /** The arguments instead of what was asked, as JSON. */
  readonly input: string | undefined;
  readonly interrupt: boolean;
}

export async function answerAsked(
  context: CommandContext,
  options: AnswerOptions,
): Promise<number> {
  const link = await context.connect();
  const { permissions } = await link.call('chat/listPermissions', {});
  const { output } = context;
  if (options.id === undefined) {
    output.result({ permissions }, () =>
      permissions.length === 0
        ? ['Nothing is asked.']
        : permissions.flatMap(({ permission }) => linesOfOne(permission, output.paint)),
    );
    return exitCodes.ok;
  }
  const asked = getByBeginning(
    permissions,
    ({ permission }) => permission.permissionId,
    options.id,
  );
  const { permission, sessionId } = asked;
  const { permissionId, hash } = permission;
  const answer = toAnswer(permission, options);
  const result = await link.call('chat/answer', { sessionId, permissionId, hash, answer });
  const how = answer.behavior === 'allow' ? 'Allowed' : 'Denied';
  output.result(result, () => [
    permission.ask === 'question' ? 'Answered.' : `${how} ${toPlainLine(permission.tool, 100)}.`,
  ]);
  return exitCodes.ok;
}

function linesOfOne(permission: Permission, paint: CommandContext['output']['paint']): string[] {
  const id = permission.permissionId.slice(0, 8);
  return [
    `${paint(id, 'bold')}  ${agoText(permission.createdAt)}`,
    ...linesOfAsked(permission, paint).map((line) => `  ${line}`),
    '',
  ];
}

function toAnswer(permission: Permission, options: AnswerOptions): Answer {
  const [word = '', ...rest] = options.words;
  const text = options.words.join(' ');
  const message = rest.join(' ');
  if (word === 'deny') {
    const { interrupt } = options;
    return { behavior: 'deny', interrupt, ...(message === '' ? {} : { message }) };
  }
  if (permission.ask === 'question') {
    const answer = parseReply(permission, text);
    if (typeof answer !== 'string') return answer;
    throw new CommandError('usage', answer, 'waggle answer <id> "text"');
  }
  if (word !== 'allow' || message !== '')
    throw new CommandError('usage', 'Allow or deny?', 'waggle answer <id> allow | deny [why]');
  return {
    behavior: 'allow',
    ...(options.input === undefined ? {} : { input: options.input }),
    ...toAlways(options),
  };
}

function toAlways({ always: pattern, scope = 'repository' }: AnswerOptions): {
  always?: { scope: 'session' | 'repository'; pattern: string; expiresAt: null };
} {
  if (pattern === undefined) return {};
  if (scope !== 'session' && scope !== 'repository')
    throw new CommandError('usage', 'The scope is session or repository.', 'waggle answer --help');
  return { always: { scope, pattern, expiresAt: null } };
}
