/** `waggle daemon …`: start, stop, restart, status, logs. Owns no daemon: it only asks, and reads the log's file. */
import type { DaemonStatus } from '../../protocol/daemon/daemon.ts';
import { protocolVersion } from '../../protocol/wire/define.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { agoText, exitCodes } from '../output/output.ts';
import { followLog, readLastLines } from './logs.ts';
import { stopDaemon } from './stop.ts';

export { stopDaemon } from './stop.ts';

export async function startDaemonCommand(context: CommandContext): Promise<number> {
  const link = await context.connect({ explicit: true });
  const status = await link.call('daemon/status', {});
  context.output.result({ running: true, ...status }, () => describe(status));
  return exitCodes.ok;
}

export async function stopDaemonCommand(
  context: CommandContext,
  { sessions }: { readonly sessions: boolean },
): Promise<number> {
  const result = await stopDaemon(context, sessions ? 'kill' : 'keep');
  context.output.result({ running: false, ...result }, () => {
    if (result.pid === null) return ['The daemon does not run.'];
    const processes = `${result.killed} ${result.killed === 1 ? 'process' : 'processes'}`;
    return [`The daemon ended; ${sessions ? `${processes} of sessions too` : 'sessions run on'}.`];
  });
  return exitCodes.ok;
}

export async function restartDaemonCommand(context: CommandContext): Promise<number> {
  await stopDaemon(context, 'keep');
  return startDaemonCommand(context);
}

/** Exit code 4 when none runs; starts none. */
export async function showStatus(context: CommandContext): Promise<number> {
  const link = await context.connectIfRunning();
  if (link === undefined) {
    context.output.result({ running: false, home: context.paths.home }, () => [
      `The daemon does not run. Data directory: ${context.paths.home}`,
    ]);
    context.output.hint('waggle daemon start starts it');
    return exitCodes.unreachable;
  }
  const status = await link.call('daemon/status', {});
  context.output.result({ running: true, ...status }, () => describe(status));
  if (status.protocol < protocolVersion)
    context.output.hint(
      'the daemon is older than this command: waggle daemon restart brings the new one, sessions run on',
    );
  return exitCodes.ok;
}

function describe(status: DaemonStatus): string[] {
  const port = status.port === null ? 'none' : `127.0.0.1:${status.port}`;
  const rows: [string, string][] = [
    ['daemon', `${status.version}, pid ${status.pid}, running for ${agoText(status.startedAt)}`],
    ['sessions', `${status.sessions.running} running, ${status.sessions.total} in all`],
    ['home', status.home],
    ['socket', status.socket],
    ['port', status.portNote === null ? port : `${port} (${status.portNote})`],
    ['runtime', `Node ${status.runtime.node}, ${status.runtime.execPath}`],
    ['log', status.logFile],
    ...status.hosts.map((host): [string, string] => [
      'host',
      `${host.kind}, pid ${host.pid}, ${host.sessions} sessions, ${hostState(host)}`,
    ]),
    ...status.warnings.map((warning): [string, string] => ['warning', warning]),
  ];
  return rows.map(([name, text]) => `${name.padEnd(9)} ${toPlainLine(text, 500)}`);
}

function hostState(host: DaemonStatus['hosts'][number]): string {
  if (!host.connected) return 'not connected';
  return host.draining ? 'draining' : 'connected';
}

export interface LogOptions {
  readonly lines: number;
  readonly follow: boolean;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
}

export async function showLogs(context: CommandContext, options: LogOptions): Promise<number> {
  const { output, paths } = context;
  const { lines, end } = readLastLines(paths.logFile, options.lines);
  output.result({ file: paths.logFile, lines }, () => lines);
  if (options.follow && !output.json) await followLog(paths.logFile, { end, ...options });
  return exitCodes.ok;
}
