/** `waggle usage price`: what costs are estimated with. */
import { toPlainLine } from '../../protocol/wire/printable.ts';
import type { CommandContext } from '../context.ts';
import { CommandError, exitCodes, layOutTable } from '../output/output.ts';

export interface PriceOptions {
  /** Name of a model or its beginning; absent: lists them. */
  readonly model: string | undefined;
  /** Dollars for a million tokens: input, output, from the cache, to the cache. */
  readonly numbers: readonly string[];
  readonly remove: boolean;
}

const titles = ['MODEL', 'INPUT', 'OUTPUT', 'CACHED', 'TO CACHE', 'FROM'];

export async function changePrice(
  context: CommandContext,
  { model, numbers, remove }: PriceOptions,
): Promise<number> {
  const { output } = context;
  const price = model === undefined || remove ? null : parsePrice(numbers);
  const link = await context.connect();
  if (model !== undefined) {
    await link.call('usage/setPrice', { model, price });
    const name = toPlainLine(model, 60);
    const said = price === null ? `The list says what ${name} costs.` : `${name} costs that now.`;
    output.result({ model, price }, () => [said]);
    return exitCodes.ok;
  }
  const told = await link.call('usage/listPrices', {});
  output.result(told, () =>
    layOutTable({
      columns: titles.map((title, at) => ({ title, min: at === 0 ? 12 : 5, max: 40 })),
      rows: told.prices.map(({ model: name, price: { input, output: out, ...cache }, from }) =>
        [toPlainLine(name, 60), input, out, cache.cacheRead, cache.cacheWrite, from].map((cell) => {
          return { text: String(cell) };
        }),
      ),
      width: output.columns,
      paint: output.paint,
    }),
  );
  output.note(`Dollars for a million tokens; the list is of ${told.pricesOf}.`);
  return exitCodes.ok;
}

/** What is read from the cache costs a tenth, and what goes there as much as input, when nobody says so. */
function parsePrice(numbers: readonly string[]) {
  const values = numbers.map(Number);
  const [input, output, cacheRead, cacheWrite] = values;
  const isWrong = values.some((value) => !(value >= 0 && value <= 100_000));
  if (input === undefined || output === undefined || isWrong || values.length > 4)
    throw new CommandError(
      'usage',
      'Two to four prices are wanted: input, output, from the cache, to the cache.',
      'waggle usage price my-model 1.25 10',
    );
  return { input, output, cacheRead: cacheRead ?? input / 10, cacheWrite: cacheWrite ?? input };
}
