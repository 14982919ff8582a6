/** From what an agent asks to the record that a person answers, and whether an answer fits it. Pure. */
import { createHash } from 'node:crypto';
import type { Answer, Permission, Rule } from '../../protocol/chat/permission.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { AskRequest } from '../provider/provider.ts';
import { isArguments } from '../provider/provider.ts';
import { covers, patternOf } from './rule.ts';

const lineMaxChars = 120;

export interface AskedBy {
  readonly sessionId: string;
  readonly generation: number;
  readonly cwd: string;
  readonly at: string;
}

export function toPermission(request: AskRequest, by: AskedBy): Permission {
  const { ask, tool, input, changes, questions, canEdit, description, requestId } = request;
  const { sessionId, generation, cwd, at } = by;
  const asked = { ask, tool, input, changes: [...changes], questions: [...questions], cwd };
  // Without a question to fill in it is all that is asked.
  const isAll = ask === 'question' && questions.length === 0;
  return {
    ...asked,
    // The same when the same bytes are read again after a crash.
    permissionId: hashOf([sessionId, generation, requestId]).slice(0, 32),
    hash: hashOf([asked, description]),
    state: 'open',
    generation,
    createdAt: at,
    expiresAt: null,
    line: ask === 'tool' ? lineOf(request) : null,
    description: isAll ? description : description.slice(0, 10_000),
    canEdit,
    pattern: ask === 'tool' ? patternOf({ tool, input, cwd }) : null,
    answer: null,
  };
}

/** The whole action, or null when a line does not show all of it. */
function lineOf({ tool, input, changes }: AskRequest): string | null {
  if (changes.length > 0) return null;
  const { command, description: _said, ...rest } = argumentsOf(input);
  const isCommand = typeof command === 'string' && Object.keys(rest).length === 0;
  const whole = isCommand ? `$ ${command}` : `${tool} ${input}`;
  return whole.length <= lineMaxChars && toPlainLine(whole, lineMaxChars) === whole ? whole : null;
}

function argumentsOf(input: string): Readonly<Record<string, unknown>> {
  const given: unknown = JSON.parse(input);
  return isArguments(given) ? given : {};
}

/** What is said of it in a list; the whole of it is in the chat. */
export function sentenceOf(permission: Permission): string {
  const { ask, tool, input, questions, cwd, description } = permission;
  if (ask === 'plan') return 'has a plan: may it go on?';
  if (ask === 'question')
    return toPlainLine(`asks: ${questions[0]?.text ?? (description || tool)}`, 200);
  const { command } = argumentsOf(input);
  if (typeof command === 'string' && command !== '')
    return `wants to run \`${toPlainLine(command, 200)}\``;
  const pattern = patternOf({ tool, input, cwd });
  return toPlainLine(`wants to use ${tool}${pattern === null ? '' : ` on ${pattern}`}`, 200);
}

/** @throws WaggleError `conflict` when it is over or was changed, `badRequest` when the answer does not fit. */
export function refuseUnfitting(permission: Permission, hash: string, answer: Answer): void {
  if (permission.state !== 'open') throw overError(permission.state);
  if (permission.hash !== hash)
    throw new WaggleError('conflict', 'What is asked is not what was answered.', {
      fix: 'Read again what is asked, then answer.',
    });
  if (answer.behavior === 'deny') return;
  if (answer.input !== undefined) refuseEdit(permission, answer.input);
  if (permission.ask === 'question') refuseMissing(permission, answer.answers ?? {});
  const { always } = answer;
  if (always === undefined) return;
  const isCovered =
    permission.ask === 'tool' && covers({ ...always, tool: permission.tool }, permission);
  if (!isCovered)
    throw new WaggleError('badRequest', 'The rule does not cover what is asked.', {
      fix: `A rule for exactly this is: ${toPlainLine(permission.pattern ?? '*', 200)}`,
    });
}

export function overError(state: Permission['state']): WaggleError {
  const said = state === 'answered' ? 'It was answered already.' : 'It is not asked any more.';
  return new WaggleError('conflict', said, { fix: 'Read the chat again.', details: { state } });
}

function refuseEdit({ canEdit }: Permission, input: string): void {
  if (!canEdit) throw new WaggleError('badRequest', 'This cannot be allowed in another form.');
  if (!isObject(input))
    throw new WaggleError('badRequest', 'The changed arguments are no JSON object.');
}

function isObject(text: string): boolean {
  try {
    return isArguments(JSON.parse(text));
  } catch {
    return false;
  }
}

function refuseMissing({ questions }: Permission, answers: Readonly<Record<string, string>>): void {
  const missing = questions.find(({ id }) => answers[id] === undefined);
  if (missing !== undefined)
    throw new WaggleError('badRequest', `There is no answer to: ${toPlainLine(missing.text, 200)}`);
}

export interface Answered {
  readonly answer: Answer;
  readonly at: string;
  /** Absent: a person. */
  readonly rule?: Rule | undefined;
}

export function withAnswer(permission: Permission, { answer, at, rule }: Answered): Permission {
  const isAllowed = answer.behavior === 'allow';
  return {
    ...permission,
    state: 'answered',
    answer: {
      behavior: answer.behavior,
      by: rule === undefined ? 'person' : 'rule',
      at,
      message: isAllowed ? null : (answer.message ?? null),
      input: isAllowed ? (answer.input ?? null) : null,
      answers: isAllowed ? (answer.answers ?? null) : null,
      ruleId: rule?.id ?? null,
    },
  };
}

export interface Alone {
  readonly permission: Permission;
  readonly answer: Answer;
}

/**
 * The answer to what no person is asked: `denies` when nobody is there, with the sentence that the agent is told, else a
 * rule of the person. Undefined: it waits.
 */
export function answerAlone(
  permission: Permission,
  {
    denies,
    rule,
    at,
  }: { readonly denies: string | null; readonly rule: Rule | undefined; readonly at: string },
): Alone | undefined {
  if (denies !== null) {
    const answer = { behavior: 'deny', message: denies, interrupt: false } as const;
    return { permission: { ...permission, state: 'void' }, answer };
  }
  if (rule === undefined) return undefined;
  const answer = { behavior: 'allow' } as const;
  return { permission: withAnswer(permission, { answer, at, rule }), answer };
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
