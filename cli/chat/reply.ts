/** What a person types below a question, as an answer to it. */
import type { Answer, Permission } from '../../protocol/chat/permission.ts';

/** A sentence instead of an answer: what can be typed. */
export function parseReply(permission: Permission, typed: string): Answer | string {
  const text = typed.trim();
  if (permission.ask === 'question') return parseChoice(permission, text);
  const [word = '', ...rest] = text.split(/\s+/);
  const message = rest.join(' ');
  switch (word.toLowerCase()) {
    case 'y':
    case 'yes':
      return { behavior: 'allow' };
    case 'n':
    case 'no':
      return { behavior: 'deny', interrupt: false, ...(message === '' ? {} : { message }) };
    case 'stop':
      return { behavior: 'deny', interrupt: true, ...(message === '' ? {} : { message }) };
    case 'always': {
      const pattern = message === '' ? permission.pattern : message;
      if (permission.ask !== 'tool' || pattern === null) return repliesOf(permission);
      const always = { scope: 'repository', pattern, expiresAt: null } as const;
      return { behavior: 'allow', always };
    }
    default:
      return repliesOf(permission);
  }
}

/** What can be typed. */
export function repliesOf({ ask, pattern }: Permission): string {
  if (ask === 'question') return 'Type a number, several with commas, or your own words.';
  const always = ask === 'tool' && pattern !== null ? ', always (this, in this repository)' : '';
  return `Type y, n, n and why${always}, or stop.`;
}

function parseChoice({ questions }: Permission, text: string): Answer | string {
  if (text === '') return 'Type a number, several with commas, or your own words.';
  const given = questions.length > 1 ? text.split(';') : [text];
  if (given.length !== questions.length)
    return `There are ${questions.length} questions: separate their answers with a semicolon.`;
  const answers = questions.map(({ id, options }, at): [string, string] => {
    const words = (given[at] ?? '').trim();
    const numbers = words.split(',').map((word) => Number(word.trim()));
    const labels = numbers.map((number) => options[number - 1]?.label);
    const isChosen = labels.every((label) => label !== undefined);
    return [id, isChosen ? labels.join(', ') : words];
  });
  return { behavior: 'allow', answers: Object.fromEntries(answers) };
}
