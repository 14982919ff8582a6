/** A program that stands for Claude Code where the real one cannot be steered: it does what the prompt says. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Words of a prompt, one per line: `say T`, `ask COMMAND`, `question T`, `hang`, `exit N`, `kill`, `garbage`, `long MIB`,
 * `stderr T`, `big CHARS`, `fail T`, `failAndExit T`, `limit SECONDS`. What comes after the last one is a turn that is done.
 */
const script = `#!${process.execPath}
const { createInterface } = require('node:readline');
if (process.argv.includes('--version')) {
  console.log((process.env.FAKE_VERSION ?? '2.1.328') + ' (Claude Code)');
  process.exit(0);
}
if (process.env.FAKE_REFUSES) {
  console.error(process.env.FAKE_REFUSES);
  process.exit(1);
}
const out = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
const waiting = new Map();
let [messages, requests, isInterrupted] = [0, 0, false];
let wake = () => undefined;
const interrupted = new Promise((resolve) => (wake = resolve));
const stream = (event) => out({ type: 'stream_event', event, parent_tool_use_id: null });
function say(text) {
  const id = 'msg_' + ++messages;
  stream({ type: 'message_start', message: { id, usage: { input_tokens: 10 } } });
  stream({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
  for (const piece of text.match(/.{1,4}/gs) ?? [])
    stream({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } });
  out({ type: 'assistant', message: { id, content: [{ type: 'text', text }] }, uuid: id });
  stream({ type: 'content_block_stop', index: 0 });
}
async function ask(name, input) {
  const id = 'tool_' + ++requests;
  out({ type: 'assistant', message: { id, content: [{ type: 'tool_use', id, name, input }] }, uuid: id });
  const request = { subtype: 'can_use_tool', tool_name: name, input, tool_use_id: id };
  const answered = new Promise((resolve) => waiting.set('ask-' + id, resolve));
  out({ type: 'control_request', request_id: 'ask-' + id, request });
  const answer = await answered;
  const text = JSON.stringify(answer);
  const content = [{ type: 'tool_result', tool_use_id: id, content: text, is_error: answer.behavior === 'deny' }];
  out({ type: 'user', message: { content } });
}
function result(over) {
  out({ type: 'result', subtype: 'success', is_error: false, terminal_reason: 'completed', total_cost_usd: 0, usage: { input_tokens: 10, output_tokens: 1 }, ...over });
}
async function act(line) {
  const [word, ...rest] = line.split(' ');
  const about = rest.join(' ');
  if (word === 'say') say(about);
  if (word === 'ask') await ask('Bash', { command: about });
  if (word === 'question')
    await ask('AskUserQuestion', { questions: [{ question: about, header: 'Q', options: [{ label: 'Red' }, { label: 'Blue' }] }] });
  if (word === 'hang') await interrupted;
  if (word === 'exit') process.exit(Number(about));
  if (word === 'kill') process.kill(process.pid, 'SIGKILL');
  if (word === 'stderr') console.error(about);
  if (word === 'garbage') process.stdout.write('Segmentation fault \\u001b[31m\\nnull\\n{"type":\\n');
  if (word === 'long') {
    const mebibyte = Buffer.alloc(1024 * 1024, 120);
    for (let at = 0; at < Number(about); at += 1)
      if (!process.stdout.write(mebibyte)) await new Promise((resolve) => process.stdout.once('drain', resolve));
    process.stdout.write('\\n');
  }
  if (word === 'big') say('y'.repeat(Number(about)));
  if (word === 'failAndExit') {
    result({ is_error: true, terminal_reason: 'api_error', result: about });
    process.exit(0);
  }
  if (word === 'limit') {
    const resetsAt = Math.ceil(Date.now() / 1000) + Number(about);
    out({ type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt } });
    return { is_error: true, terminal_reason: 'api_error', api_error_status: 429, result: 'You have hit your limit' };
  }
  if (word === 'fail') return { is_error: true, terminal_reason: 'api_error', result: about };
  return undefined;
}
async function turn(text) {
  let end = {};
  for (const line of text.split('\\n')) end = (await act(line)) ?? end;
  if (isInterrupted) end = { is_error: true, terminal_reason: 'aborted_streaming' };
  isInterrupted = false;
  result(end);
}
let turns = Promise.resolve();
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const message = JSON.parse(line);
    if (message.type === 'user') turns = turns.then(() => turn(message.message.content.at(-1).text));
    if (message.type === 'control_response') {
      const { request_id, response } = message.response;
      waiting.get(request_id)?.(response);
    }
    if (message.type !== 'control_request') return;
    const { subtype } = message.request;
    if (subtype === 'interrupt' && process.env.FAKE_IGNORES_INTERRUPT === undefined) {
      isInterrupted = true;
      wake();
    }
    const response = subtype === 'initialize' ? { commands: [], models: [], current_permission_mode: 'default' } : {};
    out({ type: 'control_response', response: { subtype: 'success', request_id: message.request_id, response } });
  })
  .on('close', () => turns.then(() => process.exit(0)));
`;

/** The environment in which that program is \`claude\`. */
export function installFakeClaude(home: {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}): Record<string, string> {
  const bin = join(dirname(home.folder), 'fakes');
  mkdirSync(bin, { recursive: true });
  const program = join(bin, 'claude');
  // Written once: it may be started meanwhile.
  if (!existsSync(program)) {
    writeFileSync(program, script);
    chmodSync(program, 0o755);
  }
  const config = join(dirname(home.folder), 'claude-config');
  return {
    ...home.env,
    PATH: `${bin}:${home.env['PATH'] ?? ''}`,
    CLAUDE_CONFIG_DIR: config,
  };
}
