/** Transcripts as agents write them, for homes that nobody lived in. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const claudeId = '5d1f9b7e-0000-4000-8000-00000000000a';
export const codexId = '01a1f906-c638-71d3-9ecf-cf00a02e7a41';

export interface TranscriptPlace {
  readonly home: string;
  readonly cwd: string;
  readonly prompt: string;
}

/** Four messages, two lines that nobody can read. Returns the path. */
export function writeClaudeTranscript({ home, cwd, prompt }: TranscriptPlace): string {
  const folder = join(home, '.claude', 'projects', '-work');
  mkdirSync(folder, { recursive: true });
  const about = { sessionId: claudeId, cwd, isSidechain: false };
  const use = { type: 'tool_use', name: 'Bash', input: { command: 'ls' } };
  const lines = [
    { type: 'mode', mode: 'normal', sessionId: claudeId },
    { ...about, type: 'user', isMeta: true, message: { role: 'user', content: 'Caveat: x' } },
    { ...about, type: 'user', message: { role: 'user', content: prompt } },
    { ...about, type: 'assistant', message: { content: [use] } },
    {
      ...about,
      type: 'user',
      message: { content: [{ type: 'tool_result', content: 'a.ts\nb.ts' }] },
    },
    { ...about, type: 'assistant', message: { content: [{ type: 'text', text: 'It is fixed' }] } },
  ];
  const text = [...lines.map((line) => JSON.stringify(line)), '{"type":"user","mess', '[]'];
  const path = join(folder, `${claudeId}.jsonl`);
  writeFileSync(path, `${text.join('\n')}\n`);
  return path;
}

/** Two messages. */
export function writeCodexTranscript({ home, cwd, prompt }: TranscriptPlace): void {
  const folder = join(home, '.codex', 'sessions', '2026', '11', '20');
  mkdirSync(folder, { recursive: true });
  const say = (role: string, type: string, text: string) => ({
    type: 'response_item',
    payload: { type: 'message', role, content: [{ type, text }] },
  });
  const lines = [
    { type: 'session_meta', payload: { id: codexId, cwd } },
    { type: 'world_state', full: true },
    say('user', 'input_text', '<environment_context>\n <cwd>/</cwd>'),
    say('user', 'input_text', prompt),
    say('assistant', 'output_text', 'hello you'),
  ];
  const path = join(folder, `rollout-2026-11-20T12-55-33-${codexId}.jsonl`);
  writeFileSync(path, lines.map((line) => JSON.stringify(line)).join('\n'));
}
