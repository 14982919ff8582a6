/** The event stream of a running opencode: server-sent events, and what they make of its state. Pure. */
import type { Claim, Reading } from './claim.ts';
import { asking, claimOf, needsPermission, wantsToRun } from './claim.ts';

const lineMaxChars = 1024 * 1024;

/** Cuts a stream of server-sent events into their data. A line over 1 MiB is dropped. */
export class EventLines {
  #rest = '';
  #data: string[] = [];
  #isTooLong = false;

  push(text: string): string[] {
    const events: string[] = [];
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = this.#take(line.replace(/\r$/, ''));
      if (event !== undefined) events.push(event);
    }
    if (this.#rest.length > lineMaxChars) {
      this.#rest = '';
      this.#isTooLong = true;
    }
    return events;
  }

  #take(line: string): string | undefined {
    if (this.#isTooLong) {
      this.#isTooLong = false;
      return undefined;
    }
    if (line.startsWith('data:')) {
      this.#data.push(line.slice(5).trimStart());
      return undefined;
    }
    if (line !== '' || this.#data.length === 0) return undefined;
    const event = this.#data.join('\n');
    this.#data = [];
    return event;
  }
}

type Fields = Readonly<Record<string, unknown>>;
const keptMax = 256;

/**
 * What one opencode does: it has talks (subagents are talks too), each busy or not, and permissions that wait. It works
 * while any talk is busy and asks while any permission waits.
 */
export class OpencodeTalks {
  readonly #busy = new Set<string>();
  readonly #asked = new Map<string, Claim>();
  #wasBusy = false;
  #error: string | null = null;

  /** What an event makes of it; undefined when it says nothing about the state. */
  follow(event: unknown): Reading | undefined {
    const { type, properties } = fieldsOf(event);
    const told = fieldsOf(properties);
    const name = textOf(type);
    const isNews = this.#follow(name, told);
    return isNews ? this.#reading(name, told) : undefined;
  }

  /** The state as opencode lists it: `statuses` of its talks by id, and the permissions that wait. */
  begin(statuses: unknown, permissions: unknown): Reading | undefined {
    if (typeof statuses !== 'object' || statuses === null || Array.isArray(statuses))
      return undefined;
    for (const [id, status] of Object.entries(statuses))
      this.#follow('session.status', { sessionID: id, status });
    for (const asked of Array.isArray(permissions) ? permissions : [])
      this.#follow('permission.asked', fieldsOf(asked));
    return this.#reading('list', {});
  }

  #follow(type: string, told: Fields): boolean {
    const talk = textOf(told['sessionID']);
    switch (type) {
      case 'session.status':
        return this.#setStatus(talk, textOf(fieldsOf(told['status'])['type']));
      case 'session.idle':
        return this.#setStatus(talk, 'idle');
      case 'session.error':
        return this.#fail(fieldsOf(told['error']));
      case 'permission.asked':
        return this.#ask(textOf(told['id']), told);
      case 'permission.replied':
        return this.#asked.delete(textOf(told['requestID']) || textOf(told['permissionID']));
      default:
        return false;
    }
  }

  #setStatus(talk: string, status: string): boolean {
    if (talk === '' || this.#busy.size >= keptMax) return false;
    if (status === 'busy' || status === 'retry') {
      if (this.#busy.size === 0) this.#error = null;
      this.#busy.add(talk);
      this.#wasBusy = true;
      return true;
    }
    return status === 'idle' && (this.#busy.delete(talk) || this.#busy.size === 0);
  }

  /** Whoever pressed Esc wanted that. */
  #fail(error: Fields): boolean {
    if (textOf(error['name']) === 'MessageAbortedError') {
      this.#wasBusy = false;
      return true;
    }
    this.#error = textOf(fieldsOf(error['data'])['message']) || textOf(error['name']);
    return this.#error !== '';
  }

  #ask(id: string, told: Fields): boolean {
    if (id === '' || this.#asked.size >= keptMax) return false;
    this.#asked.set(id, claimOfPermission(told));
    return true;
  }

  #reading(event: string, told: Fields): Reading {
    const status = textOf(fieldsOf(told['status'])['type']);
    const evidence = [event, status].filter((part) => part !== '').join(' ');
    return { claim: this.#claim(), rule: `hook.opencode.${event}`, evidence };
  }

  #claim(): Claim {
    const asked = [...this.#asked.values()].at(-1);
    if (asked !== undefined) return asked;
    if (this.#busy.size > 0) return claimOf('working', 'working');
    if (this.#error !== null) return claimOf('failed', this.#error);
    return this.#wasBusy ? claimOf('finished', 'done') : claimOf('idle', 'idle');
  }
}

function claimOfPermission(told: Fields): Claim {
  const permission = textOf(told['permission']);
  const patterns = told['patterns'];
  const first: unknown = Array.isArray(patterns) ? patterns[0] : undefined;
  const command = textOf(fieldsOf(told['metadata'])['command']) || textOf(first);
  if (permission === 'bash' && command !== '') return wantsToRun(command);
  return asking(
    'permission',
    permission === '' ? '' : `wants to use ${permission}`,
    needsPermission,
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 4096) : '';
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
