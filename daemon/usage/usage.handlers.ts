import type { NounHandlers } from '../../protocol/protocol.ts';
import type { usage } from '../../protocol/usage/usage.ts';
import type { ParamsOut, ResultIn } from '../../protocol/wire/define.ts';
import type { Caller } from '../feature.ts';
import type { Ceilings } from './ceilings.ts';
import type { Counting } from './counting.ts';
import { firstOfDays } from './day.ts';
import { listPrices, pricesOf } from './prices.ts';
import type { Stopping } from './stopping.ts';
import { sumUp } from './summing.ts';

type Read = (typeof usage)['methods']['usage/read'];

export function createHandlers(parts: {
  readonly counting: Counting;
  readonly ceilings: Ceilings;
  readonly stopping: Stopping;
}): NounHandlers<'usage', Caller> {
  const { counting, ceilings, stopping } = parts;
  return {
    'usage/read': (params) => read(counting, params),
    async 'usage/subscribe'(_params, caller) {
      caller.subscribe('usage');
      const [today, limits] = await Promise.all([counting.today(), counting.store.limits({})]);
      return { today, limits };
    },
    'usage/listCeilings': () => ({ ceilings: ceilings.list() }),
    async 'usage/setCeiling'(params) {
      const ceiling = await ceilings.set(params);
      stopping.dismissAll();
      await counting.check();
      return { ceiling };
    },
    async 'usage/removeCeiling'({ ceilingId }) {
      await ceilings.remove(ceilingId);
      stopping.dismissAll();
      return {};
    },
    'usage/listPrices': () => ({ prices: listPrices(counting.prices), pricesOf }),
    async 'usage/setPrice'({ model, price }) {
      await counting.setPrice(model, price);
      return {};
    },
  };
}

async function read(counting: Counting, params: ParamsOut<Read>): Promise<ResultIn<Read>> {
  await counting.look();
  const { by, days, sessionId, workspaceId, agent, limit } = params;
  const now = counting.now();
  const from = firstOfDays(now, days);
  const summed = await counting.store.sum({ from, agent });
  const about = { nouns: counting.names(), prices: counting.prices };
  const { rows, total } = sumUp(summed, { by, sessionId, workspaceId }, about);
  const [today, limits] = await Promise.all([counting.today(), counting.store.limits({})]);
  return {
    ...{ rows: rows.slice(0, limit), total, from, today },
    ...{ limits, sources: [...counting.reading.sources], pricesOf },
  };
}
