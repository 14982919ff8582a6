/** What `/` and `@` before the cursor stand for. Pure. */

export interface Trigger {
  readonly kind: 'command' | 'mention';
  readonly query: string;
  /** Where the sign stands in the text. */
  readonly from: number;
}

/** A command stands alone at the beginning; a mention begins a word. */
export function findTrigger(text: string, cursor: number): Trigger | undefined {
  const before = text.slice(0, cursor);
  const command = /^\/([\w:.-]*)$/.exec(before);
  if (command !== null) return { kind: 'command', query: command[1] ?? '', from: 0 };
  const mention = /(?:^|\s)@([^\s@]*)$/.exec(before);
  if (mention === null) return undefined;
  const query = mention[1] ?? '';
  return { kind: 'mention', query, from: cursor - query.length - 1 };
}

/** Puts `insert` where the trigger stands. */
export function complete(
  text: string,
  { from, query }: Trigger,
  insert: string,
): { readonly text: string; readonly cursor: number } {
  const head = text.slice(0, from) + insert;
  const tail = text.slice(from + 1 + query.length);
  const gap = insert === '' || /^\s/.test(tail) ? '' : ' ';
  return { text: head + gap + tail, cursor: head.length + gap.length };
}

/** Those that begin with the query first, then those that hold it. */
export function filterChoices<C extends { readonly id: string; readonly label: string }>(
  choices: readonly C[],
  query: string,
): C[] {
  const wanted = query.toLowerCase();
  const nameOf = ({ id, label }: C): string => `${id} ${label}`.toLowerCase();
  const fitting = choices.filter((choice) => nameOf(choice).includes(wanted));
  const begins = fitting.filter((choice) => nameOf(choice).startsWith(wanted));
  return [...begins, ...fitting.filter((choice) => !begins.includes(choice))];
}
