import assert from 'node:assert/strict';
import type { Chat } from '../../protocol/chat/chat.ts';
import type { Draft, FromPage, ToPage } from '../../protocol/chat/chatPage.ts';
import type { Entry, EntryContent } from '../../protocol/chat/entry.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';
import { ChatModel } from './model.ts';

const sessionId = sessionIdSchema.parse('0198c0de-0000-7000-8000-000000000001');
const end = 300;

function entryOf(position: number): Entry {
  const prompt: EntryContent = { kind: 'prompt', text: 'p', attachments: [], isSteering: false };
  return {
    ...{ position, turn: 1, at: '2026-01-01T00:00:00.000Z', isOpen: false, parent: null },
    revision: position,
    content: position === 20 ? prompt : { kind: 'text', text: `t${position}` },
  };
}

interface Rig {
  readonly model: ChatModel;
  readonly posted: FromPage[];
  /** Where pages were asked for. */
  readonly reads: () => number[];
  /** How many entries a page has at most: the daemon cuts it. */
  pageMost: number;
  /** What the page looks at, whenever it is drawn. */
  looked: readonly [number, number] | undefined;
}

/** A page whose editor answers at once; it draws anew as often as the model says that something changed. */
function createRig(asking: readonly number[] = [], draft: Draft = { text: '', parts: [] }): Rig {
  const posted: FromPage[] = [];
  const chat = { state: 'idle', end, asking, queue: [], turn: null } as unknown as Chat;
  const post = (message: FromPage): void => {
    posted.push(message);
    if (posted.length > 400) throw new Error('it asks without end');
    if (message.type !== 'read') return;
    const { id, from } = message;
    const count = Math.min(rig.pageMost, message.limit, end - from + 1);
    const entries = Array.from({ length: count }, (_, index) => entryOf(from + index));
    queueMicrotask(() => model.take({ type: 'pageRead', id, entries }));
  };
  const opened: Extract<ToPage, { type: 'opened' }> = {
    ...{ type: 'opened', sessionId, name: 'n', agent: 'a', folder: '', words: {}, chat },
    ...{ entries: [], revision: 1, draft, place: null, isMac: false },
  };
  const model: ChatModel = new ChatModel(opened, {
    post,
    changed: () => queueMicrotask(() => draw()),
    announce: () => undefined,
    now: () => 0,
  });
  const rig: Rig = {
    ...{ model, posted, pageMost: 100, looked: undefined },
    reads: () => posted.flatMap((message) => (message.type === 'read' ? [message.from] : [])),
  };
  const draw = (): void => {
    if (rig.looked !== undefined) model.readHole(...rig.looked);
    assert.ok(model.asks.length <= asking.length);
  };
  return rig;
}

/** Everything that follows from what was done has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function look(rig: Rig, first: number, last: number): Promise<void> {
  rig.looked = [first, last];
  rig.model.readHole(first, last);
  return settled();
}

describe('what the page of a chat reads', () => {
  it('comes whole where pages are cut before what can be seen', async () => {
    const rig = createRig();
    rig.pageMost = 30;
    await look(rig, 250, 260);
    assert.equal(rig.model.journal.findHole(250, 260), undefined);
    assert.deepEqual(rig.reads(), [161, 250]);
  });

  it('is not asked for again after it did not come, until something else is looked at', async () => {
    const rig = createRig([120]);
    rig.pageMost = 0;
    await look(rig, 250, 260);
    assert.deepEqual(rig.reads(), [161, 70]);
    rig.pageMost = 100;
    await look(rig, 251, 261);
    assert.equal(rig.model.journal.findHole(250, 260), undefined);
  });

  it('holds what is asked, also where a page ends before it', async () => {
    const rig = createRig([120]);
    rig.pageMost = 30;
    rig.model.readAround(120);
    await settled();
    assert.notEqual(rig.model.journal.get(120), undefined);
    assert.deepEqual(rig.reads(), [70, 120]);
  });

  it('goes back to a prompt over pages that are cut, and gives up where nothing comes', async () => {
    const rig = createRig();
    rig.pageMost = 7;
    assert.equal(await rig.model.findPrompt(150, -1), 20);
    const failing = createRig();
    failing.pageMost = 0;
    assert.equal(await failing.model.findPrompt(150, -1), undefined);
    assert.equal(failing.reads().length, 1);
  });
});

describe('what is sent from the page of a chat', () => {
  const messageId = '0198c0de-0000-4000-8000-000000000002';
  const pictureOf = (chars: number): Draft['parts'][number] => ({
    ...{ kind: 'image', label: 'shot.png', text: '' },
    image: { name: 'shot.png', mediaType: 'image/png', data: 'A'.repeat(chars) },
  });
  const tooMuch: Readonly<Record<string, Draft>> = {
    'two large pictures': { text: 'see', parts: [pictureOf(540_000), pictureOf(540_000)] },
    'many small pictures': { text: '', parts: Array.from({ length: 17 }, () => pictureOf(4)) },
    'a long text': { text: 'a'.repeat(900_001), parts: [] },
    'letters of many bytes': { text: '字'.repeat(360_000), parts: [] },
    'a long text of its parts': {
      text: 'a'.repeat(500_000),
      parts: [{ kind: 'file', label: 'f', text: 'b'.repeat(500_000) }],
    },
  };

  for (const [what, draft] of Object.entries(tooMuch))
    it(`stays when it is too much for one message: ${what}`, () => {
      const { model, posted } = createRig([], draft);
      model.send(messageId, false);
      assert.deepEqual([model.draft, posted, model.sends], [draft, [], 0]);
      assert.match(model.problem?.text ?? '', /your text stays/);
      assert.notEqual(model.problem?.fix ?? '', '');
    });

  it('goes where it fits', () => {
    const draft = { text: 'a'.repeat(300_000), parts: [pictureOf(600_000)] };
    const { model, posted } = createRig([], draft);
    model.send(messageId, true);
    assert.deepEqual(
      posted.map(({ type }) => type),
      ['send', 'draft'],
    );
    assert.deepEqual([model.draft.text, model.problem], ['', undefined]);
  });
});

describe('what was said last in the page of a chat', () => {
  it('is changed where it waits, with its pictures, and nothing of it is taken back', () => {
    const { model, posted } = createRig();
    const shot = { name: 'shot.png', mediaType: 'image/png' };
    const waiting = { id: 'm', text: 'see', attachments: [shot], at: '' };
    model.chat = { ...model.chat, queue: [{ ...waiting, id: 'first' }, waiting] };
    assert.equal(model.editLast(), waiting);
    assert.deepEqual([model.draft.text, posted], ['', []]);
  });

  it('is written again where nothing waits', async () => {
    const { model } = createRig();
    await model.read(1);
    assert.equal(model.editLast(), undefined);
    assert.equal(model.draft.text, 'p');
  });
});
