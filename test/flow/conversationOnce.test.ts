/** A conversation has one process at a time, whichever sessions ask for it. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Session } from '../../protocol/session/session.ts';
import { claudeId, writeClaudeTranscript } from '../support/transcripts.ts';
import { SessionHome, size } from './sessionHome.ts';

describe('two sessions of one conversation', function () {
  this.timeout(60_000);
  let home: SessionHome;
  let link: DaemonLink;
  let environment: Record<string, string>;

  before(async () => {
    home = await SessionHome.open();
    link = await home.connect('window-0');
    const bin = join(home.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'claude'), '#!/bin/sh\nexec sleep 600\n');
    chmodSync(join(bin, 'claude'), 0o755);
    environment = { ...home.env, PATH: `${bin}:${home.env['PATH'] ?? ''}` };
    writeClaudeTranscript({ home: home.env['HOME'] ?? '', cwd: home.folder, prompt: 'hello' });
  });
  after(() => home.close());

  async function continueIn(cwd: string): Promise<Session> {
    const params = { conversationId: claudeId, cwd, size, environment };
    return (await link.call('conversation/continue', params)).session;
  }

  const end = ({ id }: Session) => link.call('session/kill', { sessionId: id });

  it('cannot both run, however they are started again', async () => {
    const elsewhere = join(home.folder, 'elsewhere');
    mkdirSync(elsewhere);
    const first = await continueIn(home.folder);
    await end(first);
    const second = await continueIn(elsewhere);
    for (const method of ['session/resume', 'session/restart'] as const)
      await assert.rejects(link.call(method, { sessionId: first.id, environment }), {
        code: 'conflict',
        fix: new RegExp(`waggle attach ${second.id}`),
      });
    await end(second);
    const outcomes = await Promise.allSettled([
      link.call('session/resume', { sessionId: first.id, environment }),
      link.call('session/restart', { sessionId: second.id, environment }),
      continueIn(home.folder),
    ]);
    assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), [
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    const { sessions } = await link.call('session/list', { history: true });
    assert.equal(sessions.filter(({ status }) => status === 'running').length, 1);
  });
});
