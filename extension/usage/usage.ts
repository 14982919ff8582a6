/**
 * What agents use, in this window: a line for the status bar, "Show Usage" as a page that can be read and copied, and
 * ceilings. Counts nothing itself: that is the daemon.
 */
import type { MethodResult } from '../../protocol/protocol.ts';
import type { Disposable } from '../../protocol/wire/disposable.ts';
import { DisposableStore } from '../../protocol/wire/disposable.ts';
import type { Event } from '../../protocol/wire/emitter.ts';
import { Emitter } from '../../protocol/wire/emitter.ts';
import { errorMessageOf } from '../../protocol/wire/errors.ts';
import type { CommandHandlers } from '../editor/editor.ts';
import { translate as t } from '../editor/editor.ts';
import { changeCeilings } from './ceilings.ts';
import type { UsageOptions } from './usageOptions.ts';
import { UsagePage } from './usagePage.ts';
import { describeToday } from './usageText.ts';

export type { UsageOptions } from './usageOptions.ts';

export interface UsageFeature extends Disposable {
  readonly commands: CommandHandlers<'showUsage' | 'changeCeilings'>;
  /** One line about today; empty when nothing was used, or nobody told. */
  readonly today: () => string;
  readonly onDidChange: Event<void>;
}

type Today = MethodResult<'usage/subscribe'>;

export function createUsageFeature(options: UsageOptions): UsageFeature {
  const { connection, log } = options;
  const owned = new DisposableStore();
  const changed = owned.add(new Emitter<void>());
  const page = owned.add(new UsagePage(options));
  let told: Today | undefined;
  const take = (today: Today): void => {
    told = today;
    changed.fire();
    page.refresh();
  };
  owned.add(
    connection.onDidConnect((link) => {
      link.onEvent('usage/changed', take);
      link.call('usage/subscribe', {}).then(take, (error: unknown) => {
        log.info('what agents use is not told', errorMessageOf(error));
      });
    }),
  );
  return {
    commands: {
      showUsage: () => page.show(),
      changeCeilings: (argument) => changeCeilings(options, argument),
    },
    today: () =>
      told === undefined
        ? ''
        : describeToday(told.today.sum, told.limits, { nowMs: Date.now(), t }),
    onDidChange: changed.event,
    dispose: () => owned.dispose(),
  };
}
