/** A program that stands for Claude Code where the real one cannot be steered: it does what the prompt says. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Words of a prompt, one per line: `say T`, `ask COMMAND`, `question T`, `hang`, `exit N`, `kill`, `garbage`, `long MIB`,
 * `stderr T`, `big CHARS`, `fail T`, `failAndExit T`, `limit SECONDS`, `pace PIECES MS`, `write PATH T`, `remove PATH`, `use TOKENS` (into a
 * transcript). What comes after the last one is a turn that is done. With `FAKE_KEEPS` it keeps a transcript; in a terminal
 * it shows its arguments and its composer, and reports its state; `FAKE_DEAF`: so many times Enter does nothing there.
 */
const script = `#!${process.execPath}
const { createInterface } = require('node:readline');
const { appendFileSync, mkdirSync } = require('node:fs');
const { join } = require('node:path');
if (process.argv.includes('--version')) {
  console.log((process.env.FAKE_VERSION ?? '2.1.328') + ' (Claude Code)');
  process.exit(0);
}
if (process.env.FAKE_REFUSES) {
  console.error(process.env.FAKE_REFUSES);
  process.exit(1);
}
if (process.env.FAKE_CHAT_REFUSES && process.argv.includes('--input-format')) {
  console.error(process.env.FAKE_CHAT_REFUSES);
  process.exit(1);
}
const optionOf = (...names) => {
  const at = process.argv.findIndex((word) => names.includes(word));
  return at === -1 ? undefined : process.argv[at + 1];
};
function keep(type, text) {
  const directory = join(process.env.CLAUDE_CONFIG_DIR ?? '', 'projects', 'p');
  if (process.env.FAKE_KEEPS === undefined) return;
  mkdirSync(directory, { recursive: true });
  const sessionId = optionOf('--session-id') ?? optionOf('--resume');
  const permissionMode = type === 'user' ? process.env.FAKE_MODE ?? 'default' : undefined;
  const message = { content: [{ type: 'text', text }] };
  const line = { type, sessionId, timestamp: new Date().toISOString(), permissionMode, message };
  appendFileSync(join(directory, sessionId + '.jsonl'), JSON.stringify(line) + '\\n');
}
const out = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
const waiting = new Map();
let [messages, requests, isInterrupted] = [0, 0, false];
let wake = () => undefined;
let interrupted;
const stream = (event) => out({ type: 'stream_event', event, parent_tool_use_id: null });
function say(text) {
  keep('assistant', text);
  const id = 'msg_' + ++messages;
  stream({ type: 'message_start', message: { id, usage: { input_tokens: 10 } } });
  stream({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
  for (const piece of text.match(/.{1,4}/gs) ?? [])
    stream({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: piece } });
  out({ type: 'assistant', message: { id, content: [{ type: 'text', text }] }, uuid: id });
  stream({ type: 'content_block_stop', index: 0 });
}
async function pace(pieces, ms) {
  const id = 'msg_' + ++messages;
  stream({ type: 'message_start', message: { id, usage: { input_tokens: 10 } } });
  stream({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } });
  for (let at = 0; at < pieces && !isInterrupted; at += 1) {
    stream({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'word' } });
    await Promise.race([new Promise((resolve) => setTimeout(resolve, ms)), interrupted]);
  }
}
async function ask(name, input) {
  const id = 'tool_' + ++requests;
  out({ type: 'assistant', message: { id, content: [{ type: 'tool_use', id, name, input }] }, uuid: id });
  const request = { subtype: 'can_use_tool', tool_name: name, input, tool_use_id: id };
  const answered = new Promise((resolve) => waiting.set('ask-' + id, resolve));
  out({ type: 'control_request', request_id: 'ask-' + id, request });
  const answer = await Promise.race([answered, interrupted.then(() => ({ behavior: 'deny' }))]);
  const text = JSON.stringify(answer);
  const content = [{ type: 'tool_result', tool_use_id: id, content: text, is_error: answer.behavior === 'deny' }];
  out({ type: 'user', message: { content } });
}
function result(over) {
  out({ type: 'result', subtype: 'success', is_error: false, terminal_reason: 'completed', total_cost_usd: 0, usage: { input_tokens: 10, output_tokens: 1 }, ...over });
}
function use(tokens) {
  const { appendFileSync, mkdirSync } = require('node:fs');
  const at = process.argv.findIndex((word) => word === '--session-id' || word === '--resume');
  const sessionId = process.argv[at + 1];
  const folder = process.env.CLAUDE_CONFIG_DIR + '/projects/-fake';
  mkdirSync(folder, { recursive: true });
  const usage = { input_tokens: tokens, output_tokens: 10, cache_read_input_tokens: 5, cache_creation_input_tokens: 0 };
  const message = { id: 'msg_' + process.pid + '_' + Date.now(), model: 'claude-opus-4-5', usage };
  const line = { type: 'assistant', sessionId, cwd: process.cwd(), timestamp: new Date().toISOString(), message };
  appendFileSync(folder + '/' + sessionId + '.jsonl', JSON.stringify(line) + '\\n');
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
  if (word === 'pace') await pace(...rest.map(Number));
  if (word === 'write') require('node:fs').writeFileSync(rest[0], rest.slice(1).join(' '));
  if (word === 'remove') require('node:fs').rmSync(rest[0]);
  if (word === 'use') use(Number(about));
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
  interrupted = new Promise((resolve) => (wake = resolve));
  let end = {};
  for (const line of text.split('\\n')) end = (await act(line)) ?? end;
  if (isInterrupted) end = { is_error: true, terminal_reason: 'aborted_streaming' };
  isInterrupted = false;
  result(end);
}
function report(state) {
  process.stdout.write('\\u001b]7501;state=' + state + ':app=claude-code\\u0007');
}
function submit(text) {
  keep('user', text);
  if (text === 'hang') return report('working');
  if (text.startsWith('ask ')) return report('blocked:kind=permission:msg=' + Buffer.from('approve Bash: ' + text.slice(4)).toString('base64'));
  report('working');
  keep('assistant', text.replace(/^say /, ''));
  process.stdout.write('\\r\\nsaid ' + text + '\\r\\n');
  report('done');
}
function beTerminal() {
  if (process.env.FAKE_TERMINAL_REFUSES) {
    console.log(process.env.FAKE_TERMINAL_REFUSES);
    process.exit(1);
  }
  process.stdin.setRawMode(true);
  process.stdout.write('args ' + process.argv.slice(2).join(' ') + '\\r\\n');
  report('idle');
  let composer = '';
  let deaf = Number(process.env.FAKE_DEAF ?? 0);
  process.stdin.on('data', (bytes) => {
    for (const part of String(bytes).replaceAll(/\\u001b\\[20[01]~/g, '').split(/(\\r)/)) {
      if (part === '\\r' && deaf-- > 0) continue;
      if (part === '\\r') submit(composer);
      composer = part === '\\r' ? '' : composer + part;
    }
    process.stdout.write('\\r\\n> ' + composer + '|\\r\\n');
  });
}
let turns = Promise.resolve();
if (optionOf('--input-format') === undefined) beTerminal();
else createInterface({ input: process.stdin })
  .on('line', (line) => {
    const message = JSON.parse(line);
    if (message.type === 'user') {
      const { text } = message.message.content.at(-1);
      keep('user', text);
      turns = turns.then(() => turn(text));
    }
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
    const response = subtype === 'initialize' ? { commands: [], models: [], current_permission_mode: optionOf('--permission-mode') ?? 'default' } : {};
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
