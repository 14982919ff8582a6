/** Whether schedules go on without the editor: the start at login, and what ends with it. */
import { planService, readService, servicePlaceOf } from '../../link/service/service.ts';
import type { CommandContext } from '../context.ts';
import { passed, warned } from './check.ts';
import type { Check } from './check.ts';

export async function checkLogin({ paths, env }: CommandContext): Promise<Check[]> {
  const place = servicePlaceOf(paths.home, env);
  if (planService(place) === undefined) return [];
  const { isInstalled, lingers } = await readService(place);
  if (!isInstalled)
    return [passed('login', 'does not start at login; "waggle service install" changes that')];
  const text = 'starts at login';
  return lingers === false
    ? [warned('login', `${text}, and ends when you log out`, 'loginctl enable-linger')]
    : [passed('login', text)];
}
