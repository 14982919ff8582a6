import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Pane } from '../../protocol/pane/pane.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import { findProgram } from '../agent/agent.ts';

type Environment = Readonly<Record<string, string>>;

export interface TmuxPanes {
  readonly panes: readonly Pane[];
  /** Null when it is not installed. */
  readonly tmux: string | null;
}

const limitMs = 5000;
const fields = [
  'pane_id',
  'socket_path',
  'session_name',
  'window_index',
  'pane_index',
  'pane_pid',
  'pane_width',
  'pane_height',
  'pane_current_command',
  'pane_current_path',
  'pane_title',
] as const;

/** The panes of the server that a person with this environment would reach; none when it does not run. */
export async function listPanes(environment: Environment): Promise<TmuxPanes> {
  const program = findProgram('tmux', environment['PATH'], '/');
  if (program === undefined) return { panes: [], tmux: null };
  const version = (await run(program, ['-V'], environment)).trim().replace(/^tmux /, '');
  // Titles are text of others: what separates the fields must not be in them.
  const separator = randomBytes(8).toString('hex');
  const format = fields.map((field) => `#{${field}}`).join(separator);
  const output = await run(program, ['list-panes', '-a', '-F', format], environment);
  const panes = output
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => toPane(line.split(separator)));
  return { panes, tmux: toPlainLine(version, 64) };
}

/** Looked up by id, or by place (`main:0.1`). @throws WaggleError `notFound`. */
export async function getPane(environment: Environment, wanted: string): Promise<Pane> {
  const { panes, tmux } = await listPanes(environment);
  if (tmux === null)
    throw new WaggleError('notFound', 'tmux was not found on PATH.', { fix: 'Install tmux.' });
  const found = panes.find(({ id, place }) => id === wanted || place === wanted);
  if (found !== undefined) return found;
  throw new WaggleError('notFound', `There is no pane ${toPlainLine(wanted, 64)}.`, {
    fix: panes.length === 0 ? 'No tmux server runs here.' : 'List them: waggle adopt --tmux',
  });
}

function toPane(values: readonly string[]): Pane[] {
  const [id = '', socket = '', session = '', window = '', index = '', ...rest] = values;
  const [pid = '', cols = '', rows = '', command = '', directory = '', title = ''] = rest;
  if (values.length !== fields.length || !/^%\d+$/.test(id)) return [];
  return [
    {
      id,
      socket,
      place: toPlainLine(`${session}:${window}.${index}`, 128),
      command: toPlainLine(command, 64),
      title: toPlainLine(title, 128),
      directory: toPlainLine(directory, 4096),
      pid: Number(pid),
      size: { cols: Number(cols), rows: Number(rows) },
    },
  ];
}

/** What it prints; empty when it fails: then no server runs, or there is nothing to list. */
function run(program: string, args: readonly string[], environment: Environment): Promise<string> {
  return new Promise((resolve) => {
    const options = { env: { ...environment }, timeout: limitMs, maxBuffer: 4 * 1024 * 1024 };
    const child = execFile(program, ['-u', ...args], options, (error, stdout) =>
      resolve(error === null ? stdout : ''),
    );
    child.stdin?.end();
  });
}
