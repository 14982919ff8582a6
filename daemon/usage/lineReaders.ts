import { claudeStart, isClaudeUsage, readClaudeUsage } from './claudeRecords.ts';
import type { CodexState } from './codexRecords.ts';
import { codexStart, isCodexUsage, readCodexUsage } from './codexRecords.ts';
import type { GeminiState } from './geminiRecords.ts';
import { geminiStart, isGeminiUsage, readGeminiUsage } from './geminiRecords.ts';
import type { CountedAgent } from './places.ts';
import type { LimitSeen, UsageRecord } from './record.ts';

/** How the lines of an agent's files are read; what it keeps between lines is a plain value of its own. */
export interface LineReader {
  readonly start: object;
  isOfUse(line: string): boolean;
  read(
    state: object,
    line: string,
  ): {
    readonly state: object;
    readonly records: readonly UsageRecord[];
    readonly limits: readonly LimitSeen[];
  };
}

const readers: Readonly<Record<Exclude<CountedAgent, 'opencode'>, LineReader>> = {
  claude: {
    start: claudeStart,
    isOfUse: isClaudeUsage,
    read: (_state, line) => readClaudeUsage({}, line),
  },
  codex: {
    start: codexStart,
    isOfUse: isCodexUsage,
    read: (state, line) =>
      readCodexUsage({ ...codexStart, ...(state as Partial<CodexState>) }, line),
  },
  gemini: {
    start: geminiStart,
    isOfUse: isGeminiUsage,
    read: (state, line) =>
      readGeminiUsage({ ...geminiStart, ...(state as Partial<GeminiState>) }, line),
  },
};

/** Undefined for an agent that keeps no lines. */
export function findLineReader(agent: CountedAgent): LineReader | undefined {
  return agent === 'opencode' ? undefined : readers[agent];
}

export interface LinesRead {
  readonly state: object;
  readonly records: UsageRecord[];
  readonly limits: LimitSeen[];
}

/** Reads lines in order. What is no line of this agent counts nothing. */
export function readLines(reader: LineReader, state: object, lines: readonly string[]): LinesRead {
  const records: UsageRecord[] = [];
  const limits: LimitSeen[] = [];
  let current = state;
  for (const line of lines) {
    if (!reader.isOfUse(line)) continue;
    const read = reader.read(current, line);
    current = read.state;
    records.push(...read.records);
    limits.push(...read.limits);
  }
  return { state: current, records, limits };
}
