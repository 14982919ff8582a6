import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Line } from './hostConversation.ts';
import { Conversation, play } from './hostConversation.ts';
import { writeScript } from './hostScript.ts';
import { HostFixture } from './ptyhostFixture.ts';

const recording = join(import.meta.dirname, '..', 'fixtures', 'host-protocol-v1.jsonl');

/** Long enough that nothing of an answer is still on its way. Only for recording. */
const quietMs = 400;

async function record(conversation: Conversation): Promise<Line[]> {
  const lines: Line[] = [];
  for (const said of writeScript()) {
    await conversation.say(said);
    await delay(quietMs);
    const heard = conversation.connections.flatMap((each) => conversation.heard(each));
    lines.push(said, ...heard);
    conversation.forget();
  }
  return lines;
}

describe('the host protocol', function () {
  this.timeout(120_000);

  it('is still what was recorded as version 1', async () => {
    const host = await HostFixture.start({ umask: '022' });
    const conversation = new Conversation(host.file);
    try {
      // A recording is made once per version: remove the file to make it anew.
      if (!existsSync(recording)) {
        const lines = await record(conversation);
        writeFileSync(recording, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
        return;
      }
      const text = readFileSync(recording, 'utf8').trim();
      await play(
        text.split('\n').map((line) => JSON.parse(line) as Line),
        conversation,
      );
    } finally {
      conversation.close();
      await host.stop();
    }
  });
});
