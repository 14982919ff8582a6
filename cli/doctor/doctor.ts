/** `waggle doctor`: looks at everything that commonly keeps it from working and names the one fix for each. Mends nothing. */
import type { DaemonLink } from '../../link/daemon/daemon.ts';
import type { Agent } from '../../protocol/agent/agent.ts';
import type { DaemonStatus } from '../../protocol/daemon/daemon.ts';
import { protocolVersion } from '../../protocol/wire/define.ts';
import { errorCodeOf, errorMessageOf, WaggleError } from '../../protocol/wire/errors.ts';
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';
import type { Output, Style } from '../output/output.ts';
import { failed, passed, warned } from './check.ts';
import type { Check } from './check.ts';
import { checkLogin } from './login.ts';
import { checkMachine } from './machine.ts';

const marks: Record<Check['status'], { mark: string; style: Style }> = {
  ok: { mark: 'ok', style: 'green' },
  warning: { mark: 'note', style: 'orange' },
  failed: { mark: 'FAIL', style: 'red' },
};

/** Exit code 1 when anything failed. Starts no daemon. */
export async function runDoctor(context: CommandContext): Promise<number> {
  const checks = [
    ...checkMachine(context),
    ...(await checkLogin(context)),
    ...(await checkDaemon(context)),
  ];
  const isWell = checks.every(({ status }) => status !== 'failed');
  context.output.result({ ok: isWell, checks }, () =>
    checks.flatMap((check) => describe(check, context.output)),
  );
  return isWell ? exitCodes.ok : exitCodes.failure;
}

function describe({ name, status, text, fix }: Check, { paint }: Output): string[] {
  const { mark, style } = marks[status];
  const line = `${paint(mark.padEnd(5), style)}${name.padEnd(10)} ${toPlainLine(text, 500)}`;
  return fix === undefined ? [line] : [line, `${' '.repeat(16)}To fix: ${toPlainLine(fix, 500)}`];
}

async function checkDaemon(context: CommandContext): Promise<Check[]> {
  let link: DaemonLink | undefined;
  try {
    link = await context.connectIfRunning();
  } catch (error) {
    const fix = error instanceof WaggleError ? error.fix : undefined;
    return [failed('daemon', `${errorMessageOf(error)} [${errorCodeOf(error)}]`, fix)];
  }
  if (link === undefined) return [passed('daemon', 'does not run; the first session starts it')];
  const status = await link.call('daemon/status', {});
  return [...checkStatus(status), ...(await checkAgents(link))];
}

function checkStatus(status: DaemonStatus): Check[] {
  const { port, portNote } = status;
  const { node, execPath } = status.runtime;
  const about = `${status.version}, protocol ${status.protocol}, pid ${status.pid}, Node ${node}`;
  const where = port === null ? 'none' : `127.0.0.1:${port}`;
  return [
    status.protocol >= protocolVersion
      ? passed('daemon', `${about}, ${execPath}`)
      : warned('daemon', `${about}, ${execPath}: older than this command`, 'waggle daemon restart'),
    passed('socket', status.socket),
    portNote === null ? passed('port', where) : warned('port', `${where}: ${portNote}`),
    ...status.hosts.map((host) => {
      const text = `${host.kind} ${host.version}, pid ${host.pid}, ${host.sessions} sessions`;
      return host.connected
        ? passed('host', `${text}${host.draining ? ', draining' : ''}`)
        : failed('host', `${text}, not connected`, 'waggle daemon restart');
    }),
    ...status.warnings.map((text) => warned('daemon', text)),
  ];
}

/** An agent's session may not ask for the list. */
async function checkAgents(link: DaemonLink): Promise<Check[]> {
  try {
    const { agents } = await link.call('agent/list', { refresh: false });
    return agents.map(checkAgent);
  } catch (error) {
    if (errorCodeOf(error) === 'forbidden') return [];
    throw error;
  }
}

function checkAgent({ label, found, path, version, hint, installUrl }: Agent): Check {
  if (found)
    return passed('agent', [label, version, path].filter((part) => part !== null).join(', '));
  const why = hint === null ? `${label} was not found` : `${label}: ${hint}`;
  return warned('agent', why, installUrl === null ? undefined : `See ${installUrl}`);
}
