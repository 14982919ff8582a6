/** A conversation of Claude Code as it stands on its disk: what `waggle import --chat` reads. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';

export type TranscriptStep =
  | { readonly who: 'person' | 'agent'; readonly text: string }
  | {
      readonly who: 'tool';
      readonly name: string;
      readonly input: object;
      readonly output: string;
    };

export function writeTranscript(
  path: string,
  { cwd, steps }: { readonly cwd: string; readonly steps: Iterable<TranscriptStep> },
): void {
  const sessionId = randomUUID();
  const lines: string[] = [];
  const add = (type: 'user' | 'assistant', content: unknown): void => {
    const at = new Date(Date.UTC(2026, 0, 1) + lines.length * 1000).toISOString();
    const message = { role: type, content };
    lines.push(
      JSON.stringify({ type, sessionId, cwd, uuid: randomUUID(), timestamp: at, message }),
    );
  };
  for (const step of steps) {
    if (step.who !== 'tool') {
      const isPerson = step.who === 'person';
      add(
        isPerson ? 'user' : 'assistant',
        isPerson ? step.text : [{ type: 'text', text: step.text }],
      );
    } else {
      const id = `toolu_${lines.length}`;
      add('assistant', [{ type: 'tool_use', id, name: step.name, input: step.input }]);
      add('user', [{ type: 'tool_result', tool_use_id: id, content: step.output }]);
    }
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
}

/** About `entries` entries: turns of a prompt, texts with code, tools and reads in a row. */
export function* longConversation(entries: number): Generator<TranscriptStep> {
  for (let turn = 0; turn < entries / 10; turn += 1) {
    yield { who: 'person', text: `Question ${turn}: what does step ${turn} do?` };
    yield { who: 'agent', text: `Let me look at **step ${turn}**.` };
    for (let read = 0; read < 3; read += 1) {
      const input = { file_path: `/src/step${turn}/part${read}.ts` };
      yield { who: 'tool', name: 'Read', input, output: `export const part = ${read};` };
    }
    yield {
      who: 'tool',
      name: 'Bash',
      input: { command: `npm test ${turn}` },
      output: 'ok\n'.repeat(20),
    };
    yield {
      who: 'agent',
      text: `It does this:\n\n\`\`\`ts\nexport function step${turn}(): number {\n  return ${turn};\n}\n\`\`\`\n\n- one\n- two, with \`code\``,
    };
    yield { who: 'agent', text: `That was step ${turn}.` };
  }
}
