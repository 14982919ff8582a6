/** Files of agents that are none: whoever writes there must not stop or fill the daemon. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readClaudeProcess } from './claudeProcess.ts';
import { listCodexThreads } from './codexProcess.ts';
import { findConversationsById, listConversations } from './listing.ts';
import { readTranscript } from './reading.ts';

const id = '5d1f9b7e-0000-4000-8000-00000000000a';
const pid = 4242;

describe('files of agents', function () {
  this.timeout(10_000);
  let directory: string;
  let project: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'waggle-transcript-'));
    project = join(directory, 'projects', '-work');
    mkdirSync(project, { recursive: true });
    mkdirSync(join(directory, 'sessions'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const writeProcess = (value: unknown) =>
    writeFileSync(join(directory, 'sessions', `${pid}.json`), JSON.stringify(value));

  it('that are pipes are unreadable and keep nobody waiting', async function () {
    if (process.platform === 'win32') return this.skip();
    const [transcript, state] = [
      join(project, `${id}.jsonl`),
      join(directory, 'sessions', `${pid}.json`),
    ];
    execFileSync('sh', ['-c', 'mkfifo "$@"', 'sh', transcript, state]);
    const found = await listConversations('claude', directory, 10);
    assert.deepEqual([found.conversations.length, found.unreadable], [0, 1]);
    await assert.rejects(readTranscript({ agent: 'claude', path: transcript }, nothing));
    assert.equal(await readClaudeProcess(directory, pid), undefined);
  });

  it('name a conversation only by what no command line takes for an option', async () => {
    for (const sessionId of ['--dangerously-skip-permissions', '-c', '../x', 'a b', ''])
      await expectProcess({ pid, sessionId }, undefined);
    await expectProcess({ pid, sessionId: id }, id);
    await expectProcess({ pid, sessionId: id, padding: 'x'.repeat(1024 * 1024) }, undefined);
  });

  async function expectProcess(written: unknown, conversationId: string | undefined) {
    writeProcess(written);
    assert.equal((await readClaudeProcess(directory, pid))?.conversationId, conversationId);
  }

  it('are read line by line whatever characters stand in a line, and none is read without end', async () => {
    const path = join(project, `${id}.jsonl`);
    const say = (content: string, sessionId = id) =>
      JSON.stringify({ type: 'user', sessionId, message: { content } });
    const lines = [
      say('no id', '-rf'),
      say('one\u2028line'),
      'x'.repeat(33 * 1024 * 1024),
      `${say('über')}\r`,
      say('last'),
    ];
    writeFileSync(path, lines.join('\n'));
    const texts: string[] = [];
    const read = await readTranscript({ agent: 'claude', path }, async ({ text }) => {
      texts.push(text);
    });
    assert.deepEqual(texts, ['no id', 'one\u2028line', 'über', 'last']);
    assert.deepEqual([read.id, read.messages, read.malformed], [id, 4, 1]);
  });

  it('of one conversation in two projects are one: the one that changed last', async () => {
    const moved = join(directory, 'projects', '-moved');
    mkdirSync(moved);
    const line = (cwd: string) => JSON.stringify({ type: 'user', cwd, message: { content: 'x' } });
    writeFileSync(join(moved, `${id}.jsonl`), line('/moved'));
    utimesSync(join(moved, `${id}.jsonl`), 1, 1);
    writeFileSync(join(project, `${id}.jsonl`), line('/work'));
    const byId = await findConversationsById('claude', directory, { beginning: id, limit: 2 });
    const { conversations } = await listConversations('claude', directory, 10);
    for (const found of [byId, conversations])
      assert.deepEqual(
        found.map((one) => one.directory),
        ['/work'],
      );
  });

  it('of Codex are found behind a link too', async function () {
    if (process.platform !== 'linux') return this.skip();
    const link = `${directory}-link`;
    symlinkSync(directory, link);
    const thread = '01a1f906-c638-71d3-9ecf-cf00a02e7a41';
    const open = openSync(join(directory, `${thread}.lock`), 'w');
    try {
      assert.deepEqual(await listCodexThreads(link, process.pid), [thread]);
      assert.deepEqual(await listCodexThreads(join(directory, 'other'), process.pid), []);
      assert.deepEqual(await listCodexThreads(directory.slice(0, -1), process.pid), []);
    } finally {
      closeSync(open);
      rmSync(link);
    }
  });
});

function nothing(): Promise<void> {
  return Promise.resolve();
}
