import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { Claim, Reading } from './claim.ts';
import { asking, claimOf, needsPermission, nothingClaimed, wantsToRun } from './claim.ts';

const reportedStates = ['idle', 'working', 'blocked', 'done', 'error', 'clear'] as const;

/** An OSC 7501 report: `state=<s>:app=<name>[:kind=<k>][:msg=<base64>]`. `message` is one cleaned line. */
interface StatusReport {
  readonly state: (typeof reportedStates)[number];
  readonly app: string | null;
  readonly kind: 'permission' | 'question' | 'auth' | null;
  readonly message: string;
}

const kinds = ['permission', 'question', 'auth'] as const;

/** Undefined when the text is not a report: it is dropped whole, as the specification asks. */
export function parseStatusReport(text: string): StatusReport | undefined {
  if (text.length > 4096) return undefined;
  const fields = new Map(
    text.split(':').map((field): [string, string] => {
      const equals = field.indexOf('=');
      return equals === -1 ? [field, ''] : [field.slice(0, equals), field.slice(equals + 1)];
    }),
  );
  const state = reportedStates.find((known) => known === fields.get('state'));
  if (state === undefined) return undefined;
  const kind = kinds.find((known) => known === fields.get('kind')) ?? null;
  const app = fields.get('app');
  return {
    state,
    app: app === undefined ? null : toPlainLine(app, 64),
    kind: state === 'blocked' ? kind : null,
    message: readMessage(fields.get('msg')),
  };
}

/** What a report claims; undefined as above. `clear`: whoever reported is gone. */
export function readStatusReport(text: string): Reading | undefined {
  const report = parseStatusReport(text);
  if (report === undefined) return undefined;
  const { state, message } = report;
  const evidence = message === '' ? text : `${text} (${message})`;
  return { claim: claimOfReport(report), rule: `status.${state}`, evidence };
}

function claimOfReport(report: StatusReport): Claim {
  const { state, message } = report;
  switch (state) {
    case 'working':
      return claimOf('working', message === '' ? 'working' : message);
    case 'done':
      return claimOf('finished', 'done');
    case 'error':
      return claimOf('failed', message === '' ? 'stopped by an error' : message);
    case 'blocked':
      return claimOfBlocked(report);
    case 'idle':
      return claimOf('idle', 'idle');
    case 'clear':
      return nothingClaimed;
  }
}

function claimOfBlocked({ kind, message }: StatusReport): Claim {
  switch (kind) {
    case 'question':
      return asking('question', message.replace(/^answer: /, 'asks: '), 'asks a question');
    case 'auth':
      return asking('signIn', message, 'needs you to sign in');
    default: {
      const command = /^approve Bash: (.+)$/.exec(message)?.[1];
      if (command !== undefined) return wantsToRun(command);
      return asking('permission', message.replace(/^approve /, 'wants to use '), needsPermission);
    }
  }
}

function readMessage(base64: string | undefined): string {
  if (base64 === undefined || !/^[A-Za-z0-9+/_=-]*$/.test(base64)) return '';
  return toPlainLine(Buffer.from(base64, 'base64').toString('utf8'), 200);
}
