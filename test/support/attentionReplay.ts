/**
 * Recordings played with their own times through what reads, hears and judges a session, beside what stood on the screen:
 * when a dialog was open and when a turn ran is read from the screen, never from what the program says of its state.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Emulator } from '../../daemon/screen/emulator.ts';
import { judge } from '../../daemon/session/evidence.ts';
import { hear, lapse } from '../../daemon/session/hearing.ts';
import { needsOf } from '../../daemon/session/need.ts';
import type { SessionRow } from '../../daemon/session/row.ts';
import { createTitleReader, OutputReader } from '../../daemon/signal/signal.ts';
import { aRow } from './sessionRow.ts';

/** `from` up to `to`, ms since the recording began. */
export type Interval = readonly [from: number, to: number];

export interface Replay {
  readonly agent: string;
  readonly dialogs: readonly Interval[];
  readonly turns: readonly Interval[];
  /** Each change: when, and `state`, `state kind` or either with ` · call`; the sentence after a colon. */
  readonly states: readonly (readonly [at: number, state: string])[];
}

const folder = join(import.meta.dirname, '..', 'fixtures', 'pty');
const size = { cols: 120, rows: 40 };
/** What is cleared to be painted again was not gone. */
const flickerMs = 50;

/** Words that stand on the screen while a dialog is open, by agent. */
const dialogTexts = new Map([
  [
    'claude',
    /Do you want to proceed\?|Enter to (?:select|confirm)|Esc to cancel|Waiting for permission…|trust this folder|Do you want to use this API key/,
  ],
  [
    'codex',
    /Would you like to run|Press enter to confirm or esc|enter\/esc confirm|enter continue · esc|3\. Cancel|Trust this folder\?/,
  ],
  ['gemini', /Allow execution of/],
  ['opencode', /Permission required/],
]);
/** And while a turn runs. */
const turnTexts = new Map([
  ['claude', /esc to interrupt|^\s*[·✢✳✶✻✽*] \p{Lu}[\p{L}-]*…/mu],
  ['codex', /Working \(\d/],
  ['gemini', /esc to cancel, \d/],
  ['opencode', /esc (?:again to )?interrupt/],
]);

function agentOf(recording: string): string {
  const [word = ''] = recording.split('-');
  return { gm: 'gemini', oc: 'opencode', program: 'command' }[word] ?? word;
}

export function replay(recording: string): Replay {
  const agent = agentOf(recording);
  const player = new Player(agent);
  const screen = new Emulator(size);
  const [dialogs, turns] = [new Span(), new Span()];
  const states: [number, string][] = [];
  let last = 0;
  for (const { t = 0, o } of readEntries(recording)) {
    last = Math.max(last, t);
    if (o === undefined) continue;
    const bytes = new TextEncoder().encode(o);
    screen.feed(bytes);
    const text = readText(screen);
    dialogs.see(t, dialogTexts.get(agent)?.test(text) === true);
    turns.see(t, turnTexts.get(agent)?.test(text) === true);
    const state = player.play(bytes, t);
    if (states.at(-1)?.[1] !== state) states.push([t, state]);
  }
  return { agent, dialogs: dialogs.end(last), turns: turns.end(last), states };
}

const beganAt = Date.UTC(2026, 10, 20);

/** What the daemon does with each piece of output of a running session. */
export class Player {
  readonly #reader: OutputReader;
  readonly #titles = createTitleReader();
  #row: SessionRow;
  #seq = 0;

  constructor(agent: string) {
    this.#reader = new OutputReader(agent);
    this.#row = aRow({ agent, status: 'running', generation: 1 });
  }

  /** The state after it, as a line. */
  play(bytes: Uint8Array, t: number): string {
    const at = new Date(beganAt + t).toISOString();
    this.#seq += bytes.length;
    const reports = this.#reader.push(bytes);
    const wrote = { seq: this.#seq, bytes: bytes.length, at };
    const lapsed = { ...this.#row, ...lapse(this.#row, wrote) };
    const said = reports.map((report) => ({ report, at }));
    const heard = { ...lapsed, ...hear(lapsed, said, this.#titles) };
    this.#row = { ...heard, attention: judge(heard, heard.attention, at) };
    const { state, kind, sentence } = this.#row.attention;
    const call = needsOf(this.#row).call?.text;
    const words = [
      state,
      ...(kind === null ? [] : [kind]),
      ...(call === undefined ? [] : ['· call']),
    ];
    return `${words.join(' ')}: ${call ?? sentence}`;
  }
}

/** When whoever recorded it saw that the agent asked for a permission. */
export function listPermissionMarks(recording: string): number[] {
  return readEntries(recording).flatMap(({ t = 0, mark }) => (mark === 'PERM PROMPT' ? [t] : []));
}

interface Entry {
  readonly t?: number;
  readonly o?: string;
  readonly mark?: string;
}

function readEntries(recording: string): Entry[] {
  return readFileSync(join(folder, `${recording}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const entry: Entry = JSON.parse(line);
      return entry;
    });
}

function readText({ core, size: { rows } }: Emulator): string {
  const { lines, ybase } = core.buffers.active;
  return Array.from(
    { length: rows },
    (_, row) => lines.get(ybase + row)?.translateToString(true) ?? '',
  ).join('\n');
}

/** Intervals in which something was seen. */
class Span {
  readonly #closed: [number, number][] = [];
  #open: [number, number] | undefined;

  see(at: number, isThere: boolean): void {
    if (isThere) this.#open ??= this.#reopen(at);
    else if (this.#open !== undefined) this.#close(at);
  }

  end(at: number): readonly Interval[] {
    if (this.#open !== undefined) this.#close(at);
    return this.#closed;
  }

  #reopen(at: number): [number, number] {
    const before = this.#closed.at(-1);
    if (before === undefined || at - before[1] > flickerMs) return [at, at];
    this.#closed.pop();
    return before;
  }

  #close(at: number): void {
    this.#closed.push([this.#open?.[0] ?? at, at]);
    this.#open = undefined;
  }
}

/** A program says it and draws it in one breath, in any order. */
const breathMs = 150;

export interface FalseClaim {
  readonly state: string;
  readonly from: number;
  readonly to: number;
}

/** Times in which it is said to ask and no dialog is open, or to be idle or done while one is, or while a turn runs. */
export function findFalseClaims({ dialogs, turns, states }: Omit<Replay, 'agent'>): FalseClaim[] {
  return states.flatMap(([from, state], index) => {
    const to =
      states[index + 1]?.[0] ?? Math.max(from, ...[...dialogs, ...turns].map((one) => one[1]));
    const [word] = state.split(/[ :]/);
    const isFalse =
      (word === 'asking' && !isCovered([from, to], dialogs)) ||
      ((word === 'idle' || word === 'finished') &&
        [...dialogs, ...turns].some((one) => overlap([from, to], one) > breathMs));
    return isFalse ? [{ state, from, to }] : [];
  });
}

/** Whether an interval lies within one of these, but for a breath at either end. */
function isCovered([from, to]: Interval, by: readonly Interval[]): boolean {
  return by.some(([start, end]) => start <= from + breathMs && to - breathMs <= end);
}

function overlap([from, to]: Interval, [start, end]: Interval): number {
  return Math.min(to, end) - Math.max(from, start);
}
