import { SessionHome } from './sessionHome.ts';
import { openActor, shown } from './agentHome.ts';
import { readRuntimeFile } from '../../link/home/home.ts';
import { once } from 'node:events';
const home = await SessionHome.open();
const link = await home.connect('window-0');
const { session, screen } = await openActor(home, link, { agent: 'claude' });
const token = shown(screen, 'token').split('.')[1];
const made = await link.call('token/createConnector', { name: 'dev' });
await link.call('mcp/choose', { folder: home.folder, choice: 'all' });
console.log(
  JSON.stringify({
    url: made.url,
    token,
    connector: made.token,
    session: session.id,
    home: home.paths.home,
    log: home.paths.logFile,
  }),
);
console.log(JSON.stringify(await link.call('mcp/describe', { sessionId: session.id })));
process.stdin.resume();
await once(process.stdin, 'end');
await home.close();
process.exit(0);
