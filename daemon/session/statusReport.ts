import { toPlainLine } from '../../protocol/wire/printable.ts';

export const reportedStates = ['idle', 'working', 'blocked', 'done', 'error', 'clear'] as const;
export type ReportedState = (typeof reportedStates)[number];

/** An OSC 7501 report: `state=<s>:app=<name>[:kind=<k>][:msg=<base64>]`. `message` is one cleaned line. */
export interface StatusReport {
  readonly state: ReportedState;
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

function readMessage(base64: string | undefined): string {
  if (base64 === undefined || !/^[A-Za-z0-9+/_=-]*$/.test(base64)) return '';
  return toPlainLine(Buffer.from(base64, 'base64').toString('utf8'), 200);
}
