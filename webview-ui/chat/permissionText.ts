/** What a permission is about, as it is shown: all of it, with everything that hides or turns text around made visible. */
import type { Permission } from '../../protocol/chat/permission.ts';
import { toVisibleText } from '../../protocol/wire/printable.ts';

/** A card takes no key and no click for so long after it appeared or changed. */
export const settleMs = 500;

/**
 * `command` stands first where there is one: it is what one reads. Nothing is left out but a description that stands above
 * it word for word.
 */
export function describeInput(
  input: string,
  said = '',
): { readonly command: string; readonly rest: string } {
  const given = parse(input);
  if (given === undefined) return { command: '', rest: toVisibleText(input) };
  const { command, ...rest } = given;
  if (typeof command !== 'string') return { command: '', rest: layOut(given) };
  if (said !== '' && rest['description'] === said) delete rest['description'];
  return {
    command: toVisibleText(command),
    rest: Object.keys(rest).length === 0 ? '' : layOut(rest),
  };
}

/** What is asked where there is no question to fill in, as of a form without fields. Empty: the questions say it. */
export function describeConfirmation({
  questions,
  description,
  input,
}: Pick<Permission, 'questions' | 'description' | 'input'>): string {
  if (questions.length > 0) return '';
  if (description.trim() !== '') return toVisibleText(description);
  const given = parse(input);
  return given === undefined ? toVisibleText(input) : layOut(given);
}

function layOut(value: unknown): string {
  return toVisibleText(JSON.stringify(value, null, 2));
}

function parse(input: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(input);
    const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isRecord ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the edited arguments can be sent. */
export function isObject(text: string): boolean {
  return parse(text) !== undefined;
}

export type Expiry = 'never' | 'hour' | 'day' | 'month';
const expiryMs: Record<Exclude<Expiry, 'never'>, number> = {
  hour: 3_600_000,
  day: 86_400_000,
  month: 30 * 86_400_000,
};

export function expiresAt(expiry: Expiry, nowMs: number): string | null {
  return expiry === 'never' ? null : new Date(nowMs + expiryMs[expiry]).toISOString();
}

/** One answer per question; several labels are separated by ", ". Undefined while one is missing. */
export function toAnswers(
  permission: Permission,
  chosen: ReadonlyMap<string, readonly string[]>,
  written: ReadonlyMap<string, string>,
): Record<string, string> | undefined {
  const answers = permission.questions.map(({ id }): [string, string] => {
    const own = (written.get(id) ?? '').trim();
    return [id, [...(chosen.get(id) ?? []), ...(own === '' ? [] : [own])].join(', ')];
  });
  return answers.every(([, answer]) => answer !== '') ? Object.fromEntries(answers) : undefined;
}
