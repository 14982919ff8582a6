/** `waggle service`: whether Waggle starts when the person logs in. */
import {
  installService,
  readService,
  removeService,
  servicePlaceOf,
} from '../../link/service/service.ts';
import type { ServiceStatus } from '../../link/service/service.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../output/output.ts';

const lingerFix = 'loginctl enable-linger';

export async function installAtLogin(context: CommandContext): Promise<number> {
  // It must be there before it can be started.
  const link = await context.connect();
  const status = await installService(servicePlaceOf(context.paths.home, context.env));
  await link.call('task/configure', { change: { askedLogin: true } });
  context.output.result({ service: status }, () => ['Waggle starts when you log in.']);
  noteLinger(context, status);
  return exitCodes.ok;
}

export async function removeFromLogin(context: CommandContext): Promise<number> {
  const removed = await removeService(servicePlaceOf(context.paths.home, context.env));
  context.output.result({ removed }, () => [
    removed ? 'Waggle does not start by itself any more.' : 'It was not installed.',
  ]);
  return exitCodes.ok;
}

export async function showService(context: CommandContext): Promise<number> {
  const status = await readService(servicePlaceOf(context.paths.home, context.env));
  context.output.result({ service: status }, () => [
    status.isInstalled ? 'Waggle starts when you log in.' : 'Waggle does not start by itself.',
    ...(status.isInstalled ? [status.path] : []),
  ]);
  if (status.isInstalled) noteLinger(context, status);
  return exitCodes.ok;
}

function noteLinger({ output }: CommandContext, { lingers }: ServiceStatus): void {
  if (lingers === false) output.note(`It ends when you log out. To keep it: ${lingerFix}`);
}
