import type { NoticeSettings } from '../../protocol/attention/notice.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Claim, Reading } from './claim.ts';
import { asking, claimOf, needsPermission, nothingClaimed } from './claim.ts';

export type TitlePattern = NoticeSettings['titlePatterns'][number];
type TitleState = TitlePattern['state'];

interface BuiltIn {
  readonly agent: string;
  readonly state: TitleState;
  readonly pattern: RegExp;
}

/**
 * What recordings of the agents prove, and no more; the first match counts. A title that is not here claims nothing.
 * Claude Code's `✳` stands over an empty prompt and over a permission dialog alike. A bare title of Codex stands before
 * its first prompt, between turns and, with another `terminal_title`, over a turn: only the word Ready says that none runs.
 * opencode's titles know no state.
 */
const builtIn: readonly BuiltIn[] = [
  { agent: 'claude', state: 'working', pattern: /^[◐◑◒◓\u2801-\u28ff] ?/u },
  { agent: 'claude', state: 'unknown', pattern: /^✳ ?/u },
  { agent: 'codex', state: 'asking', pattern: /^\[ [!.] \] Action Required(?: \| |$)/u },
  { agent: 'codex', state: 'working', pattern: /^[\u2801-\u28ff] ?/u },
  { agent: 'codex', state: 'idle', pattern: /^(?=[^|]+ \| Ready(?: \||$))/u },
  { agent: 'gemini', state: 'working', pattern: /^✦ {1,2}/u },
  { agent: 'gemini', state: 'asking', pattern: /^✋ {1,2}/u },
  { agent: 'gemini', state: 'idle', pattern: /^◇ {1,2}/u },
];

const maxChars = 256;

/** Patterns of a person, compiled once. */
export interface TitleReader {
  /** What the title of an agent says about its state. */
  read(agent: string, title: string): Reading;
}

/** `warn` is told of each pattern that is no regular expression; it is left out. */
export function createTitleReader(
  patterns: readonly TitlePattern[] = [],
  warn: (pattern: string) => void = () => undefined,
): TitleReader {
  const own = patterns.flatMap(({ agent, state, pattern }, index) => {
    const compiled = compile(pattern);
    if (compiled === undefined) warn(pattern);
    return compiled === undefined ? [] : [{ agent, state, pattern: compiled, index }];
  });
  return {
    read(agent, title) {
      const cut = title.slice(0, maxChars);
      const mine = own.find((entry) => entry.agent === agent && entry.pattern.test(cut));
      if (mine !== undefined)
        return toReading(mine.state, `title.setting.${mine.index + 1}.${mine.state}`, cut);
      const state = findBuiltIn(agent, cut)?.state ?? 'unknown';
      return toReading(state, `title.${agent}.${state}`, cut);
    },
  };
}

/** The title as a name: without state signs, one cleaned line of at most 80 characters. Undefined when nothing is left. */
export function toAutomaticName(agent: string, title: string): string | undefined {
  const found = findBuiltIn(agent, title);
  const bare = found === undefined ? title : title.replace(found.pattern, '');
  const name = toPlainLine(bare, 80);
  return name === '' ? undefined : name;
}

function findBuiltIn(agent: string, title: string): BuiltIn | undefined {
  return builtIn.find((entry) => entry.agent === agent && entry.pattern.test(title));
}

function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return undefined;
  }
}

function toReading(state: TitleState, rule: string, evidence: string): Reading {
  return { claim: claims[state], rule, evidence };
}

const claims: Record<TitleState, Claim> = {
  working: claimOf('working', 'working'),
  idle: claimOf('idle', 'idle'),
  asking: asking('permission', '', needsPermission),
  unknown: nothingClaimed,
};
