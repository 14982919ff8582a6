import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { claudeStart, readClaudeUsage } from './claudeRecords.ts';
import { codexStart } from './codexRecords.ts';
import { findLineReader, readLines } from './lineReaders.ts';
import { readOpencodeMessage } from './opencodeRecords.ts';
import type { UsageRecord } from './record.ts';

const fixtures = join(import.meta.dirname, '..', '..', 'test', 'fixtures', 'usage');

function readFixture(agent: 'claude' | 'codex' | 'gemini', name: string) {
  const reader = findLineReader(agent);
  assert.ok(reader);
  const lines = readFileSync(join(fixtures, name), 'utf8').split('\n');
  return readLines(reader, reader.start, lines);
}

const shown = ({ key, conversation, model, input, output }: UsageRecord) => [
  ...[key.slice(0, 12), conversation.slice(0, 8), model, input, output],
];

describe('records of usage', () => {
  it('of Claude Code name each answer once, and in a fork where it was given', () => {
    const first = readFixture('claude', 'claude.jsonl').records;
    const fork = readFixture('claude', 'claude-fork.jsonl').records;
    assert.deepEqual(first.map(shown), [
      ['msg_b76c0c43', 'f7e25f25', 'claude-opus-4-5', 10, 10],
      ['msg_2f845301', 'f7e25f25', 'claude-opus-4-5', 10, 10],
    ]);
    assert.deepEqual(fork.slice(0, 2).map(shown), first.map(shown));
    assert.deepEqual(fork.slice(2).map(shown), [
      ['msg_d30d2296', 'b5b4a896', 'claude-opus-4-5', 10, 10],
    ]);
  });

  it('of Claude Code leave out what no model answered, and what is no line', () => {
    const line = (over: object): string =>
      JSON.stringify({
        ...{ type: 'assistant', uuid: 'u', timestamp: '2026-11-28T10:00:00.000Z', sessionId: 's' },
        message: { model: 'm', usage: { input_tokens: -3, output_tokens: 1e300 } },
        ...over,
      });
    const read = (text: string): readonly UsageRecord[] =>
      readClaudeUsage(claudeStart, text).records;
    assert.deepEqual(
      [
        read(line({ message: { model: '<synthetic>', usage: {} } })),
        read(line({ timestamp: 'once' })),
        read(line({ type: 'user' })),
        read('{"usage":"assistant"'),
      ],
      [[], [], [], []],
    );
    assert.deepEqual(
      read(line({})).map(({ input, output }) => [input, output]),
      [[0, 1e12]],
    );
  });

  it('of Codex are its answers where it names them, with what is left of the plan', () => {
    const { records, limits } = readFixture('codex', 'codex.jsonl');
    assert.deepEqual(records.map(shown), [
      ['resp_fc45648', '01a22331', 'gpt-5.5', 10, 10],
      ['resp_5c76b00', '01a22331', 'gpt-5.5', 10, 10],
    ]);
    assert.deepEqual(
      limits.map(({ name, usedPercent, resetsAt }) => [name, usedPercent, resetsAt]),
      [
        ['5 hours', 42, '2026-11-28T21:06:40.000Z'],
        ['7 days', 7, '2026-12-04T16:00:00.000Z'],
      ],
    );
  });

  it('of an older Codex are the differences of the sums that it tells, however often', () => {
    const reader = findLineReader('codex');
    assert.ok(reader);
    const at = '2026-11-28T10:00:00.000Z';
    const sum = (input: number, cached: number, output: number): string => {
      const usage = { input_tokens: input, cached_input_tokens: cached, output_tokens: output };
      const payload = { type: 'token_count', info: { total_token_usage: usage } };
      return JSON.stringify({ timestamp: at, type: 'event_msg', payload });
    };
    const lines = [
      JSON.stringify({ timestamp: at, type: 'session_meta', payload: { id: 'c-1', cwd: '/w' } }),
      JSON.stringify({ timestamp: at, type: 'turn_context', payload: { model: 'gpt-5' } }),
      ...[sum(100, 40, 5), sum(100, 40, 5), sum(250, 140, 9), sum(30, 0, 2)],
    ];
    const { records } = readLines(reader, codexStart, lines);
    assert.deepEqual(
      records.map(({ input, cacheRead, output, directory }) => [
        input,
        cacheRead,
        output,
        directory,
      ]),
      [
        [60, 40, 5, '/w'],
        [50, 100, 4, '/w'],
        // It began to count anew.
        [30, 0, 2, '/w'],
      ],
    );
  });

  it('of Gemini and opencode tell input without what came from the cache', () => {
    const { records } = readFixture('gemini', 'gemini.jsonl');
    assert.deepEqual(
      records.map(({ conversation, model, input, output }) => [
        conversation.slice(0, 8),
        model,
        input,
        output,
      ]),
      [['52dc4564', 'gemini-2.5-pro', 10, 10]],
    );
    const data = (over: object): string =>
      JSON.stringify({
        ...{ role: 'assistant', modelID: 'm', cost: 0, time: { created: 1_795_886_784_392 } },
        tokens: { input: 4, output: 2, reasoning: 1, cache: { read: 9, write: 3 } },
        ...over,
      });
    const row = (text: string) => ({ id: 'i', session_id: 's', time_updated: 1, data: text });
    const read = readOpencodeMessage(row(data({})));
    assert.deepEqual(
      [read?.input, read?.output, read?.cacheRead, read?.cacheWrite, read?.costUsd],
      [4, 3, 9, 3, null],
    );
    assert.deepEqual(
      [data({ role: 'user' }), data({ tokens: { input: 0 } }), 'no json'].map((text) =>
        readOpencodeMessage(row(text)),
      ),
      [undefined, undefined, undefined],
    );
  });
});
