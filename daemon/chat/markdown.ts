/** A journal as Markdown. What others wrote stands in it as text: it opens no block that it does not close. */
import type { Entry, EntryContent } from '../../protocol/chat/entry.ts';
import type { Permission } from '../../protocol/chat/permission.ts';
import { toPlainLine, toVisibleText } from '../../protocol/wire/printable.ts';

type Content<K extends EntryContent['kind']> = Extract<EntryContent, { kind: K }>;

export function titleOf(name: string): string {
  return `# ${escape(toPlainLine(name, 200))}\n\n`;
}

export function toMarkdown(entries: readonly Entry[]): string {
  return entries
    .map(({ content }) => blockOf(content))
    .filter((block) => block !== '')
    .map((block) => `${block}\n\n`)
    .join('');
}

function blockOf(content: EntryContent): string {
  switch (content.kind) {
    case 'turnStarted':
      return '';
    case 'prompt': {
      const files = content.attachments.map(({ name }) => `*${escape(toPlainLine(name, 200))}*`);
      return ['## You', clean(content.text), ...files].join('\n\n');
    }
    case 'text':
      return clean(content.text);
    case 'thinking':
      return folded('Thinking', clean(content.text));
    case 'tool':
      return folded(escape(content.title), bodyOfTool(content));
    case 'plan':
      return content.steps
        .map(
          ({ text, status }) =>
            `- [${status === 'completed' ? 'x' : ' '}] ${escape(toPlainLine(text))}`,
        )
        .join('\n');
    case 'permission':
      return lineOfPermission(content.permission);
    case 'turnEnded':
      return content.outcome === 'completed'
        ? ''
        : `*${escape(`${content.outcome} ${toPlainLine(content.reason, 1000)}`.trim())}*`;
    case 'error':
    case 'notice':
      return `*${escape(toPlainLine(content.text, 1000))}*`;
  }
}

function bodyOfTool({ input, output, status }: Content<'tool'>): string {
  const given = input === '' || input === '{}' ? [] : [fenced(input, 'json')];
  const got = output === '' ? [] : [fenced(output, '')];
  const how = status === 'done' ? [] : [`*${status}*`];
  return [...given, ...got, ...how].join('\n\n');
}

function lineOfPermission({ tool, answer, state }: Permission): string {
  const how = answer === null ? state : answer.behavior === 'allow' ? 'allowed' : 'denied';
  const by = answer?.by === 'rule' ? ' by a rule' : '';
  return `*${escape(toPlainLine(tool, 100))}: ${how}${by}*`;
}

function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** A fence that is longer than any in the text. */
function fenced(text: string, language: string): string {
  const shown = lines(text).join('\n');
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${shown}\n${fence}`;
}

/** Its own Markdown stays; tags become no elements, but in code they stand as they are. */
function clean(text: string): string {
  let isCode = false;
  const cleaned = lines(text).map((line) => {
    const isFence = /^\s*(?:`{3,}|~{3,})/.test(line);
    if (isFence) isCode = !isCode;
    return isCode || isFence ? line : line.replaceAll('<', '&lt;');
  });
  // A block that was left open would take in what follows.
  return [...cleaned, ...(isCode ? ['```'] : [])].join('\n');
}

function lines(text: string): string[] {
  return toVisibleText(text.replaceAll(/\r\n?/g, '\n').trimEnd()).split('\n');
}

function escape(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>#|]/g, (character) =>
    character === '<' ? '&lt;' : `\\${character}`,
  );
}
