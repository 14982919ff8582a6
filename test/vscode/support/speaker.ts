/** A session that prints what a test tells it to: status reports as an agent would send them, titles, anything. */
import type { DaemonLink } from '../../../link/daemon/daemon.ts';
import type { SessionId } from '../../../protocol/wire/brand.ts';
import type { Product } from './product.ts';

export interface ReportOptions {
  readonly kind?: string;
  readonly message?: string;
  readonly app?: string;
}

export interface Speaker {
  readonly id: SessionId;
  /** Prints bytes as they are. */
  print(bytes: string): Promise<void>;
  /** An OSC 7501 report; `message` is what the agent says. */
  report(state: string, options?: ReportOptions): Promise<void>;
}

/** Turns each line, hex of bytes, into those bytes; nothing that is typed is shown. `exit <code>` ends it. */
const program = String.raw`stty -echo
printf 'ready\n'
while read -r line; do
  case $line in
    exit*) exit "\${line#exit }" ;;
    *) printf "%b" "$(printf %s "$line" | sed 's/../\\x&/g')" ;;
  esac
done`.replaceAll('\\$', '$');

export async function openSpeaker(
  link: DaemonLink,
  product: Product,
  { name, cwd = product.folder }: { readonly name: string; readonly cwd?: string },
): Promise<Speaker> {
  const { session } = await link.call('session/open', {
    agent: 'command',
    command: ['/bin/bash', '-c', program],
    name,
    cwd,
    environment: {
      PATH: process.env['PATH'] ?? '',
      HOME: product.userHome,
      TERM: 'xterm-256color',
    },
    size: { cols: 80, rows: 24 },
  });
  const print = async (bytes: string): Promise<void> => {
    const hex = Buffer.from(bytes).toString('hex');
    await link.call('session/send', { sessionId: session.id, text: `${hex}\n`, take: true });
  };
  return {
    id: session.id,
    print,
    report: (state, options = {}) => print(statusReport(state, options)),
  };
}

function statusReport(state: string, { kind, message, app = 'test' }: ReportOptions): string {
  const fields = [
    `state=${state}`,
    `app=${app}`,
    ...(kind === undefined ? [] : [`kind=${kind}`]),
    ...(message === undefined ? [] : [`msg=${Buffer.from(message).toString('base64')}`]),
  ];
  return `\u001b]7501;${fields.join(':')}\u001b\\`;
}
