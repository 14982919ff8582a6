import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import { Drafts } from './chatServices.ts';

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
