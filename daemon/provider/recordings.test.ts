import assert from 'node:assert/strict';
import { listAgentRecordings, readAgentRecording } from '../../test/support/agentRecording.ts';
import { findProvider } from './provider.ts';
import type { ChatEvent } from './provider.ts';

/** Recordings of commands that Waggle does not run, by agent: `exec --json`, `-o stream-json`, `run --format json`, `serve`. */
const others = {
  codex: (name: string): boolean => name !== 'codex-appserver',
  gemini: (): boolean => true,
  opencode: (): boolean => true,
};

describe('recordings of agents', () => {
  it('are all there, each to be read by the provider that speaks it', () => {
    const counts = ['acp', 'claude', 'codex', 'gemini', 'opencode'].map((agent) => [
      agent,
      listAgentRecordings(agent).length,
    ]);
    assert.deepEqual(Object.fromEntries(counts), {
      ...{ acp: 11, claude: 41, codex: 25, gemini: 12, opencode: 13 },
    });
  });

  it('of commands that are not spoken are never taken for something that was said, done or asked', () => {
    for (const [agent, isOther] of Object.entries(others)) {
      const provider = findProvider(agent);
      assert.ok(provider);
      const { state } = provider.begin({
        ...{ cwd: '/home/dev/work', conversationId: null, model: null, mode: null },
        ...{ forkOf: null, tools: null },
      });
      const lines = listAgentRecordings(agent).filter(isOther).flatMap(readAgentRecording);
      assert.ok(lines.length > 50, `${lines.length} lines of ${agent}`);
      const events = lines.flatMap(({ text }): readonly ChatEvent[] => {
        const step = provider.read(state, text);
        assert.deepEqual(step.writes, []);
        return step.events;
      });
      assert.deepEqual(
        events.filter(({ type }) => type !== 'unknown'),
        [],
      );
    }
  });
});
