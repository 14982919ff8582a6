import assert from 'node:assert/strict';
import type { SystemNotice } from '../../link/notice/notice.ts';
import type { Notice, NoticeSettings } from '../../protocol/attention/notice.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { clientIdSchema } from '../../protocol/wire/brand.ts';
import { toDisposable } from '../../protocol/wire/disposable.ts';
import type { PresentWindow } from '../window/window.ts';
import { settingsAtFirst } from './choices.ts';
import { PersonCommand } from './personCommand.ts';
import { Ringing } from './ringing.ts';

/** A desk with windows and a desktop; what is told is written down in words. */
class Desk {
  readonly told: string[] = [];
  readonly ringing: Ringing;
  windows: PresentWindow[] = [];
  isThere = true;
  settings: NoticeSettings = settingsAtFirst;

  constructor() {
    this.ringing = new Ringing({
      listWindows: () => this.windows,
      findDesktop: () => ({ platform: 'linux', env: {}, isThere: this.isThere }),
      notifier: {
        raise: (notice) => this.#raise(notice),
        dispose: () => undefined,
      },
      command: new PersonCommand({
        log: { warn: () => undefined },
        warnings: { set: () => undefined, list: () => [] },
      }),
      settings: () => this.settings,
      linkTo: () => undefined,
      onOpen: () => undefined,
    });
  }

  addWindow(name: string, over: Partial<PresentWindow> = {}): void {
    this.windows.push({
      windowId: clientIdSchema.parse(name),
      ...{ focused: false, visible: [], open: [], folders: [], callback: null },
      ...{ remote: false, raises: false, ...over },
      notify: (event, params) => {
        const { system, notices } = params as { system: boolean; notices: Notice[] };
        const texts = notices.map(({ text }) => text).join(' ');
        this.told.push(`${name} ${event} ${texts}${system ? ' and raises' : ''}`);
      },
    });
  }

  #raise({ title, body }: SystemNotice) {
    const words = `${title} | ${body.replaceAll('\n', ' / ')}`;
    this.told.push(`raised ${words}`);
    return toDisposable(() => this.told.push(`took back ${words}`));
  }
}

const sessionOf = (number: number): SessionId =>
  `00000000-0000-4000-8000-${String(number).padStart(12, '0')}` as SessionId;

function notice(text: string, number = 1): Notice {
  return {
    ...{ id: text, cursor: 1, kind: 'question', sessionId: sessionOf(number) },
    ...{ title: `session ${number}`, text, at: '2026-03-02T12:00:00.000Z' },
  };
}

describe('ringing', () => {
  it('is the first window’s, and the machine’s where the person sits', () => {
    const desk = new Desk();
    desk.addWindow('first');
    desk.addWindow('second');
    desk.ringing.ring([notice('a')]);
    assert.deepEqual(desk.told, ['first attention/rang a', 'raised session 1 | a']);
    desk.windows.shift();
    desk.told.length = 0;
    desk.ringing.ring([notice('b', 2)]);
    assert.deepEqual(desk.told, ['second attention/rang b', 'raised session 2 | b']);
  });

  it('raises nothing here when every window is elsewhere, and twice nowhere', () => {
    const desk = new Desk();
    desk.addWindow('far', { remote: true });
    assert.equal(desk.ringing.hasSystem, false);
    desk.ringing.ring([notice('a')]);
    desk.windows = [];
    desk.addWindow('raising', { remote: true, raises: true });
    desk.addWindow('near');
    assert.equal(desk.ringing.hasSystem, true);
    desk.ringing.ring([notice('b')]);
    assert.deepEqual(desk.told, ['far attention/rang a', 'raising attention/rang b and raises']);
  });

  it('raises without a window where there is a desktop, and only there', () => {
    const desk = new Desk();
    desk.ringing.ring([notice('a')]);
    desk.isThere = false;
    assert.equal(desk.ringing.hasSystem, false);
    desk.ringing.ring([notice('b')]);
    assert.deepEqual(desk.told, ['raised session 1 | a']);
  });

  it('does what the settings say, and nothing when all is off', () => {
    const desk = new Desk();
    desk.addWindow('first');
    desk.settings = { ...settingsAtFirst, system: false };
    desk.ringing.ring([notice('a')]);
    desk.settings = { ...settingsAtFirst, system: false, toast: false };
    desk.ringing.ring([notice('b')]);
    desk.settings = { ...settingsAtFirst, toast: false };
    desk.ringing.ring([notice('c')]);
    assert.deepEqual(desk.told, ['first attention/rang a', 'raised session 1 | c']);
  });

  it('is one notice for several, taken back when the last of them is settled', () => {
    const desk = new Desk();
    const notices = [1, 2, 3, 4, 5].map((number) => notice(`text ${number}`, number));
    desk.ringing.ring(notices);
    const lines = [1, 2, 3, 4].map((number) => `session ${number}: text ${number}`);
    const words = `5 sessions need you | ${lines.join(' / ')} / …`;
    for (const { id } of notices) {
      assert.deepEqual(desk.told, [`raised ${words}`]);
      desk.ringing.settle(id);
    }
    assert.deepEqual(desk.told, [`raised ${words}`, `took back ${words}`]);
  });

  it('replaces the notice of a session by its next one', () => {
    const desk = new Desk();
    desk.ringing.ring([notice('a')]);
    desk.ringing.ring([notice('other', 2)]);
    desk.ringing.ring([notice('b')]);
    assert.deepEqual(desk.told, [
      'raised session 1 | a',
      'raised session 2 | other',
      'took back session 1 | a',
      'raised session 1 | b',
    ]);
    desk.ringing.dispose();
    assert.deepEqual(desk.told.slice(-2), [
      'took back session 2 | other',
      'took back session 1 | b',
    ]);
  });
});
