import { toPlainLine } from '../../protocol/wire/printable.ts';

export type TitleState = 'working' | 'idle' | 'asking' | 'unknown';

interface TitlePattern {
  readonly agent: string;
  readonly state: TitleState;
  readonly pattern: RegExp;
}

const patterns: readonly TitlePattern[] = [
  { agent: 'claude', state: 'working', pattern: /^[◐◑◒◓\u2801-\u28ff] ?/u },
  { agent: 'claude', state: 'idle', pattern: /^✳ ?/u },
  { agent: 'codex', state: 'asking', pattern: /^\[ [!.] \] Action Required(?: \| )?/u },
  { agent: 'codex', state: 'working', pattern: /^[\u2801-\u28ff] ?/u },
  { agent: 'codex', state: 'idle', pattern: /^(?=\S)/u },
  { agent: 'gemini', state: 'working', pattern: /^✦ {1,2}/u },
  { agent: 'gemini', state: 'asking', pattern: /^✋ {1,2}/u },
  { agent: 'gemini', state: 'idle', pattern: /^◇ {1,2}/u },
];

/** What the title of a known agent says about its state; a fallback for those that send no status reports. */
export function readTitleState(agent: string, title: string): TitleState {
  const found = patterns.find((entry) => entry.agent === agent && entry.pattern.test(title));
  return found?.state ?? 'unknown';
}

/** The title as a name: without state signs, one cleaned line of at most 80 characters. Undefined when nothing is left. */
export function toAutomaticName(agent: string, title: string): string | undefined {
  const found = patterns.find((entry) => entry.agent === agent && entry.pattern.test(title));
  const bare = found === undefined ? title : title.replace(found.pattern, '');
  const name = toPlainLine(bare, 80);
  return name === '' ? undefined : name;
}
