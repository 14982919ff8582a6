import assert from 'node:assert/strict';
import type { KeptConversation } from '../../protocol/conversation/conversation.ts';
import { inEnglish as t } from '../translate.ts';
import { conversationRow, paneRow } from './adoptRows.ts';

const nowMs = Date.parse('2026-11-20T12:00:00.000Z');
const kept: KeptConversation = {
  agent: 'claude',
  id: '5d1f9b7e-0000-4000-8000-00000000000a',
  directory: '/home/me/api',
  directoryExists: true,
  firstPrompt: 'Fix the login',
  changedAt: '2026-11-20T10:00:00.000Z',
  bytes: 100,
  path: '/home/me/.claude/projects/x/y.jsonl',
  running: null,
  sessionId: null,
};

describe('rows of what can be taken over', () => {
  it('name a conversation by what was asked first, and say where, when and whether it runs', () => {
    const row = conversationRow(kept, { nowMs, t });
    assert.deepEqual(
      [row.label, row.description, row.icon],
      ['Fix the login', 'Claude Code · api · 2 h', 'comment-discussion'],
    );
    const held = { ...kept, firstPrompt: '', directoryExists: false, running: { pid: 7 } };
    const other = conversationRow(held, { nowMs, t });
    assert.deepEqual(
      [other.label, other.description, other.icon],
      [
        '(nothing was asked yet)',
        'Claude Code · api (folder is gone) · 2 h · runs in process 7',
        'lock',
      ],
    );
  });

  it('let no text of others reach further than its row', () => {
    const strange = '\u001b]0;x\u0007a\nb\u202e';
    const row = conversationRow({ ...kept, firstPrompt: strange }, { nowMs, t });
    assert.equal(row.label, ']0;xa b');
    const pane = paneRow({
      ...{ id: '%1', socket: '/tmp/s', place: 'main:0.1', command: 'vim', pid: 4 },
      ...{ title: strange, directory: '/home/me/api', size: { cols: 80, rows: 24 } },
    });
    assert.equal(pane.description, 'vim · api · 80×24 · ]0;xa b');
  });
});
