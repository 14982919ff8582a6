import type { NounHandlers } from '../../protocol/protocol.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Caller } from '../feature.ts';

type CallingMethod =
  | 'attention/notify'
  | 'attention/listNotices'
  | 'attention/readNotices'
  | 'attention/mute'
  | 'attention/configure'
  | 'attention/openNotice'
  | 'attention/next';

export type CallingHandlers = Pick<NounHandlers<'attention', Caller>, CallingMethod>;

/** How a person is called: when, by which window, by which means. */
export function createCallingHandlers(): CallingHandlers {
  const unknown = (): never => {
    throw new WaggleError('methodNotFound');
  };
  return {
    'attention/notify': unknown,
    'attention/listNotices': unknown,
    'attention/readNotices': unknown,
    'attention/mute': unknown,
    'attention/configure': unknown,
    'attention/openNotice': unknown,
    'attention/next': unknown,
  };
}
