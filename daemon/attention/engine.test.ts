import assert from 'node:assert/strict';
import type { Mute, NoticeSettings } from '../../protocol/attention/notice.ts';
import type { SessionId } from '../../protocol/wire/brand.ts';
import { settingsAtFirst } from './choices.ts';
import type { CallAction, CallState, Matter, Reach } from './engine.ts';
import { createCallState, findDue, reduce } from './engine.ts';

const noon = Date.parse('2026-03-02T12:00:00.000Z');
const minuteMs = 60_000;

function session(number: number): SessionId {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}` as SessionId;
}

/** A person who can be called, and a clock that is moved by hand; what is told is written down with its second. */
class Person {
  readonly told: string[] = [];
  monotonicMs = 0;
  wallMs = noon;
  state: CallState;

  constructor(over: Partial<NoticeSettings> = {}, mutes: readonly Mute[] = []) {
    this.state = createCallState({ ...settingsAtFirst, ...over }, mutes);
    this.reach({});
  }

  act(action: CallAction): void {
    const minute = Math.floor(this.wallMs / minuteMs) % 1440;
    const moment = { monotonicMs: this.monotonicMs, wallMs: this.wallMs, minute };
    const { state, outcomes } = reduce(this.state, action, moment);
    this.state = state;
    for (const outcome of outcomes) {
      const at = `${this.monotonicMs / 1000} s`;
      if (outcome.type === 'called')
        this.told.push(`${at}: called ${outcome.matters.map(({ id }) => id).join(' ')}`);
      else if (outcome.type === 'silenced')
        this.told.push(`${at}: ${outcome.matter.id} ${outcome.silence}`);
    }
  }

  put(id: string, over: Partial<Matter> = {}): void {
    const matter: Matter = {
      ...{ id, kind: 'permission', sessionId: session(1), since: id, title: id, text: id },
      ...{ turnMs: null, isRestored: false, isPrivate: false, ...over },
    };
    this.act({ type: 'put', matter });
  }

  remove(id: string): void {
    this.act({ type: 'removed', id });
  }

  reach(over: Partial<Reach>): void {
    const reach = { visible: new Set<SessionId>(), hasWindow: true, hasSystem: true, ...over };
    this.act({ type: 'reached', reach });
  }

  configure(over: Partial<NoticeSettings>, mutes: readonly Mute[] = this.state.mutes): void {
    this.act({ type: 'configured', settings: { ...this.state.settings, ...over }, mutes });
  }

  /** Lets time pass as the timer does it: from one thing that is due to the next. */
  pass(ms: number, wallMs = ms): void {
    const end = this.monotonicMs + ms;
    const wallPerMs = wallMs / ms;
    for (;;) {
      const next = Math.min(end, findDue(this.state) ?? end);
      this.wallMs += (next - this.monotonicMs) * wallPerMs;
      this.monotonicMs = next;
      this.act({ type: 'passed' });
      const due = findDue(this.state);
      if (next >= end && (due === null || due > end)) return;
      assert.ok(due === null || due >= next, 'what is due is not in the past');
    }
  }
}

describe('calling a person', () => {
  it('waits five seconds, and calls nobody for what is gone by then', () => {
    const person = new Person();
    person.put('question', { kind: 'question' });
    person.put('brief', { kind: 'question', sessionId: session(2) });
    person.pass(4900);
    person.remove('brief');
    person.pass(20_000);
    assert.deepEqual(person.told, ['5.2 s: called question']);
  });

  it('does not wait for permissions, sign-ins and what calls by itself', () => {
    for (const kind of ['permission', 'signIn', 'notice'] as const) {
      const person = new Person();
      person.put(kind, { kind });
      person.pass(1000);
      assert.deepEqual(person.told, [`0.2 s: called ${kind}`]);
    }
  });

  it('makes one call of what comes within 200 ms, the newest first', () => {
    const person = new Person();
    person.put('first');
    person.pass(150);
    person.put('second', { sessionId: session(2) });
    person.pass(40);
    person.put('gone', { sessionId: session(3) });
    person.remove('gone');
    person.pass(40);
    person.put('later', { sessionId: session(4) });
    person.pass(1000);
    assert.deepEqual(person.told, ['0.2 s: called second first', '0.43 s: called later']);
  });

  it('is silent for a minute about the session that it called for, and then calls for what still waits', () => {
    const person = new Person();
    person.put('first');
    person.pass(10_000);
    person.remove('first');
    person.put('second');
    person.put('other', { sessionId: session(2) });
    person.pass(120_000);
    assert.deepEqual(person.told, [
      '0.2 s: called first',
      '10.2 s: called other',
      '60.4 s: called second',
    ]);
  });

  it('says that what went during the minute was silenced by it', () => {
    const person = new Person();
    person.put('first');
    person.pass(10_000);
    person.remove('first');
    person.put('second');
    person.pass(10_000);
    person.remove('second');
    person.pass(120_000);
    assert.deepEqual(person.told, ['0.2 s: called first', '20 s: second coolDown']);
  });

  it('leaves messages that belong to no session alone with the minute', () => {
    const person = new Person();
    person.put('first', { kind: 'notice', sessionId: null });
    person.pass(1000);
    person.put('second', { kind: 'notice', sessionId: null });
    person.pass(1000);
    assert.deepEqual(person.told, ['0.2 s: called first', '1.2 s: called second']);
  });

  it('is silent about a session that is visible in a window with the focus', () => {
    const person = new Person();
    person.reach({ visible: new Set([session(1)]) });
    person.put('seen');
    person.put('unseen', { sessionId: session(2) });
    person.pass(1000);
    assert.deepEqual(person.told, ['0 s: seen visible', '0.2 s: called unseen']);
  });

  it('looks again at the end of the dwell and of the 200 ms', () => {
    const person = new Person();
    person.reach({ visible: new Set([session(1)]) });
    person.put('left', { kind: 'question' });
    person.pass(4000);
    person.reach({});
    person.pass(2000);
    person.put('came', { sessionId: session(2) });
    person.pass(100);
    person.reach({ visible: new Set([session(2)]) });
    person.pass(1000);
    assert.deepEqual(person.told, ['5.2 s: called left', '6.1 s: came visible']);
  });

  it('is silent in quiet hours and does not make up for them', () => {
    const person = new Person({ quietHours: { from: '11:00', to: '12:01' } });
    person.put('quiet');
    person.pass(2 * minuteMs);
    person.put('loud', { sessionId: session(2) });
    person.pass(1000);
    assert.deepEqual(person.told, ['0 s: quiet quietHours', '120.2 s: called loud']);
  });

  it('is silent about what is muted, until the instant that was said', () => {
    const until = new Date(noon + minuteMs).toISOString();
    const person = new Person({}, [{ sessionId: session(1), until }]);
    person.put('muted');
    person.put('loud', { sessionId: session(2) });
    person.pass(minuteMs);
    person.remove('muted');
    person.put('unmuted');
    person.pass(1000);
    person.configure({}, [{ sessionId: null, until: null }]);
    person.put('all', { sessionId: session(3) });
    person.pass(1000);
    assert.deepEqual(person.told, [
      '0 s: muted muted',
      '0.2 s: called loud',
      '60.2 s: called unmuted',
      '61 s: all muted',
    ]);
  });

  it('is silent about short turns; a turn of unknown length is long', () => {
    const person = new Person();
    person.put('short', { kind: 'finished', turnMs: 9999 });
    person.put('long', { kind: 'finished', turnMs: 10_000, sessionId: session(2) });
    person.put('unknown', { kind: 'finished', turnMs: null, sessionId: session(3) });
    person.put('failed', { kind: 'failed', turnMs: 1, sessionId: session(4) });
    person.pass(10_000);
    assert.deepEqual(person.told, ['5 s: short shortTurn', '5.2 s: called failed unknown long']);
  });

  it('never calls for what was so before the daemon began, until something new happens', () => {
    const person = new Person();
    person.put('a', { isRestored: true, since: 'before' });
    person.put('a', { text: 'the same, said otherwise', since: 'before' });
    person.pass(600_000);
    assert.deepEqual(person.told, []);
    person.put('a', { since: 'now' });
    person.pass(1000);
    assert.deepEqual(person.told, ['600.2 s: called a']);
  });

  it('calls once for one occurrence, however often its words change', () => {
    const person = new Person();
    for (const text of ['one', 'two', 'three']) {
      person.put('a', { text, since: 'then' });
      person.pass(100_000);
    }
    assert.deepEqual(person.told, ['0.2 s: called a']);
  });

  it('says when everything is off, and when nobody is there', () => {
    const off = new Person({ system: false, toast: false });
    off.put('a');
    assert.deepEqual(off.told, ['0 s: a off']);
    const away = new Person();
    away.reach({ hasWindow: false, hasSystem: false });
    away.put('a');
    assert.deepEqual(away.told, ['0 s: a nobody']);
    const program = new Person({ command: ['/bin/true'] });
    program.reach({ hasWindow: false, hasSystem: false });
    program.put('a');
    program.pass(1000);
    assert.deepEqual(program.told, ['0.2 s: called a']);
  });

  it('measures its durations by the clock that does not jump', () => {
    for (const jumpMs of [-86_400_000, 86_400_000]) {
      const person = new Person();
      person.put('a', { kind: 'question' });
      person.pass(1000);
      person.wallMs += jumpMs;
      person.pass(10_000);
      person.put('b');
      person.wallMs -= 2 * jumpMs;
      person.pass(30_000);
      assert.deepEqual(person.told, ['5.2 s: called a']);
      person.pass(60_000);
      assert.deepEqual(person.told, ['5.2 s: called a', '65.4 s: called b']);
    }
  });

  it('does not storm when the clock jumps out of quiet hours or over the end of a mute', () => {
    const until = new Date(noon + 3_600_000).toISOString();
    const person = new Person({ quietHours: { from: '11:00', to: '13:00' } }, [
      { sessionId: session(1), until },
    ]);
    for (let number = 1; number <= 50; number += 1)
      person.put(`a${number}`, { sessionId: session(number) });
    person.told.length = 0;
    person.wallMs += 86_400_000 / 2;
    person.pass(600_000);
    assert.deepEqual(person.told, []);
  });

  it('takes a new setting at once for what waits', () => {
    const person = new Person();
    person.put('a', { kind: 'question' });
    person.pass(1000);
    person.configure({ dwellMs: 500 });
    person.pass(1000);
    assert.deepEqual(person.told, ['1.2 s: called a']);
  });
});
