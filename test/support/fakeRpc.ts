/** A program that stands for Codex or for an agent that speaks ACP where the real ones cannot be steered. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * By the name under which it is started it speaks as that agent does. Words of a prompt, one per line: `say T`, `hang`,
 * `exit N`, `kill`, `garbage`, `long MIB`, `stderr T`, `fail T`, `failAndExit T`. What comes after the last one is a turn
 * that is done.
 */
const script = `#!${process.execPath}
const { createInterface } = require('node:readline');
const { basename } = require('node:path');
const isCodex = basename(process.argv[1]) === 'codex';
if (process.argv.includes('--version')) {
  console.log(process.env.FAKE_VERSION ?? '9.0.0');
  process.exit(0);
}
if (process.env.FAKE_REFUSES) {
  console.error(process.env.FAKE_REFUSES);
  process.exit(1);
}
const conversation = '01a1f7da-6cc5-7dd3-b8b7-3ea2584d5a75';
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
let [pieces, isInterrupted] = [0, false];
let wake = () => undefined;
let interrupted;
function say(text) {
  pieces += 1;
  if (!isCodex) {
    const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
    return send({ method: 'session/update', params: { sessionId: conversation, update } });
  }
  const item = { type: 'agentMessage', id: 'msg_' + process.pid + '_' + pieces, text };
  send({ method: 'item/started', params: { item: { ...item, text: '' } } });
  send({ method: 'item/agentMessage/delta', params: { itemId: item.id, delta: text } });
  send({ method: 'item/completed', params: { item } });
}
async function act(line) {
  const [word, ...rest] = line.split(' ');
  const about = rest.join(' ');
  if (word === 'say') say(about);
  if (word === 'hang') await interrupted;
  if (word === 'exit') process.exit(Number(about));
  if (word === 'kill') process.kill(process.pid, 'SIGKILL');
  if (word === 'stderr') console.error(about);
  if (word === 'garbage') process.stdout.write('Segmentation fault \\u001b[31m\\nnull\\n{"jsonrpc":\\n');
  if (word === 'long') {
    const mebibyte = Buffer.alloc(1024 * 1024, 120);
    for (let at = 0; at < Number(about); at += 1)
      if (!process.stdout.write(mebibyte)) await new Promise((resolve) => process.stdout.once('drain', resolve));
    process.stdout.write('\\n');
  }
  if (word === 'fail' || word === 'failAndExit') return { about, isLast: word === 'failAndExit' };
  return undefined;
}
async function turn(id, text) {
  interrupted = new Promise((resolve) => (wake = resolve));
  const turnId = 'turn_' + id;
  if (isCodex) {
    send({ id, result: { turn: { id: turnId, status: 'inProgress' } } });
    send({ method: 'turn/started', params: { turn: { id: turnId, status: 'inProgress' } } });
  }
  let failure;
  for (const line of text.split('\\n')) failure = (await act(line)) ?? failure;
  const how = isInterrupted ? 'interrupted' : failure ? 'failed' : 'completed';
  isInterrupted = false;
  if (isCodex) {
    const error = failure && { message: failure.about };
    send({ method: 'turn/completed', params: { turn: { id: turnId, status: how, error } } });
  } else if (failure) send({ id, error: { code: -32603, message: failure.about } });
  else send({ id, result: { stopReason: how === 'interrupted' ? 'cancelled' : 'end_turn' } });
  if (failure?.isLast) process.exit(0);
}
const capabilities = { agentCapabilities: { loadSession: true }, authMethods: [{ id: 'x', name: 'Log in with it' }] };
const answers = {
  initialize: () => ({ result: isCodex ? {} : { protocolVersion: 1, ...capabilities } }),
  'model/list': () => ({ result: { data: [] } }),
  'turn/interrupt': () => ({ result: {} }),
  'session/load': () => ({ result: {} }),
};
const opening = { result: { sessionId: conversation, thread: { id: conversation } } };
for (const method of ['session/new', 'thread/start', 'thread/resume', 'thread/fork']) answers[method] = () =>
  process.env.FAKE_SIGNED_OUT ? { error: { code: -32000, message: 'Authentication required' } } : opening;
let turns = Promise.resolve();
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    if (method === 'turn/interrupt' || method === 'session/cancel') {
      isInterrupted = true;
      wake();
    }
    if (method === 'turn/start' || method === 'session/prompt') {
      const { text } = (params.input ?? params.prompt).at(-1);
      turns = turns.then(() => turn(id, text));
    } else if (id !== undefined)
      send({ id, ...(answers[method]?.() ?? { error: { code: -32601, message: 'Method not found' } }) });
  })
  .on('close', () => turns.then(() => process.exit(0)));
`;

/** The environment in which that program is \`codex\`, \`gemini\` and \`opencode\`. */
export function installFakeRpc(home: {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}): Record<string, string> {
  const bin = join(dirname(home.folder), 'fakes');
  mkdirSync(bin, { recursive: true });
  for (const name of ['codex', 'gemini', 'opencode']) {
    const program = join(bin, name);
    // Written once: it may be started meanwhile.
    if (existsSync(program)) continue;
    writeFileSync(program, script);
    chmodSync(program, 0o755);
  }
  return { ...home.env, PATH: `${bin}:${home.env['PATH'] ?? ''}` };
}
