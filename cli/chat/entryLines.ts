/** Entries of a chat's journal as lines for a person. All text in them is data: nothing of it reaches the terminal as a command. */
import type { Entry, EntryContent } from '../../protocol/chat/entry.ts';
import type { FileChange, Permission } from '../../protocol/chat/permission.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';
import type { Style } from '../output/output.ts';

export type Paint = (text: string, style: Style) => string;

type Content<K extends EntryContent['kind']> = Extract<EntryContent, { kind: K }>;

const changeMaxLines = 200;

/** `isWhole`: with what tools were given and gave back. */
export function linesOfEntry(
  { content }: Pick<Entry, 'content'>,
  { paint, isWhole }: { readonly paint: Paint; readonly isWhole: boolean },
): string[] {
  switch (content.kind) {
    case 'turnStarted':
      return content.by === 'agent' ? [paint('· it goes on by itself', 'dim')] : [];
    case 'prompt':
      return ['', ...linesOfPrompt(content).map((line) => paint(line, 'bold')), ''];
    case 'text':
      return linesOf(content.text);
    case 'thinking':
      return [paint(`· thought${content.ms === null ? '' : ` ${secondsOf(content.ms)}`}`, 'dim')];
    case 'tool':
      return linesOfTool(content, { paint, isWhole });
    case 'plan':
      return content.steps.map(({ text, status }) => `${stepMarks[status]} ${toPlainLine(text)}`);
    case 'permission':
      return linesOfAnswered(content.permission).map((line) => paint(line, 'dim'));
    case 'turnEnded':
      return linesOfEnd(content, paint);
    case 'error':
      return linesOfError(content, paint);
    case 'notice':
      return [paint(`· ${toPlainLine(content.text, 1000)}`, 'dim')];
  }
}

const stepMarks = { pending: '[ ]', inProgress: '[~]', completed: '[x]' } as const;
const toolMarks = {
  preparing: '…',
  running: '…',
  done: '✓',
  failed: '✗',
  denied: 'not allowed',
  cut: 'cut off',
} as const;

function linesOfPrompt({ text, attachments }: Content<'prompt'>): string[] {
  const [first = '', ...rest] = linesOf(text);
  const files = attachments.map(({ name }) => `  [${toPlainLine(name, 80)}]`);
  return [`› ${first}`, ...rest.map((line) => `  ${line}`), ...files];
}

function linesOfTool(
  { title, status, ms, input, output, changes }: Content<'tool'>,
  { paint, isWhole }: { readonly paint: Paint; readonly isWhole: boolean },
): string[] {
  const time = ms === null || ms < 1000 ? '' : ` ${secondsOf(ms)}`;
  const isBad = status === 'failed' || status === 'denied' || status === 'cut';
  const mark = paint(`${toolMarks[status]}${time}`, isBad ? 'red' : 'dim');
  const row = `${toPlainLine(title)}  ${mark}`;
  if (!isWhole) return [row, ...(status === 'failed' ? indent(output).slice(0, 5) : [])];
  const shown = changes.length > 0 ? changes.flatMap((change) => linesOfChange(change, paint)) : [];
  const given = shown.length === 0 && input !== '' && input !== '{}' ? indent(input) : shown;
  return [row, ...given.map((line) => paint(line, 'dim')), ...indent(output)];
}

export function linesOfChange({ path, before, after }: FileChange, paint: Paint): string[] {
  const gone = before === null ? [] : linesOf(before).map((line) => paint(`- ${line}`, 'red'));
  const come = linesOf(after).map((line) => paint(`+ ${line}`, 'green'));
  const lines = [...gone, ...come];
  const rest = lines.length - changeMaxLines;
  const more = rest > 0 ? [`… ${rest} more lines`] : [];
  return [
    `  ${toPlainLine(path, 400)}`,
    ...[...lines.slice(0, changeMaxLines), ...more].map(inset),
  ];
}

/** Everything that is asked, as it has to be seen before it is answered. */
export function linesOfAsked(permission: Permission, paint: Paint): string[] {
  const { ask, tool, input, cwd, changes, questions, description } = permission;
  if (ask === 'plan') return [paint('Its plan:', 'orange'), ...linesOf(input).map(inset)];
  if (ask === 'question')
    return questions.flatMap(({ text, options, multiple }) => [
      paint(`${toPlainLine(text, 1000)}${multiple ? ' (several may be chosen)' : ''}`, 'orange'),
      ...options.map(({ label, description: about }, at) =>
        inset(
          `${at + 1} ${toPlainLine(label)}${about === '' ? '' : `: ${toPlainLine(about, 500)}`}`,
        ),
      ),
    ]);
  const about = description === '' ? [] : [inset(toPlainLine(description, 500))];
  return [
    paint(`May it use ${toPlainLine(tool, 100)} in ${toPlainLine(cwd, 400)}?`, 'orange'),
    ...about,
    ...(changes.length > 0
      ? changes.flatMap((change) => linesOfChange(change, paint))
      : linesOfArguments(input).map(inset)),
  ];
}

/** A command as it is; other arguments one by one. */
function linesOfArguments(input: string): string[] {
  const value = parse(input);
  return Object.entries(value).flatMap(([name, given]) => {
    const text = typeof given === 'string' ? given : JSON.stringify(given);
    const [first = '', ...rest] = linesOf(text);
    return [`${toPlainLine(name, 80)}: ${first}`, ...rest.map((line) => `  ${line}`)];
  });
}

function parse(input: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(input);
  return typeof value === 'object' && value !== null ? { ...value } : { input: value };
}

function linesOfAnswered({ state, answer, tool, ask }: Permission): string[] {
  const what = ask === 'tool' ? toPlainLine(tool, 100) : ask;
  if (state === 'open') return [`? ${what}: waits for an answer`];
  if (answer === null) return [`? ${what}: not asked any more`];
  const how = answer.behavior === 'allow' ? 'allowed' : 'denied';
  const chosen = Object.values(answer.answers ?? {}).join('; ');
  const said = answer.message ?? chosen;
  const by = answer.by === 'rule' ? ' by a rule' : '';
  return [`? ${what}: ${how}${by}${said === '' ? '' : `, "${toPlainLine(said, 300)}"`}`];
}

function linesOfEnd({ outcome, reason, ms }: Content<'turnEnded'>, paint: Paint): string[] {
  if (outcome === 'completed') return [paint(`· done in ${secondsOf(ms)}`, 'dim'), ''];
  const why = reason === '' ? '' : `: ${toPlainLine(reason, 500)}`;
  return [paint(`· ${outcome}${why}`, outcome === 'interrupted' ? 'dim' : 'red'), ''];
}

function linesOfError({ text, fix }: Content<'error'>, paint: Paint): string[] {
  const what = paint(`! ${toPlainLine(text, 1000)}`, 'red');
  return fix === '' ? [what] : [what, `  To fix: ${toPlainLine(fix, 500)}`];
}

export function linesOf(text: string): string[] {
  return toVisibleText(text.replaceAll(/\r\n?/g, '\n').trimEnd()).split('\n');
}

function indent(text: string): string[] {
  return text === '' ? [] : linesOf(text).map(inset);
}

function inset(line: string): string {
  return `  ${line}`;
}

export function secondsOf(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`;
}
