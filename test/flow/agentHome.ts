/** Programs that stand for agents in flow tests: they show how they were started and do what is typed. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Why } from '../../protocol/attention/why.ts';
import type { Session } from '../../protocol/session/session.ts';
import type { Screen, SessionHome } from './sessionHome.ts';
import { until } from './sessionHome.ts';

/** Shows its arguments, its token and one variable, then runs each line that it reads. */
const obedient = `#!/bin/sh
stty -echo
echo "args=$*="
echo "token=$WAGGLE_TOKEN="
echo "settings=$GEMINI_CLI_SYSTEM_SETTINGS_PATH="
while IFS= read -r line; do eval "$line"; done
`;

/**
 * Serves events on the port that it was given, as opencode does; each line that it reads is sent as an event. What is asked
 * first, while it starts, is never answered.
 */
const serving = `#!${process.execPath}
const { createServer } = require('node:http');
const { createInterface } = require('node:readline');
const port = Number(process.argv[process.argv.indexOf('--port') + 1]);
const wanted = 'Basic ' + Buffer.from('opencode:' + process.env.OPENCODE_SERVER_PASSWORD).toString('base64');
const listeners = new Set();
let statuses = {};
let asked = 0;
createServer((request, response) => {
  if (request.headers.authorization !== wanted) return response.writeHead(401).end();
  if ((asked += 1) === 1) return;
  if (request.url === '/session/status') return response.end(JSON.stringify(statuses));
  if (request.url !== '/event') return response.writeHead(404).end();
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write('data: {"type":"server.connected","properties":{}}\\n\\n');
  listeners.add(response);
  console.log('listeners=' + listeners.size + '=');
}).listen(port, '127.0.0.1', () => console.log('serving'));
createInterface({ input: process.stdin }).on('line', (line) => {
  const event = JSON.parse(line);
  if (event.type === 'session.status') statuses = { [event.properties.sessionID]: event.properties.status };
  for (const one of listeners) one.write('data: ' + line + '\\n\\n');
});
`;

export interface ActedSession {
  readonly session: Session;
  readonly screen: Screen;
}

/** An agent of that name as a session, once it has shown how it was started. */
export async function openActor(
  home: SessionHome,
  link: DaemonLink,
  over: { readonly agent: string; readonly arguments?: string[]; readonly cwd?: string },
): Promise<ActedSession> {
  const bin = join(dirname(home.folder), 'actors');
  mkdirSync(bin, { recursive: true });
  for (const name of ['claude', 'codex', 'gemini', 'opencode']) {
    writeFileSync(join(bin, name), name === 'opencode' ? serving : obedient);
    chmodSync(join(bin, name), 0o755);
  }
  const environment = { ...home.env, PATH: `${bin}:${home.env['PATH'] ?? ''}` };
  const session = await home.openSession(link, {
    ...over,
    environment,
    size: { cols: 400, rows: 24 },
  });
  const screen = await home.attach(link, session.id, `actor-${session.id.slice(-8)}`);
  await screen.waitFor(over.agent === 'opencode' ? 'serving' : 'settings=');
  return { session, screen };
}

/** What stands between \`name=\` and \`=\` on the screen. */
export function shown(screen: Screen, name: string): string {
  return new RegExp(`${name}=([^\\r\\n]*)=\\r?\\n`).exec(screen.text)?.[1] ?? '';
}

export async function readWhy(link: DaemonLink, session: Session): Promise<Why> {
  return link.call('attention/why', { sessionId: session.id });
}

/** Waits until a session is in that state, told by that authority. */
export async function untilSaid(
  link: DaemonLink,
  session: Session,
  [state, authority]: readonly [string, string | undefined],
): Promise<Why> {
  let why = await readWhy(link, session);
  await until(
    async () => {
      why = await readWhy(link, session);
      return why.attention.state === state && why.chosen?.authority === authority;
    },
    () => `${state} by ${authority}, not ${JSON.stringify(why)}`,
  );
  return why;
}

/** Makes the program say it, as bytes of its output. */
export function say(screen: Screen, text: string): Promise<string> {
  return screen.type(
    `printf '${text.replaceAll('\u001b', '\\033').replaceAll('\u0007', '\\007')}'\n`,
  );
}
