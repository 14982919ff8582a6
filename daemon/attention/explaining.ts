import type { NounHandlers } from '../../protocol/protocol.ts';
import { WaggleError } from '../../protocol/wire/errors.ts';
import type { Caller } from '../feature.ts';

/** What the sessions bring: they know what was said, this noun only passes it on. */
export type Explainer = Pick<NounHandlers<'attention', Caller>, 'attention/why' | 'attention/hook'>;

/** The handlers of whoever explains; nobody does before the sessions are there. */
export class Explaining {
  #explainer: Explainer | undefined;

  readonly handlers: Explainer = {
    'attention/why': (params, caller) => this.#get()['attention/why'](params, caller),
    'attention/hook': (params, caller) => this.#get()['attention/hook'](params, caller),
  };

  explainWith(explainer: Explainer): void {
    this.#explainer = explainer;
  }

  #get(): Explainer {
    if (this.#explainer === undefined) throw new WaggleError('notFound');
    return this.#explainer;
  }
}
