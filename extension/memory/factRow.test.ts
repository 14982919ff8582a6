import assert from 'node:assert/strict';
import { inEnglish as t } from '../translate.ts';
import { describeFact, describeNote, describeToReview, nameScope, nameSource } from './factRow.ts';
import { fakeBlock, fakeFact, nowMs } from './fakeFact.test.ts';

const context = { nowMs, t };

describe('the words of what is remembered', () => {
  it('say of a fact what kind it is and how old, and where only it holds', () => {
    const plain = describeFact(fakeFact(), context);
    assert.deepEqual(
      [plain.label, plain.description, plain.icon],
      ['The tests need port 5433', 'gotcha · 3 h', 'warning'],
    );
    const pinned = describeFact(fakeFact({ pinned: true, worktree: '/code/api-fix' }), context);
    assert.deepEqual(
      [pinned.description, pinned.icon, pinned.spoken],
      [
        'gotcha · 3 h · only in api-fix',
        'pinned',
        'The tests need port 5433, pinned, gotcha · 3 h · only in api-fix',
      ],
    );
  });

  it('say of a fact that waits why it waits, for eyes and ears', () => {
    const waiting = fakeFact({ state: 'quarantined', reasons: ['instructions', 'widerScope'] });
    const { description, icon, spoken } = describeFact(waiting, context);
    assert.deepEqual([description, icon], ['reads like instructions · 3 h', 'shield']);
    assert.match(spoken, /waits for you, gotcha, reads like instructions/);
  });

  it('let no text of agents reach further than its row', () => {
    const { label } = describeFact(fakeFact({ text: 'a\u001b]0;x\u0007\nb\u202ec' }), context);
    assert.equal(label, 'a]0;x bc');
    assert.equal(describeFact(fakeFact({ text: '\u200b' }), context).label, '(empty)');
  });

  it('say what belongs in a note, or that it is empty', () => {
    assert.equal(describeNote(fakeBlock({ description: 'How' }), context).description, 'How');
    assert.equal(describeNote(fakeBlock({ text: '' }), context).description, 'empty');
  });

  it('count what waits apart from what is new', () => {
    assert.equal(describeToReview(1, 0, t), '1 waits for you');
    assert.equal(describeToReview(2, 5, t), '2 wait for you · 5 new');
    assert.equal(describeToReview(0, 5, t), '5 new');
  });

  it('name who said it and where it holds as a person would', () => {
    const { source } = fakeFact();
    assert.equal(nameSource(source, t), 'Claude Code in fix-login');
    assert.equal(nameSource({ ...source, agent: 'command' }, t), 'fix-login');
    assert.equal(nameSource({ ...source, by: 'person' }, t), 'you');
    assert.equal(nameSource({ ...source, by: 'file', who: 'CLAUDE.md' }, t), 'CLAUDE.md');
    assert.equal(nameScope(fakeFact(), 'api', t), 'in api');
    assert.equal(nameScope(fakeFact({ scope: 'person' }), '', t), 'about you, in every repository');
  });
});
