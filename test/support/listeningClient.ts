/**
 * A client of the daemon in a process of its own, to be stopped by a signal: `listeningClient.ts <home> [session]`. It
 * subscribes to the list, or attaches to a session through the daemon; says `ready`, and the close code at its end.
 */
import { createChannelTransport } from '../../extension/terminal/channelTransport.ts';
import { connectDaemon } from '../../link/daemon/daemon.ts';
import { homePaths } from '../../link/home/home.ts';
import { openSessionStream } from '../../link/stream/stream.ts';
import { sessionIdSchema } from '../../protocol/wire/brand.ts';

const [home = '', session] = process.argv.slice(2);
const link = await connectDaemon({ paths: homePaths(home), kind: 'test', clientId: 'listening' });
link.onDidClose(({ code }) => process.stdout.write(`${code}\n`, () => process.exit()));
if (session === undefined) await link.call('session/subscribe', { history: false });
else {
  const transport = createChannelTransport(sessionIdSchema.parse(session), async () => link);
  await openSessionStream({ transport, right: 'observe' });
}
process.stdout.write('ready\n');
