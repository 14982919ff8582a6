import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import type { Draft } from '../../protocol/chat/chatPage.ts';
import { draftSchema } from '../../protocol/chat/chatPage.ts';
import { Drafts } from './chatServices.ts';
import { findUnsentPlace, toUnsentDraft } from './unsent.ts';

const id = sessionIdSchema.parse('0198c0de-0000-7000-8000-000000000001');

function createDrafts(): { readonly drafts: Drafts; readonly told: string[] } {
  const kept = new Map<string, unknown>();
  const memory: Pick<vscode.Memento, 'get' | 'update'> = {
    get: <T>(key: string, otherwise?: T) => (kept.get(key) ?? otherwise) as T,
    update: async (key: string, value: unknown) => void kept.set(key, value),
  };
  const told: string[] = [];
  const drafts = new Drafts({
    memory: memory as vscode.Memento,
    isPrivate: () => false,
    tell: (_id, text) => void told.push(text),
  });
  return { drafts, told };
}

describe('what is written in a chat and not sent', () => {
  it('is handed over before it was told, and then is told by nobody else', () => {
    const { drafts, told } = createDrafts();
    drafts.set(id, { text: 'half', parts: [] });
    drafts.set(id, { text: 'half a thought', parts: [] });
    assert.equal(drafts.takeUntold(id), 'half a thought');
    assert.equal(drafts.takeUntold(id), undefined);
    drafts.forget(id);
    assert.deepEqual([drafts.get(id, '').text, told], ['', []]);
    drafts.dispose();
  });

  it('is handed over as empty when it was taken back a moment ago', () => {
    const { drafts } = createDrafts();
    drafts.set(id, { text: 'half', parts: [] });
    drafts.set(id, { text: '', parts: [] });
    assert.equal(drafts.takeUntold(id), '');
    drafts.dispose();
  });

  it('stays while nobody knows of it but this window', () => {
    const { drafts } = createDrafts();
    drafts.set(id, { text: 'half', parts: [] });
    drafts.forget(id);
    assert.equal(drafts.get(id, '').text, 'half');
    drafts.dispose();
  });
});

describe('a draft whose chat goes on in a terminal', () => {
  const part: Draft['parts'][number] = { kind: 'image', label: 'shot.png', text: '' };

  it('keeps what stands beside its text, and has the text back from the daemon', () => {
    const { drafts } = createDrafts();
    drafts.set(id, { text: 'half', parts: [part] });
    drafts.leaveText(id);
    assert.equal(drafts.get(id, '').text, 'half');
    drafts.takeUntold(id);
    drafts.leaveText(id);
    drafts.leaveText(id);
    assert.deepEqual(drafts.get(id, 'half, gone on with'), {
      text: 'half, gone on with',
      parts: [part],
    });
    drafts.forget(id);
    assert.deepEqual(drafts.get(id, ''), { text: '', parts: [] });
    drafts.dispose();
  });

  it('is nothing here where it was only text', () => {
    const { drafts } = createDrafts();
    drafts.set(id, { text: 'half', parts: [] });
    drafts.takeUntold(id);
    drafts.leaveText(id);
    assert.deepEqual(drafts.get(id, ''), { text: '', parts: [] });
    drafts.dispose();
  });

  it('is not filled again with text that was just deleted', () => {
    const { drafts } = createDrafts();
    drafts.set(id, { text: 'half', parts: [part] });
    drafts.set(id, { text: '', parts: [part] });
    assert.equal(drafts.get(id, 'half').text, '');
    drafts.dispose();
  });
});

describe('a message of a chat that could not be sent', () => {
  const image = { name: 'shot.png', mediaType: 'image/png', data: 'AAAA' } as const;
  const unsent = toUnsentDraft({
    ...{ type: 'send', messageId: '0198c0de-0000-4000-8000-000000000002', isSteering: false },
    ...{ text: 'lost', attachments: [image] },
  });
  const partOf = (label: string): Draft['parts'][number] => ({ kind: 'file', label, text: '@f' });

  it('goes back to the page that sent it, to the one that has the draft now, or to the next', () => {
    const [sender, other] = [{}, {}];
    assert.equal(findUnsentPlace({ sender, now: sender }), 'sender');
    assert.equal(findUnsentPlace({ sender, now: other }), 'page');
    assert.equal(findUnsentPlace({ sender, now: undefined }), 'drafts');
  });

  it('stands before what was written since, with its pictures', () => {
    const { drafts } = createDrafts();
    drafts.giveBack(id, unsent);
    drafts.giveBack(id, { text: '', parts: [] });
    assert.deepEqual(drafts.get(id, ''), unsent);
    drafts.set(id, { text: 'newer', parts: [partOf('f')] });
    drafts.giveBack(id, unsent);
    assert.deepEqual(drafts.get(id, ''), {
      text: 'lost\nnewer',
      parts: [{ kind: 'image', label: 'shot.png', text: '', image }, partOf('f')],
    });
    drafts.dispose();
  });

  it('stays beside what was written since where both are too long for one text', () => {
    const { drafts } = createDrafts();
    const [before, since] = ['a'.repeat(600_000), 'b'.repeat(600_000)];
    drafts.set(id, { text: since, parts: [] });
    drafts.giveBack(id, { text: before, parts: [] });
    const kept = draftSchema.parse(drafts.get(id, ''));
    assert.deepEqual([kept.text === since, kept.parts[0]?.text === before], [true, true]);
    drafts.dispose();
  });
});
